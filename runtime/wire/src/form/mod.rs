//! Forms with PHP's brackets: `leads[add][0][id]=5` to a tree.
//!
//! As PHP reads them, with three differences: a key that is both a value and a group keeps both, what is malformed is
//! an error that names the key, and an index costs nothing however high it is.

mod key;
mod node;

pub(crate) use node::{Branch, Node};

use crate::error::{Status, WireError, shown};
use crate::{media, percent};

/// The most keys in a body.
pub(crate) const MAX_KEYS: usize = 10_000;
/// The most levels of a key, the name before the first bracket included.
pub(crate) const MAX_DEPTH: usize = 16;

/// The tree that a body spells. `system` is who should have sent it, for messages.
pub(crate) fn parse(
    system: &str,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Branch, WireError> {
    let essence = media::essence(content_type)?;
    let looks_like_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    if looks_like_json || essence.as_deref().is_some_and(media::is_json) {
        return Err(WireError::new(
            Status::UnsupportedMediaType,
            format!(
                "{system} sends forms, this body is JSON; events as JSON are taken as CloudEvents \
                 at `/v1/WORKSPACE/events`"
            ),
        ));
    }
    match essence.as_deref() {
        None | Some("application/x-www-form-urlencoded") => {}
        Some(other) => {
            return Err(WireError::new(
                Status::UnsupportedMediaType,
                format!(
                    "`{}` is not taken here: {system} sends `application/x-www-form-urlencoded`",
                    shown(other)
                ),
            ));
        }
    }
    let body = body.trim_ascii();
    if body.iter().all(|b| *b == b'&') {
        return Err(WireError::bad("the body is empty"));
    }

    let mut tree = Branch::default();
    let pairs = body.split(|b| *b == b'&').filter(|pair| !pair.is_empty());
    for (index, pair) in pairs.enumerate() {
        if index == MAX_KEYS {
            return Err(WireError::new(
                Status::TooLarge,
                format!("more than {MAX_KEYS} keys in one form"),
            ));
        }
        let mut halves = pair.splitn(2, |b| *b == b'=');
        let raw_key = halves.next().unwrap_or_default();
        let named = || format!("key `{}`", shown(&String::from_utf8_lossy(raw_key)));
        let key = percent::form(raw_key).map_err(|why| WireError::bad(why).at(named()))?;
        let value = percent::form(halves.next().unwrap_or_default())
            .map_err(|why| WireError::bad(why).at(format!("the value of key `{}`", shown(&key))))?;
        let (name, rest) = key::split(&key).map_err(|e| e.at(format!("key `{}`", shown(&key))))?;
        tree.insert(name, rest, value);
    }
    Ok(tree)
}

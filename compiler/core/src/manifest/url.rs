//! Web addresses.

use std::fmt;

use ::url::Url;
use smol_str::SmolStr;

use super::rules::value;
use super::section::Section;
use crate::Diagnostic;

/// An address that begins with `http://` or `https://`, without credentials.
///
/// Its path and query may be secret all the same (webhook addresses often are): shown for debugging, it ends after
/// the host.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct WebUrl {
    full: SmolStr,
    origin: SmolStr,
}

impl WebUrl {
    /// The whole address, normalised: a bare host ends with `/`.
    pub fn as_str(&self) -> &str {
        &self.full
    }

    /// Scheme, host and port: what may be shown.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl fmt::Debug for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebUrl({}/…)", self.origin)
    }
}

/// The address under `name`. No message repeats it: it may hold a credential.
pub(super) fn read(section: &Section<'_>, name: &str, out: &mut Vec<Diagnostic>) -> Option<WebUrl> {
    let text = section.text(name, out)?;
    let wrong = |message: &str| value::wrong(message, text.span);
    match Url::parse(text.value) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => out.push(
            wrong("this is no web address").help("an address begins with `https://` or `http://`"),
        ),
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            out.push(wrong("the address holds a credential").help(
                "take it out, and name where it is found: `secret = { env = \"ACME_TOKEN\" }`",
            ))
        }
        Ok(url) => {
            return Some(WebUrl {
                origin: url.origin().ascii_serialization().into(),
                full: url.as_str().into(),
            });
        }
        Err(::url::ParseError::RelativeUrlWithoutBase) => out.push(
            wrong("this is no web address")
                .help("write it in full, as in `https://acme.example.com`"),
        ),
        Err(error) => out.push(wrong("this is no web address").note(error.to_string())),
    }
    None
}

//! What a `Content-Type` says.

use crate::WireError;
use crate::error::{Status, shown};

/// The type and subtype in lower case, without parameters. An encoding other than UTF-8 is refused.
pub(crate) fn essence(content_type: Option<&str>) -> Result<Option<String>, WireError> {
    let Some(content_type) = content_type else {
        return Ok(None);
    };
    let mut parts = content_type.split(';');
    let essence = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    for parameter in parts {
        let Some((name, value)) = parameter.split_once('=') else {
            continue;
        };
        let value = value.trim().trim_matches('"');
        let utf8 = ["utf-8", "utf8", "us-ascii"]
            .iter()
            .any(|known| value.eq_ignore_ascii_case(known));
        if name.trim().eq_ignore_ascii_case("charset") && !utf8 {
            return Err(WireError::new(
                Status::UnsupportedMediaType,
                format!("the body is in `{}`; send UTF-8", shown(value)),
            ));
        }
    }
    Ok((!essence.is_empty()).then_some(essence))
}

/// Whether it is JSON of some kind.
pub(crate) fn is_json(essence: &str) -> bool {
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

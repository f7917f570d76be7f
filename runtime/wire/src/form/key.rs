//! A key in brackets.

use super::MAX_DEPTH;
use crate::error::{Status, WireError};

/// The name before the first bracket, and what stands in the brackets. A bracket inside brackets belongs to the name
/// there: `account[fields][Size [m2]]` has `Size [m2]`.
pub(super) fn split(key: &str) -> Result<(&str, Vec<&str>), WireError> {
    let Some((name, rest)) = key.split_once('[') else {
        return if key.is_empty() {
            Err(WireError::bad("a value has no key"))
        } else {
            Ok((key, Vec::new()))
        };
    };
    if name.is_empty() {
        return Err(WireError::bad("there is no name before the first `[`"));
    }
    let Some(inside) = rest.strip_suffix(']') else {
        return Err(WireError::bad("there is no `]` at the end"));
    };
    let rest: Vec<&str> = inside.split("][").take(MAX_DEPTH).collect();
    if rest.len() == MAX_DEPTH {
        return Err(WireError::new(
            Status::TooLarge,
            format!("nested more than {MAX_DEPTH} levels deep"),
        ));
    }
    Ok((name, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits() {
        let good: [(&str, (&str, Vec<&str>)); 6] = [
            ("a", ("a", vec![])),
            ("a b]", ("a b]", vec![])),
            ("a[b]", ("a", vec!["b"])),
            ("a[][0]", ("a", vec!["", "0"])),
            ("a[Size [m2]]", ("a", vec!["Size [m2]"])),
            ("a[b]c]", ("a", vec!["b]c"])),
        ];
        for (key, parts) in good {
            assert_eq!(split(key), Ok(parts), "{key}");
        }
        for bad in ["", "[a]", "a[b", "a[", "[]"] {
            assert!(split(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn is_bounded() {
        let key = |levels: usize| format!("a{}", "[b]".repeat(levels));
        assert_eq!(
            split(&key(MAX_DEPTH - 1)).map(|(_, rest)| rest.len()),
            Ok(15)
        );
        assert!(split(&key(MAX_DEPTH)).is_err());
    }
}

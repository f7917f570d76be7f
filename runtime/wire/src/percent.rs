//! Percent escapes, read strictly: what is no escape is an error, not text.

/// Decodes a form's key or value: `+` is a space.
pub(crate) fn form(encoded: &[u8]) -> Result<String, String> {
    decode(encoded, true)
}

/// Decodes the value of a CloudEvents header.
pub(crate) fn header(encoded: &str) -> Result<String, String> {
    decode(encoded.as_bytes(), false)
}

fn decode(encoded: &[u8], plus_is_space: bool) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter().copied();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' if plus_is_space => b' ',
            b'%' => {
                let (high, low) = (rest.next(), rest.next());
                match (high.and_then(hex), low.and_then(hex)) {
                    (Some(high), Some(low)) => high << 4 | low,
                    _ => {
                        return Err(
                            "a `%` is not followed by two hexadecimal digits; write `%25` for the \
                             sign itself"
                                .to_owned(),
                        );
                    }
                }
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|e| {
        format!(
            "this is not UTF-8, from byte {} of the decoded text",
            e.utf8_error().valid_up_to()
        )
    })
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_strictly() {
        assert_eq!(form(b"a+b%20%C3%A9"), Ok("a b é".to_owned()));
        assert_eq!(header("a+b"), Ok("a+b".to_owned()));
        for bad in [&b"%"[..], b"%2", b"%zz", b"%ff", b"\xff"] {
            assert!(form(bad).is_err(), "{bad:?}");
        }
    }
}

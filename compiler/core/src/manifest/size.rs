//! Sizes: `1048576`, `"512 KB"`, `"1 MiB"`.

use toml::de::DeValue;

use super::Spanned;
use super::rules::value;
use super::section::Section;
use crate::Diagnostic;

/// The smallest and largest size that makes sense for a request, in bytes.
const RANGE: std::ops::RangeInclusive<u64> = 1_000..=1_073_741_824;

/// The size under `name`, in bytes.
pub(super) fn read(
    section: &Section<'_>,
    name: &str,
    out: &mut Vec<Diagnostic>,
) -> Option<Spanned<u64>> {
    let entry = section.get(name)?;
    let bytes = match entry.value {
        DeValue::Integer(_) => u64::try_from(entry.integer(out)?.value).ok(),
        DeValue::String(_) => parse(entry.text(out)?.value),
        _ => return entry.wrong_type("a size", out),
    };
    match bytes {
        Some(value) if RANGE.contains(&value) => Some(Spanned {
            value,
            span: entry.span,
        }),
        Some(_) => {
            out.push(value::wrong(
                format!("`{}` must be between `1 KB` and `1 GiB`", entry.path()),
                entry.span,
            ));
            None
        }
        None => {
            out.push(
                value::wrong(format!("`{}` is no size", entry.path()), entry.span).help(
                    "write bytes, as in `1048576`, or a number and a unit, as in `\"1 MiB\"`",
                ),
            );
            None
        }
    }
}

fn parse(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (digits, unit) = text.split_at(end);
    let factor = match unit.trim() {
        "B" => 1,
        "KB" | "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        assert_eq!(parse("512 KB"), Some(512_000));
        assert_eq!(parse("1MiB"), Some(1_048_576));
        for text in [
            "",
            "1",
            "MB",
            "1.5 MB",
            "-1 B",
            "1 TB",
            "99999999999999999999 B",
            "18446744073709551615 GiB",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

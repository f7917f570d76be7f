//! Durations as Trig writes them.

use trig_ir::Millis;

/// `90s`, `10m`, `1h30m`, `30d`, `2w`: units descend, each at most once; `None` for anything else and for nothing.
pub(super) fn parse(text: &str) -> Option<Millis> {
    const UNITS: [(char, Millis); 5] = [
        ('w', Millis::WEEK),
        ('d', Millis::DAY),
        ('h', Millis::HOUR),
        ('m', Millis::MINUTE),
        ('s', Millis::SECOND),
    ];
    let mut units = UNITS.iter();
    let mut rest = text;
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let (digits, tail) = rest.split_at(end);
        let n: i64 = digits.parse().ok()?;
        let letter = tail.chars().next()?;
        let (_, unit) = units.find(|(l, _)| *l == letter)?;
        total = total.checked_add(unit.times(n)?.0)?;
        rest = tail.get(letter.len_utf8()..)?;
    }
    (total > 0).then_some(Millis(total))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_trig_writes() {
        assert_eq!(parse("90s"), Some(Millis(90_000)));
        assert_eq!(parse("1h30m"), Some(Millis(5_400_000)));
        assert_eq!(parse("2w"), Millis::WEEK.times(2));
    }

    #[test]
    fn refuses_anything_else() {
        for text in [
            "",
            "10",
            "m",
            "0s",
            "1m1h",
            "1m2m",
            "-5m",
            "1.5h",
            "5 m",
            "5µ",
            "1y",
            "99999999999999w",
            "999999999999999999999s",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reads_back_what_is_shown(seconds in 1i64..10_000_000_000) {
            let millis = Millis(seconds * 1_000);
            prop_assert_eq!(parse(&millis.to_string()), Some(millis));
        }
    }
}

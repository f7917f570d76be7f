//! How values are printed in texts: what stands behind the colon.

use trig_grammar::Span;
use trig_ir::{Format, Type};

use super::cx::Cx;
use crate::rules;

/// More decimals no number has.
const MOST: u8 = 12;

impl Cx<'_> {
    /// The format that a value of a type is to be printed in. `None` where there is none such, which has been said.
    pub(super) fn format(&mut self, span: Span, text: &str, ty: &Type) -> Option<Format> {
        let problem = match ty {
            // that these are printed at all is said to be wrong
            Type::Any | Type::Entity(_) | Type::List(_) | Type::Set(_) => return None,
            Type::Int | Type::Decimal | Type::Money => match number(text) {
                Some(format) => return Some(format),
                None => rules::invalid_literal::problem(
                    self.path,
                    span,
                    format!("`{text}` is no format of a number"),
                )
                .help("write `,` for thousands, `.2` for two decimals, `,.2` for both"),
            },
            Type::Date | Type::Time | Type::DateTime => match moment(text, ty) {
                Ok(()) => return Some(Format::Moment(text.into())),
                Err(message) => rules::invalid_literal::problem(self.path, span, message)
                    .help("write it as `%d.%m.%Y` or `%H:%M`"),
            },
            other => {
                let ty = self.model.type_name(other);
                rules::type_mismatch::message(
                    self.path,
                    span,
                    format!(
                        "a `{ty}` is printed as it is: formats are for numbers, amounts and times"
                    ),
                )
            }
        };
        self.report(problem);
        None
    }
}

/// `,`, `.2`, `,.2`
fn number(text: &str) -> Option<Format> {
    let (group, rest) = match text.strip_prefix(',') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let decimals = match rest.strip_prefix('.') {
        Some(digits) => Some(digits.parse().ok().filter(|n| *n <= MOST)?),
        None if rest.is_empty() && group => None,
        None => return None,
    };
    Some(Format::Number { group, decimals })
}

/// Whether a moment of the type can be printed so.
fn moment(text: &str, ty: &Type) -> Result<(), String> {
    use jiff::fmt::strtime;
    if !text.contains('%') {
        return Err(format!(
            "`{text}` is no format of a time: nothing in it shows one"
        ));
    }
    let zoned = jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC);
    let (whole, own) = (
        strtime::format(text, &zoned),
        match ty {
            Type::Date => strtime::format(text, zoned.date()),
            Type::Time => strtime::format(text, zoned.time()),
            _ => strtime::format(text, &zoned),
        },
    );
    match (whole, own) {
        (_, Ok(_)) => Ok(()),
        (Ok(_), Err(_)) if *ty == Type::Date => Err(format!(
            "`{text}` shows a time of day, and a `date` has none"
        )),
        (Ok(_), Err(_)) => Err(format!("`{text}` shows a day, and a `time` has none")),
        (Err(_), Err(_)) => Err(match unknown_directive(text, &zoned) {
            Some(directive) => format!("`{directive}` shows nothing of a time"),
            None => format!("`{text}` is no format of a time"),
        }),
    }
}

/// The first `%` directive that does not exist.
fn unknown_directive(text: &str, sample: &jiff::Zoned) -> Option<String> {
    let mut chars = text.char_indices().filter(|(_, c)| *c == '%');
    let mut from = 0;
    loop {
        let (at, _) = chars.find(|(at, _)| *at >= from)?;
        let rest = text.get(at..)?;
        // flags, width and dots belong to a directive: `%-d`, `%.3f`
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| c.is_ascii_alphabetic() || *c == '%')
            .map_or(rest.len(), |(i, c)| i + c.len_utf8());
        let directive = rest.get(..end)?;
        if jiff::fmt::strtime::format(directive, sample).is_err() {
            return Some(directive.to_owned());
        }
        from = at + end;
    }
}

#[cfg(test)]
mod tests {
    use trig_ir::{Format, Type};

    use super::{moment, number};

    #[test]
    fn numbers() {
        let format = |group, decimals| Some(Format::Number { group, decimals });
        assert_eq!(number(","), format(true, None));
        assert_eq!(number(",.2"), format(true, Some(2)));
        assert_eq!(number(".0"), format(false, Some(0)));
        for wrong in ["", ".", "0.00", ",.", ".13", ".-1", "2", ",,", ".2,", "%d"] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn moments() {
        assert_eq!(moment("%d.%m.%Y", &Type::Date), Ok(()));
        assert_eq!(moment("%H:%M", &Type::Time), Ok(()));
        assert_eq!(moment("%-d %B, %H:%M %Z", &Type::DateTime), Ok(()));
        assert_eq!(moment("100%% on %d", &Type::Date), Ok(()));
        let wrong = |text, ty| moment(text, &ty).unwrap_err();
        assert_eq!(
            wrong("%H", Type::Date),
            "`%H` shows a time of day, and a `date` has none"
        );
        assert_eq!(
            wrong("%d", Type::Time),
            "`%d` shows a day, and a `time` has none"
        );
        assert_eq!(wrong("%d %!", Type::Date), "`%!` shows nothing of a time");
        assert_eq!(wrong("%", Type::Date), "`%` shows nothing of a time");
        assert_eq!(
            wrong("d.m.Y", Type::Date),
            "`d.m.Y` is no format of a time: nothing in it shows one"
        );
    }
}

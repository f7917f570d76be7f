//! Literals.

use super::Expr;
use crate::span::Span;

/// A number as written, without underscores: `10000`, `3.5`.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// Where it stands.
    pub span: Span,
    /// Digits with at most one point.
    pub text: String,
}

impl Number {
    /// Whether it has no fraction.
    pub fn is_int(&self) -> bool {
        !self.text.contains('.')
    }
}

/// A duration such as `1h30m`: its parts in the order written.
#[derive(Clone, Debug, PartialEq)]
pub struct DurationLit {
    /// Where it stands.
    pub span: Span,
    /// Amount and unit of each part. The amount is saturated at `u32::MAX`.
    pub parts: Vec<(u32, DurationUnit)>,
}

/// The unit of a duration's part. Months and years are no durations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DurationUnit {
    /// `s`
    Second,
    /// `m`
    Minute,
    /// `h`
    Hour,
    /// `d`
    Day,
    /// `w`
    Week,
}

/// A time of day: `09:00`. Not yet checked to exist.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeLit {
    /// Where it stands.
    pub span: Span,
    /// 0..=99
    pub hour: u8,
    /// 0..=99
    pub minute: u8,
}

/// A date: `2026-12-31`. Not yet checked to exist.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DateLit {
    /// Where it stands.
    pub span: Span,
    /// 0..=9999
    pub year: u16,
    /// 0..=99
    pub month: u8,
    /// 0..=99
    pub day: u8,
}

/// A day of the year: `1 mar`. Not yet checked to exist.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthDayLit {
    /// Where it stands.
    pub span: Span,
    /// 0..=99
    pub day: u8,
    /// 1..=12
    pub month: u8,
}

/// A text: `"…"` with escapes decoded, or `"""…"""` as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct TextLit {
    /// Where it stands, quotes included.
    pub span: Span,
    /// Literal pieces and interpolations, in order. Empty for `""`.
    pub parts: Vec<TextPart>,
}

impl TextLit {
    /// The text, if nothing in it is interpolated.
    pub fn plain(&self) -> Option<String> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                TextPart::Literal(text) => out.push_str(text),
                TextPart::Interpolation { .. } => return None,
            }
        }
        Some(out)
    }
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum TextPart {
    /// Characters, escapes decoded.
    Literal(String),
    /// `{path}` or `{call(…)}`, perhaps with a format: `{deal.amount:0.00}`.
    Interpolation {
        /// From brace to brace.
        span: Span,
        /// A path or a call.
        expr: Box<Expr>,
        /// What follows the colon.
        format: Option<String>,
    },
}

//! Why a body was refused.

use std::fmt;

/// Why a body was refused. Nothing of it was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireError {
    /// What kind of answer it deserves.
    pub status: Status,
    /// What is wrong, and where useful what to do: lower case, no final period.
    pub message: String,
    /// Where: a JSON path (`$[2].time`), a line, a byte offset or a form key.
    pub at: Option<String>,
}

/// The kind of answer that a refused body deserves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 400: not well-formed.
    BadRequest,
    /// 413: more than is taken at once.
    TooLarge,
    /// 415: another format than the one expected.
    UnsupportedMediaType,
    /// 422: well-formed, but says something that cannot be.
    Unprocessable,
}

impl Status {
    /// The HTTP status code.
    pub fn code(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Unprocessable => 422,
        }
    }
}

impl WireError {
    pub(crate) fn new(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            at: None,
        }
    }

    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::new(Status::BadRequest, message)
    }

    pub(crate) fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(Status::Unprocessable, message)
    }

    pub(crate) fn at(mut self, at: impl Into<String>) -> Self {
        self.at = Some(at.into());
        self
    }
}

/// The message, with the place behind it.
impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.at {
            Some(at) => write!(f, " (at {at})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for WireError {}

/// `text` as it may stand in a message: at most 60 characters, without control characters.
pub(crate) fn shown(text: &str) -> String {
    let mut out: String = text
        .chars()
        .take(60)
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect();
    if text.chars().nth(60).is_some() {
        out.push('…');
    }
    out
}

//! Diagnostics as workflow commands, which GitHub shows beside the lines of a pull request.
//!
//! ```text
//! ::error file=shop/main.trig,line=7,endLine=7,col=12,endColumn=14,title=unknown-name::there is no stage `Wn`
//! ```
//!
//! Lines and columns count from 1, columns in characters; the end is one past the last. Columns are left out where the
//! place covers several lines, because GitHub takes them for one line only.

use std::fmt::Write as _;
use std::io::{self, Write};

use trig_compiler::{Diagnostic, Severity};

use super::sanitize::{message, whole_message};
use super::texts::{Texts, is_catalogue};

/// Writes `diagnostics` in their order, a line each.
///
/// # Errors
/// If `out` refuses.
pub fn github(
    texts: &Texts<'_>,
    diagnostics: &[Diagnostic],
    out: &mut dyn Write,
) -> io::Result<()> {
    for diagnostic in diagnostics {
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let text = data(&whole_message(diagnostic));
        writeln!(out, "::{command} {}::{text}", properties(texts, diagnostic))?;
    }
    Ok(())
}

fn properties(texts: &Texts<'_>, diagnostic: &Diagnostic) -> String {
    let mut all = String::new();
    if let Some(label) = diagnostic.labels.first()
        && !is_catalogue(&label.file)
    {
        let file = property(&message(&texts.shown_path(&label.file)));
        let _ = write!(all, "file={file},");
        if let Some(text) = texts.as_read(&label.file) {
            let start = text.place(label.start as usize);
            let end = text.place(label.end.max(label.start) as usize);
            let _ = write!(all, "line={},endLine={},", start.line, end.line);
            if start.line == end.line {
                let _ = write!(all, "col={},endColumn={},", start.column, end.column);
            }
        }
    }
    let _ = write!(all, "title={}", property(diagnostic.rule));
    all
}

/// What stands after the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// What stands between `=` and `,`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(data("100 %\r\n::error::"), "100 %25%0D%0A::error::");
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }
}

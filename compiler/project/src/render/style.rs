//! Colours.

use std::io::{Result, Write};

use anstyle::{AnsiColor, Color, Style};
use codespan_reporting::diagnostic::{LabelStyle, Severity};
use codespan_reporting::term::WriteStyle;

/// A writer that colours, or does not.
pub(crate) struct Colours<W> {
    pub(crate) out: W,
    pub(crate) on: bool,
}

impl<W: Write> Colours<W> {
    fn set(&mut self, style: Style) -> Result<()> {
        if self.on {
            write!(self.out, "{}{style}", anstyle::Reset)?;
        }
        Ok(())
    }
}

fn of(severity: Severity) -> Style {
    colour(match severity {
        Severity::Bug | Severity::Error => AnsiColor::BrightRed,
        Severity::Warning => AnsiColor::BrightYellow,
        Severity::Note => AnsiColor::BrightGreen,
        Severity::Help => AnsiColor::BrightCyan,
    })
}

fn colour(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(colour)))
}

impl<W: Write> Write for Colours<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }
}

impl<W: Write> WriteStyle for Colours<W> {
    fn set_header(&mut self, severity: Severity) -> Result<()> {
        self.set(of(severity).bold())
    }

    fn set_header_message(&mut self) -> Result<()> {
        self.set(Style::new().bold())
    }

    fn set_line_number(&mut self) -> Result<()> {
        self.set(colour(AnsiColor::BrightBlue))
    }

    fn set_note_bullet(&mut self) -> Result<()> {
        self.set(colour(AnsiColor::BrightBlue))
    }

    fn set_source_border(&mut self) -> Result<()> {
        self.set(colour(AnsiColor::BrightBlue))
    }

    fn set_label(&mut self, severity: Severity, style: LabelStyle) -> Result<()> {
        self.set(match style {
            LabelStyle::Primary => of(severity),
            LabelStyle::Secondary => colour(AnsiColor::BrightBlue),
        })
    }

    fn reset(&mut self) -> Result<()> {
        if self.on {
            write!(self.out, "{}", anstyle::Reset)?;
        }
        Ok(())
    }
}

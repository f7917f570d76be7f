//! Colours.

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Colour {
    pub(super) fn stdout(self) -> AutoStream<std::io::Stdout> {
        AutoStream::new(std::io::stdout(), self.choice())
    }

    fn choice(self) -> ColorChoice {
        match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::AlwaysAnsi,
            Self::Never => ColorChoice::Never,
        }
    }

    /// Whether what goes to standard output is to be coloured.
    pub(crate) fn on_stdout(self) -> bool {
        match self {
            Self::Auto => AutoStream::choice(&std::io::stdout()) != ColorChoice::Never,
            Self::Always => true,
            Self::Never => false,
        }
    }

    /// Whether standard error is to be coloured.
    pub(crate) fn on_stderr(self) -> bool {
        match self {
            Self::Auto => AutoStream::choice(&std::io::stderr()) != ColorChoice::Never,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

pub(super) const PLAIN: Style = Style::new();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const BOLD: Style = Style::new().bold();
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const WAITING: Style = AnsiColor::Cyan.on_default();
pub(super) const DOUBT: Style = AnsiColor::Yellow.on_default();
pub(super) const BAD: Style = AnsiColor::Red.on_default();

//! A sign of life while long work goes on.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Less work is done before anybody could read a bar.
const LONG_BYTES: usize = 2 * 1024 * 1024;
const LONG_PROJECTS: usize = 20;
const MANY_TESTS: usize = 200;

/// A bar on the standard error stream, or nothing.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// For compiling `projects` of `bytes` altogether. Shown on a terminal only, and only where it takes long.
    pub(crate) fn for_work(projects: usize, bytes: usize) -> Self {
        if !is_long(projects, bytes) || !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let template = if projects > 1 {
            "{spinner} {bar:24} {pos}/{len} {wide_msg}"
        } else {
            "{spinner} {elapsed} {wide_msg}"
        };
        let bar = bar(projects, template);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    /// For running so many tests. Shown on a terminal only, and only where there are many.
    pub(crate) fn for_tests(tests: usize) -> Self {
        if tests < MANY_TESTS || !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        Self(bar(tests, "{bar:24} {pos}/{len} tests"))
    }

    /// Says what is being done.
    pub(crate) fn now(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }

    /// One more is done.
    pub(crate) fn step(&self) {
        self.0.inc(1);
    }

    /// Leaves no trace.
    pub(crate) fn finish(self) {
        self.0.finish_and_clear();
    }
}

fn bar(total: usize, template: &str) -> ProgressBar {
    let total = u64::try_from(total).unwrap_or(u64::MAX);
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn is_long(projects: usize, bytes: usize) -> bool {
    projects >= LONG_PROJECTS || bytes >= LONG_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_work_shows_nothing() {
        assert!(!is_long(1, 100_000));
        assert!(is_long(1, 10_000_000));
        assert!(is_long(100, 1_000));
        assert!(Progress::for_work(1, 1).0.is_hidden());
    }
}

//! What formatting would change, for people.

use std::io::{self, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};
use trig_project::render::message;

use crate::output::{Colour, style};

/// Writes a unified diff to the standard output, with three lines around each change. The terminal obeys nothing that
/// stands in the texts, or in the name.
pub(super) fn show(
    name: &str,
    old: &str,
    new: &str,
    colour: Colour,
    out: &mut dyn Write,
) -> io::Result<()> {
    let style = |of| style(colour, &io::stdout(), of);
    let bold = style(Style::new().bold());
    let cyan = style(AnsiColor::Cyan.on_default());
    let name = message(name);
    // two texts that have nothing in common are not worth a long search
    let diff = TextDiff::configure()
        .timeout(Duration::from_secs(2))
        .diff_lines(old, new);
    writeln!(
        out,
        "{bold}--- {name}{bold:#}\n{bold}+++ {name} (formatted){bold:#}"
    )?;
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        writeln!(out, "{cyan}{}{cyan:#}", hunk.header())?;
        for change in hunk.iter_changes() {
            let (sign, of_sign) = match change.tag() {
                ChangeTag::Delete => ('-', style(AnsiColor::Red.on_default())),
                ChangeTag::Insert => ('+', style(AnsiColor::Green.on_default())),
                ChangeTag::Equal => (' ', Style::new()),
            };
            let line = change.value();
            let line = message(line.strip_suffix('\n').unwrap_or(line));
            writeln!(out, "{of_sign}{sign}{line}{of_sign:#}")?;
            if change.missing_newline() {
                writeln!(out, "\\ no newline at the end of the file")?;
            }
        }
    }
    Ok(())
}

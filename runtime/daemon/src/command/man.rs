//! `trigd man`

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;

/// Write manual pages
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The directory for the pages, one for each command; without one, the page of `trigd` itself goes to standard
    /// output
    dir: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  trigd man | man -l -
  trigd man ~/.local/share/man/man1";

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    match &args.dir {
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(super::cli()).render(&mut page)?;
            let mut out = std::io::stdout();
            super::ignore_closed(out.write_all(&page).and_then(|()| out.flush()))?;
        }
        Some(dir) => {
            let written = std::fs::create_dir_all(dir)
                .and_then(|()| clap_mangen::generate_to(super::cli(), dir));
            written.with_context(|| format!("`{}` cannot be written", dir.display()))?;
        }
    }
    Ok(super::OK)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn each_command_has_its_page() {
        let dir = tempfile::tempdir().unwrap();
        let pages = dir.path().join("share/man1");
        let args = super::Args {
            dir: Some(pages.clone()),
        };
        assert_eq!(super::run(&args).unwrap(), 0);
        let written: BTreeSet<String> = std::fs::read_dir(&pages)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        let cli = crate::command::cli();
        let mut expected: BTreeSet<String> = cli
            .get_subcommands()
            .map(|c| format!("trigd-{}.1", c.get_name()))
            .collect();
        expected.insert("trigd.1".to_owned());
        assert!(expected.len() > 4);
        assert_eq!(written, expected);
        for page in written {
            let text = std::fs::read_to_string(pages.join(&page)).unwrap();
            assert!(
                text.contains(".SH NAME") && text.contains(".SH SYNOPSIS"),
                "{page}"
            );
        }
    }
}

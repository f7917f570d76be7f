//! Where output goes: streams whose reader may leave, and files that are written in one step.

use std::convert::Infallible;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use anstyle::Style;
use anyhow::Context;

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// In any case
    Always,
    /// Not at all
    Never,
}

impl Colour {
    /// Whether what is written to `stream` is coloured.
    pub(crate) fn on<S: RawStream>(self, stream: &S) -> bool {
        match self {
            Self::Auto => AutoStream::choice(stream) != ColorChoice::Never,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// `style` for what is written to `stream`, or none.
pub(crate) fn style<S: RawStream>(colour: Colour, stream: &S, style: Style) -> Style {
    if colour.on(stream) {
        style
    } else {
        Style::new()
    }
}

/// A stream whose reader may leave: `trigc check | head` is no error.
pub(crate) struct Listener<W> {
    stream: W,
    gone: bool,
}

impl<W: Write> Listener<W> {
    /// `left` where the reader has left.
    fn unless_gone<T>(&mut self, result: io::Result<T>, left: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.gone = true;
                Ok(left)
            }
            other => other,
        }
    }
}

impl<W: Write> Write for Listener<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gone {
            return Ok(bytes.len());
        }
        let result = self.stream.write(bytes);
        self.unless_gone(result, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.gone {
            return Ok(());
        }
        let result = self.stream.flush();
        self.unless_gone(result, ())
    }
}

/// The standard output, buffered. Flush it: what fails in a destructor is not heard of.
pub(crate) fn stdout() -> BufWriter<Listener<io::Stdout>> {
    BufWriter::new(Listener {
        stream: io::stdout(),
        gone: false,
    })
}

/// What became of writing all of the standard output, flushing it included.
pub(crate) fn finish(written: io::Result<()>) -> anyhow::Result<()> {
    written.context("the standard output cannot be written")
}

/// The standard error stream.
pub(crate) fn stderr() -> Listener<io::Stderr> {
    Listener {
        stream: io::stderr(),
        gone: false,
    }
}

/// What a command writes its result to.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// The standard output, written `-`.
    Stdout,
    /// A file.
    File(PathBuf),
}

impl FromStr for Target {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "-" => Self::Stdout,
            path => Self::File(path.into()),
        })
    }
}

impl Target {
    /// Writes all of `bytes`, in one step where it is a file.
    pub(crate) fn write(&self, bytes: &[u8]) -> anyhow::Result<()> {
        match self {
            Self::Stdout => {
                let mut out = stdout();
                finish(out.write_all(bytes).and_then(|()| out.flush()))
            }
            Self::File(path) => write_file(path, bytes)
                .with_context(|| format!("`{}` cannot be written", path.display())),
        }
    }
}

/// Writes beside the file and renames: a reader, or a crash, finds the old file or the new one.
fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // what a link points to is meant, not the link
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let existing = fs::metadata(&path).ok();
    if existing.as_ref().is_some_and(|m| !m.is_file()) {
        // a device or a pipe is written to, not replaced; a directory refuses
        return File::options().write(true).open(&path)?.write_all(bytes);
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // a new file is as the user's mask has it, and what the system says of it is said of the file that was asked for
    let create = |beside: &Path| File::options().write(true).create_new(true).open(beside);
    let mut file = tempfile::Builder::new()
        .prefix(".trigc-")
        .make_in(directory, create)?;
    if let Some(existing) = existing {
        file.as_file().set_permissions(existing.permissions())?;
    }
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|e| e.error)?;
    Ok(())
}

/// An error with what led to it, each said once and without the system's number for it.
pub(crate) fn reasons(error: &anyhow::Error) -> String {
    let mut out = String::new();
    for cause in error.chain() {
        let cause = without_number(&cause.to_string());
        // many an error says its cause itself
        if out.is_empty() {
            out = cause;
        } else if !out.ends_with(&cause) {
            out.push_str(": ");
            out.push_str(&cause);
        }
    }
    out
}

/// `Permission denied (os error 13)` without what no user can look up.
fn without_number(text: &str) -> String {
    const BEFORE: &str = " (os error ";
    let Some((before, rest)) = text.split_once(BEFORE) else {
        return text.to_owned();
    };
    match rest.split_once(')') {
        Some((number, after)) if number.parse::<i32>().is_ok() => {
            format!("{before}{}", without_number(after))
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn a_reader_may_leave() {
        let mut out = Listener {
            stream: Gone,
            gone: false,
        };
        out.write_all(b"much").unwrap();
        out.flush().unwrap();
        assert!(out.gone);
    }

    #[cfg(unix)]
    #[test]
    fn reasons_are_said_once() {
        let refused = || io::Error::from_raw_os_error(13);
        let plain = refused().to_string();
        let plain = plain.strip_suffix(" (os error 13)").unwrap();
        let twice = trig_project::LoadError::Io {
            path: "a".into(),
            source: refused(),
        };
        assert_eq!(
            reasons(&twice.into()),
            format!("`a` cannot be read: {plain}")
        );
        let once = anyhow::Error::new(refused()).context("`a` cannot be written");
        assert_eq!(reasons(&once), format!("`a` cannot be written: {plain}"));
        assert_eq!(without_number("a (os error x) b"), "a (os error x) b");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_cannot_be_made_is_not_named_otherwise() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("none/a.json");
        let error = Target::File(path.clone()).write(b"x").unwrap_err();
        let missing = io::Error::from_raw_os_error(2).to_string();
        let missing = missing.strip_suffix(" (os error 2)").unwrap();
        assert_eq!(
            reasons(&error),
            format!("`{}` cannot be written: {missing}", path.display())
        );
    }

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        write_file(&path, b"one").unwrap();
        write_file(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        let names = fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(names, 1, "nothing is left beside it");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::fs::Permissions;
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("a"), dir.path().join("b"));
        fs::write(&file, "one").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        symlink("a", &link).unwrap();
        write_file(&link, b"two").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o640
        );
        write_file(Path::new("/dev/null"), b"x").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}

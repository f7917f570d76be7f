//! Where output goes: streams whose reader may leave, and files that are written in one step.

use std::convert::Infallible;
use std::fs::{self, File, Permissions};
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

/// An error and what led to it in one line, where each says something that is not said yet.
pub(crate) fn said(error: &anyhow::Error) -> String {
    let mut said = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if said.ends_with(&cause) {
            continue;
        }
        if !said.is_empty() {
            said.push_str(": ");
        }
        said.push_str(&cause);
    }
    said
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
    let mut builder = tempfile::Builder::new();
    builder.prefix(".trigc-");
    let permissions = existing.map_or_else(default_permissions, |m| Some(m.permissions()));
    if let Some(permissions) = &permissions {
        builder.permissions(permissions.clone());
    }
    // the name that it would have had is nobody's concern
    let refused = |error: io::Error| match error.kind() {
        ErrorKind::Other => error,
        ErrorKind::NotFound => io::Error::new(ErrorKind::NotFound, "there is no such directory"),
        kind => kind.into(),
    };
    let mut file = builder.tempfile_in(directory).map_err(refused)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|e| e.error)?;
    Ok(())
}

/// What the user's mask allows, as for any new file.
#[cfg(unix)]
fn default_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn default_permissions() -> Option<Permissions> {
    None
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
    fn nothing_is_said_twice() {
        let refused = || io::Error::from(ErrorKind::PermissionDenied);
        let path = PathBuf::from("x");
        let load = trig_project::LoadError::Io {
            path: path.clone(),
            source: refused(),
        };
        insta::assert_snapshot!(said(&load.into()), @"`x` cannot be read: permission denied");
        let context = anyhow::Error::from(refused()).context("`x` cannot be written");
        insta::assert_snapshot!(said(&context), @"`x` cannot be written: permission denied");
        let missing = write_file(Path::new("no/such/place/x.json"), b"").unwrap_err();
        insta::assert_snapshot!(missing, @"there is no such directory");
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

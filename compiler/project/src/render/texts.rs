//! The texts that labels point into.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

use trig_compiler::{MANIFEST_PATH, SourceSet, catalogue_text};

use super::lines::Lines;

/// The texts of one project, by the paths that labels use.
pub struct Texts<'a> {
    root: String,
    sources: HashMap<&'a str, &'a str>,
    /// Texts that something has pointed into, with their lines.
    used: RefCell<HashMap<String, Option<Rc<Text>>>>,
    /// The manifest as it was read, for places only.
    manifest: OnceCell<Option<Rc<Text>>>,
}

/// One text.
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) lines: Lines,
}

/// A place for people and programs.
pub(crate) struct Place {
    /// From 1.
    pub(crate) line: usize,
    /// In characters where nothing else is said, from 1.
    pub(crate) column: usize,
}

/// Whether a path names a text that lies in no directory.
pub(crate) fn is_catalogue(path: &str) -> bool {
    path.starts_with("catalogue:")
}

impl<'a> Texts<'a> {
    /// The texts of a project in the directory `root`, which stands before the paths that are shown.
    pub fn new(root: &Path, sources: &'a SourceSet) -> Self {
        let root = root.to_string_lossy().replace('\\', "/");
        let root = root
            .strip_prefix("./")
            .unwrap_or(&root)
            .trim_end_matches('/');
        let manifest = sources
            .manifest
            .as_deref()
            .map(|text| (MANIFEST_PATH, text));
        let files = sources
            .files
            .iter()
            .map(|(path, text)| (path.as_str(), &**text));
        Self {
            root: root.to_owned(),
            sources: files.chain(manifest).collect(),
            used: RefCell::default(),
            manifest: OnceCell::new(),
        }
    }

    /// The path under which a file is shown.
    pub(crate) fn shown_path(&self, path: &str) -> String {
        if is_catalogue(path) || self.root.is_empty() || self.root == "." {
            path.to_owned()
        } else {
            format!("{}/{path}", self.root)
        }
    }

    /// The text at `path`, with what is secret in it hidden; `None` where it could not be read.
    pub(crate) fn get(&self, path: &str) -> Option<Rc<Text>> {
        if let Some(known) = self.used.borrow().get(path) {
            return known.clone();
        }
        let text = match self.sources.get(path) {
            Some(text) if path == MANIFEST_PATH => {
                Some(trig_compiler::manifest::redact(text).into_owned())
            }
            Some(text) => Some((*text).to_owned()),
            None => catalogue_text(path).map(str::to_owned),
        };
        let text = text.map(|text| Rc::new(Text::new(text)));
        self.used.borrow_mut().insert(path.to_owned(), text.clone());
        text
    }

    /// The text at `path` as it was read. For places only: hiding a secret keeps bytes in their places, but not
    /// characters, and what is secret in it must not be shown.
    pub(crate) fn as_read(&self, path: &str) -> Option<Rc<Text>> {
        if path != MANIFEST_PATH {
            return self.get(path);
        }
        let read = || Some(Rc::new(Text::new((*self.sources.get(path)?).to_owned())));
        self.manifest.get_or_init(read).clone()
    }
}

impl Text {
    fn new(text: String) -> Self {
        let lines = Lines::new(&text);
        Self { text, lines }
    }

    /// The place of a byte.
    pub(crate) fn place(&self, offset: usize) -> Place {
        let offset = self.snap(offset);
        Place {
            line: self.lines.line(offset) + 1,
            column: self.lines.column(offset, &self.text) + 1,
        }
    }

    /// The place of a byte, its column in units of UTF-16.
    pub(crate) fn place_utf16(&self, offset: usize) -> Place {
        let offset = self.snap(offset);
        Place {
            line: self.lines.line(offset) + 1,
            column: self.lines.column_utf16(offset, &self.text) + 1,
        }
    }

    /// The nearest offset before that begins a character.
    pub(crate) fn snap(&self, offset: usize) -> usize {
        self.text.floor_char_boundary(offset)
    }
}

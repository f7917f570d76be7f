//! Pages of Markdown, and what stands in them.

use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A file or folder of this repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A fenced block.
pub(crate) struct Block {
    /// What stands behind the fence.
    pub(crate) info: String,
    /// The page's line on which the block's first one stands.
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// A link, and the line on which it stands.
pub(crate) struct Link {
    pub(crate) to: String,
    pub(crate) line: usize,
}

/// A page.
pub(crate) struct Page {
    /// From the repository's root, with `/`.
    pub(crate) path: String,
    pub(crate) blocks: Vec<Block>,
    /// Code in the text, and the line on which it stands.
    pub(crate) code: Vec<(usize, String)>,
    pub(crate) links: Vec<Link>,
    /// What its headings are called in links.
    pub(crate) anchors: Vec<String>,
}

impl Page {
    pub(crate) fn read(path: &str) -> Self {
        let text = fs::read_to_string(repository(path)).unwrap();
        let mut page = Self {
            path: path.to_owned(),
            blocks: Vec::new(),
            code: Vec::new(),
            links: Vec::new(),
            anchors: Vec::new(),
        };
        let (mut in_block, mut heading) = (false, None::<String>);
        for (event, range) in Parser::new_ext(&text, Options::ENABLE_TABLES).into_offset_iter() {
            let line = text[..range.start].matches('\n').count() + 1;
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    in_block = true;
                    let info = match kind {
                        CodeBlockKind::Fenced(info) => info.into_string(),
                        CodeBlockKind::Indented => "indented".to_owned(),
                    };
                    page.blocks.push(Block {
                        info,
                        line: line + 1,
                        text: String::new(),
                    });
                }
                Event::End(TagEnd::CodeBlock) => in_block = false,
                Event::Text(part) if in_block => {
                    page.blocks.last_mut().unwrap().text.push_str(&part);
                }
                Event::Start(Tag::Link { dest_url, .. }) => page.links.push(Link {
                    to: dest_url.into_string(),
                    line,
                }),
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => page.anchors.extend(heading.take().map(anchor)),
                Event::Text(part) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&part);
                    }
                }
                Event::Code(part) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&part);
                    }
                    page.code.push((line, part.into_string()));
                }
                _ => {}
            }
        }
        page
    }

    /// Blocks of one kind.
    pub(crate) fn of(&self, info: &str) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(move |b| b.info == info)
    }

    /// The blocks of the page's project.
    pub(crate) fn trig(&self) -> impl Iterator<Item = &Block> {
        self.of("trig")
    }

    /// A line of the page, as editors find it.
    pub(crate) fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path)
    }
}

/// What a heading is called in a link.
fn anchor(heading: String) -> String {
    let mut anchor = String::new();
    for c in heading.to_lowercase().chars() {
        match c {
            ' ' => anchor.push('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => anchor.push(c),
            _ => {}
        }
    }
    anchor
}

/// The README and every page of the book, by path.
pub(crate) fn all() -> Vec<Page> {
    let mut paths = vec!["README.md".to_owned()];
    let mut folders = vec!["docs".to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(repository(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else if Path::new(&path).extension().is_some_and(|e| e == "md") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths.iter().map(|path| Page::read(path)).collect()
}

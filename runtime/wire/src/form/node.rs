//! The tree of a form.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

/// The name under which a value stands that has members beside it. No key can spell it: `a[]` appends.
const SELF: &str = "";

/// A value or a group.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Leaf(String),
    Branch(Branch),
}

/// A group, in the order of the body.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Branch {
    entries: IndexMap<String, Node>,
    /// The index that `[]` gets: one more than the highest.
    next: u64,
}

impl Branch {
    /// Puts `value` at `name[rest]…`. A value that is given again is replaced.
    pub(super) fn insert(&mut self, name: &str, rest: Vec<&str>, value: String) {
        let name = self.slot(name);
        let mut node = self
            .entries
            .entry(name)
            .or_insert_with(|| Node::Branch(Self::default()));
        for segment in rest {
            if let Node::Leaf(text) = node {
                let mut branch = Self::default();
                let text = Node::Leaf(std::mem::take(text));
                branch.entries.insert(SELF.to_owned(), text);
                *node = Node::Branch(branch);
            }
            let Node::Branch(branch) = node else { return };
            let segment = branch.slot(segment);
            node = branch
                .entries
                .entry(segment)
                .or_insert_with(|| Node::Branch(Self::default()));
        }
        match node {
            Node::Branch(branch) if !branch.entries.is_empty() => {
                branch.entries.insert(SELF.to_owned(), Node::Leaf(value));
            }
            _ => *node = Node::Leaf(value),
        }
    }

    /// The name under which `segment` goes.
    fn slot(&mut self, segment: &str) -> String {
        let index = if segment.is_empty() {
            Some(self.next)
        } else {
            index(segment)
        };
        match index {
            Some(index) => {
                self.next = self.next.max(index.saturating_add(1));
                index.to_string()
            }
            None => segment.to_owned(),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        self.entries.get(name)
    }

    /// The value called `name`.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Node::text)
    }

    /// The group called `name`.
    pub(crate) fn branch(&self, name: &str) -> Option<&Self> {
        self.get(name).and_then(Node::branch)
    }

    /// Name and content, in the order of the body.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.entries
            .iter()
            .map(|(name, node)| (name.as_str(), node))
    }

    /// What stands under numbers, in their order.
    pub(crate) fn list(&self) -> Vec<&Node> {
        let mut items: Vec<(u64, &Node)> = self
            .iter()
            .filter_map(|(name, node)| Some((index(name)?, node)))
            .collect();
        items.sort_by_key(|(index, _)| *index);
        items.into_iter().map(|(_, node)| node).collect()
    }

    /// As JSON: an array where the names are 0, 1, 2 …, else an object.
    pub(crate) fn json(&self) -> Json {
        let list = self.list();
        let dense = !list.is_empty() && list.len() == self.entries.len();
        if dense && u64::try_from(list.len()).is_ok_and(|len| len == self.next) {
            return list.into_iter().map(Node::json).collect();
        }
        Json::Object(self.object())
    }

    /// As a JSON object.
    pub(crate) fn object(&self) -> Map<String, Json> {
        self.iter()
            .map(|(name, node)| (name.to_owned(), node.json()))
            .collect()
    }
}

impl Node {
    /// Its value, or that beside its members.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Leaf(text) => Some(text),
            Self::Branch(branch) => match branch.get(SELF) {
                Some(Self::Leaf(text)) => Some(text),
                _ => None,
            },
        }
    }

    pub(crate) fn branch(&self) -> Option<&Branch> {
        match self {
            Self::Leaf(_) => None,
            Self::Branch(branch) => Some(branch),
        }
    }

    pub(crate) fn json(&self) -> Json {
        match self {
            Self::Leaf(text) => Json::String(text.clone()),
            Self::Branch(branch) => branch.json(),
        }
    }
}

/// The number that a name spells, if it is written as a number would be.
fn index(name: &str) -> Option<u64> {
    let plain = name.len() <= 18
        && (name == "0" || !name.starts_with('0'))
        && name.bytes().all(|b| b.is_ascii_digit());
    if plain { name.parse().ok() } else { None }
}

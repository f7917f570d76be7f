//! Ids for sources that give none.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::form::{Branch, Node};

/// The first 16 hexadecimal digits of a hash of what stands in `branch`. Neither the order of keys nor the numbers of
/// list items count, so that the same report has the same hash wherever it stands.
pub(crate) fn hash16(branch: &Branch) -> String {
    let mut hasher = Sha256::new();
    feed_branch(&mut hasher, branch);
    let digest = hasher.finalize();
    let mut out = String::with_capacity(16);
    for byte in digest.iter().take(8) {
        // writing to a string cannot fail
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn feed(hasher: &mut Sha256, node: &Node) {
    match node {
        Node::Leaf(text) => {
            hasher.update(b"t");
            feed_text(hasher, text);
        }
        Node::Branch(branch) => feed_branch(hasher, branch),
    }
}

fn feed_branch(hasher: &mut Sha256, branch: &Branch) {
    let list = branch.list();
    let mut named: Vec<(&str, &Node)> = branch.iter().collect();
    if list.len() == named.len() {
        hasher.update(b"[");
        for node in list {
            feed(hasher, node);
        }
        hasher.update(b"]");
        return;
    }
    named.sort_by_key(|(name, _)| *name);
    hasher.update(b"{");
    for (name, node) in named {
        feed_text(hasher, name);
        feed(hasher, node);
    }
    hasher.update(b"}");
}

/// With its length before it, so that no two sequences of texts look the same.
fn feed_text(hasher: &mut Sha256, text: &str) {
    hasher.update((text.len() as u64).to_le_bytes());
    hasher.update(text);
}

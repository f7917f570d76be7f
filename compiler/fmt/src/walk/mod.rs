//! Over the tree: where units begin, and where lines may break. A file for each kind of node.

mod action;
mod clause;
mod declare;
mod expr;
mod field;
mod item;
mod pattern;
mod pipeline;
mod schedule;
mod test;

use trig_grammar::ast::File;

use crate::plan::Plan;

impl Plan<'_> {
    /// Marks every token of a file.
    pub(crate) fn file(&mut self, file: &File) {
        for item in &file.items {
            self.item(item);
        }
        self.brackets();
    }
}

//! A diagnostic under way: places that belong to declarations elsewhere are still named, not located.

use smol_str::SmolStr;

use crate::Diagnostic;

/// A diagnostic whose further labels may name declarations.
///
/// INVARIANT (position-free): what a file's check says of *other* files it says by name, so that moving a declaration
/// about does not redo the check of its users. [`crate::places`] turns names into places at the end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) diagnostic: Diagnostic,
    /// Message and full name: `kommo.lead`, `Sales.New`, `kommo.lead.price`.
    pub(crate) declared: Vec<(String, SmolStr)>,
}

impl Problem {
    /// Adds the place where `name` is declared.
    pub(crate) fn declared(mut self, message: impl Into<String>, name: impl Into<SmolStr>) -> Self {
        self.declared.push((message.into(), name.into()));
        self
    }

    /// Says what to do next.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.help(help);
        self
    }
}

impl From<Diagnostic> for Problem {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic,
            declared: Vec::new(),
        }
    }
}

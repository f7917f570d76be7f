//! Triggers and flows, and the templates that make them.

use super::item::Place;
use super::{Builder, Kids, kids, take};
use crate::ast::{Apply, Clause, Name, Template, TextLit, Trigger};
use crate::parser::Rule;
use crate::span::Span;

impl Builder<'_> {
    pub(super) fn flow_name(&mut self, inner: &mut Kids<'_>) -> Option<Name> {
        take(inner, Rule::name).map(|node| self.name(&node))
    }

    pub(super) fn trigger(&mut self, inner: &mut Kids<'_>, span: Span, place: Place) -> Trigger {
        let name = self.flow_name(inner);
        if name.is_none() && place != Place::Template {
            let after = span.start + "trigger".len() as u32;
            self.errors.help(
                Span::empty(after),
                "expected a name after `trigger`",
                "only the trigger of a template has no name of its own",
            );
        }
        let (label, clauses) = self.trigger_body(inner, "a `trigger`");
        Trigger {
            name,
            label,
            clauses,
        }
    }

    /// The rest of a trigger or flow: label, `for` and body.
    pub(super) fn trigger_body(
        &mut self,
        inner: &mut Kids<'_>,
        what: &str,
    ) -> (Option<TextLit>, Vec<Clause>) {
        let mut label = None;
        let mut clauses: Vec<Clause> = Vec::new();
        for node in inner {
            match node.as_rule() {
                Rule::string => {
                    let found = self.string(&node);
                    let span = found.span;
                    if label.replace(found).is_some() {
                        self.errors.at(span, "the label is given twice");
                    }
                }
                Rule::for_clause => {
                    let clause = self.clause(node, None);
                    clauses.push(clause);
                }
                Rule::bad_head => self.bad_head(&node, &[&["for"]]),
                Rule::body => self.body(node, &mut clauses),
                _ => {
                    let offset = self.start(&node);
                    self.missing_block(what, offset);
                }
            }
        }
        (label, clauses)
    }

    pub(super) fn template(&mut self, inner: &mut Kids<'_>, end: u32) -> Template {
        let name = self.declared(inner, "template", end);
        let params = self.params(inner);
        self.head(inner, "template");
        let mut items = Vec::new();
        if let Some(node) = self.members(inner, "a `template`", end) {
            let span = self.span(&node);
            let mut inner = kids(node);
            while let Some(node) = inner.next_if(|k| k.as_rule() != Rule::missing_close) {
                items.push(self.item(node, Place::Template));
            }
            self.close(&mut inner, span);
        }
        Template {
            name,
            params,
            items,
        }
    }

    pub(super) fn apply(&mut self, inner: &mut Kids<'_>, end: u32) -> Apply {
        let template = self.req_path(inner, "a template", "`apply`", end);
        let args = match take(inner, Rule::args) {
            Some(node) => self.args(node),
            None => Vec::new(),
        };
        let (mut name, mut was) = (None, None);
        for node in inner {
            let Span { start, end } = self.span(&node);
            if node.as_rule() == Rule::apply_as {
                let found = self.req_name(&mut kids(node), "a name", "`as`", end);
                self.set_once(&mut name, found, "as", start);
            } else {
                let old = self.was_attr(node);
                self.set_once(&mut was, old, "was", start);
            }
        }
        let name = name.unwrap_or_else(|| {
            if !self.errors.explains(end) {
                self.errors.help(
                    Span::empty(end),
                    "expected `as` and a name after `apply`",
                    "what a template makes is known by the name given here: `apply Remind(Sales.New, 1d) as RemindNew`",
                );
            }
            Name::missing(end)
        });
        Apply {
            template,
            args,
            name,
            was,
        }
    }
}

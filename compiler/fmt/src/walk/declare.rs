//! Declarations without a body of their own kind: enums, events, actions, known names, conditions.

use trig_grammar::Span;
use trig_grammar::ast::{ActionDecl, Condition, Enum, Event, Known, Path, Update, Variant};

use crate::plan::{Plan, Sep};

impl Plan<'_> {
    /// Paths with commas between them.
    pub(super) fn paths(&mut self, paths: &[Path]) {
        let spans: Vec<Span> = paths.iter().map(|path| path.span).collect();
        self.list(&spans);
    }

    /// On one line, or a line for each value, each behind a `|`.
    pub(super) fn enum_decl(&mut self, decl: &Enum) {
        let Enum { name, variants } = decl;
        let (Some(head), Some(tail)) = (variants.first(), variants.last()) else {
            return;
        };
        let kept = self
            .keyword("|", head.span)
            .filter(|&sign| !self.drop_token(sign));
        // The `=` belongs to the group, so that the first value may have a line, too.
        self.group(self.last(name.span) + 1, self.last(tail.span), false);
        for (i, variant) in variants.iter().enumerate() {
            let Variant {
                span,
                name: _,
                label: _,
                native_id: _,
                was: _,
            } = variant;
            let start = self.first(*span);
            if i == 0 && kept.is_none() {
                self.part(start, self.last(*span), 1);
                self.mark(start).prefix = Some("| ");
            } else {
                self.part(start.saturating_sub(1), self.last(*span), 1);
            }
        }
    }

    /// What it says of records has a line of its own where the whole does not stand on one.
    pub(super) fn event(&mut self, event: &Event, span: Span) {
        let Event {
            name: _,
            subjects,
            webhook: _,
            fields,
            updates,
        } = event;
        self.group(self.first(span), self.last(span), updates.len() > 1);
        self.for_list(subjects);
        self.fields(fields);
        for update in updates {
            let Update {
                span,
                field: _,
                op: _,
                value: _,
            } = update;
            self.part(self.first(*span), self.last(*span), 1);
        }
    }

    /// Entities after `for`, of which there may be several.
    fn for_list(&mut self, subjects: &[Path]) {
        let together = |_: &Path, next: &Path| self.keyword(",", next.span).is_some();
        for list in subjects.chunk_by(together).collect::<Vec<_>>() {
            self.paths(list);
        }
    }

    pub(super) fn action_decl(&mut self, action: &ActionDecl, span: Span) {
        let ActionDecl {
            name,
            subjects,
            params,
            open,
            emits,
            if_unknown: _,
            when,
        } = action;
        self.unit(span);
        self.said("when", when.as_ref());
        self.for_list(subjects);
        self.for_list(emits);
        let (mut at, last) = (self.last(name.span) + 1, self.last(span));
        if self.word(at) == "(" {
            self.glue(at);
        }
        while at <= last {
            let word = self.word(at);
            let end = self.partner(at).filter(|&end| end > at);
            if let Some(end) = end {
                let inside: Vec<_> = params
                    .iter()
                    .filter(|p| (at..end).contains(&self.first(p.span)))
                    .cloned()
                    .collect();
                let more = if *open {
                    self.more(at, end, &inside)
                } else {
                    None
                };
                match word {
                    "(" => self.params(at, &inside, more.map(|i| self.span(i))),
                    "{" => {
                        self.fields(&inside);
                        if let Some(more) = more {
                            self.mark(more).sep = Some(Sep::Member);
                            self.drop_comma_run(more + 1);
                        }
                    }
                    _ => {}
                }
                at = end;
            }
            at += 1;
        }
    }

    /// The `..` between brackets that stands in no parameter.
    fn more(
        &self,
        open: usize,
        close: usize,
        params: &[trig_grammar::ast::Field],
    ) -> Option<usize> {
        (open..close).find(|&i| {
            let place = self.span(i);
            self.word(i) == ".." && !params.iter().any(|p| p.span.contains(place))
        })
    }

    pub(super) fn known(&mut self, known: &Known) {
        let Known { kind, values } = known;
        let spans: Vec<Span> = values.iter().map(|value| value.span).collect();
        self.elements(self.last(kind.span) + 1, &spans);
    }

    pub(super) fn condition(&mut self, condition: &Condition) {
        let Condition {
            name,
            params,
            subject: _,
            body,
        } = condition;
        self.params_of(name.span, params);
        self.expr(body);
    }
}

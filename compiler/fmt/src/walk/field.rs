//! Fields and parameters: members of a block between braces, elements between parentheses.

use trig_grammar::Span;
use trig_grammar::ast::{Field, Type, TypeKind};

use crate::plan::Plan;

impl Plan<'_> {
    /// Members of a block. Commas between them are dropped.
    pub(super) fn fields(&mut self, fields: &[Field]) {
        for field in fields {
            self.member(field.span);
            let next = self.last(field.span) + 1;
            self.drop_comma_run(next);
            self.field(field);
        }
    }

    /// Drops the commas from here on, but not one that keeps two fields apart: `a: list, of: text`, `a: int = 1, ..`.
    pub(super) fn drop_comma_run(&mut self, from: usize) {
        let end = (from..self.len()).find(|&i| self.word(i) != ",");
        let end = end.unwrap_or(from);
        let parts = matches!(self.word(end), "of" | "..");
        self.drop_commas(from + usize::from(parts), end);
    }

    /// The parameters between the parentheses at `open`: `more` is the place of a `..` among them.
    pub(super) fn params(&mut self, open: usize, params: &[Field], more: Option<Span>) {
        let spans: Vec<Span> = params.iter().map(|p| p.span).chain(more).collect();
        self.elements(open, &spans);
        for param in params {
            self.field(param);
        }
    }

    /// The parameters of what has a name, if there are any.
    pub(super) fn params_of(&mut self, name: Span, params: &[Field]) {
        let open = self.last(name) + 1;
        if self.word(open) == "(" {
            self.glue(open);
            self.params(open, params, None);
        }
    }

    fn field(&mut self, field: &Field) {
        let Field {
            span: _,
            doc: _,
            name: _,
            ty,
            native_id: _,
            default,
            was: _,
            silent: _,
        } = field;
        written(ty);
        if let Some(default) = default {
            self.expr(default);
        }
    }
}

/// In a type, nothing breaks.
fn written(ty: &Type) {
    match &ty.kind {
        TypeKind::List(inner) | TypeKind::Set(inner) => written(inner),
        TypeKind::Named(_) | TypeKind::StageOf(_) | TypeKind::By { .. } | TypeKind::Missing => {}
    }
}

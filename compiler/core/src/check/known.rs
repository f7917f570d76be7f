//! Literals where only known names may stand.

use trig_grammar::{Span, ast};
use trig_ir::{Expr, Type, fold_tag};

use super::cx::{Cx, Typed};
use crate::rules;

impl Cx<'_> {
    /// A tag that is written: one of the known ones, where there are any.
    pub(super) fn known_tag(&mut self, span: Span, tag: &str) {
        let Some(known) = self.model.known.get("tags") else {
            return;
        };
        let folded = fold_tag(tag);
        if !known.iter().any(|k| fold_tag(k) == folded) {
            let known: Vec<&str> = known.iter().map(smol_str::SmolStr::as_str).collect();
            self.report(rules::unknown_name::known(
                self.path, span, "tag", "tags", tag, &known,
            ));
        }
    }

    /// A value that goes with a field or parameter of this name: what is written there must be known, where the names
    /// of its kind are.
    pub(super) fn known_value(&mut self, name: &str, value: &ast::Expr) {
        let Some(plural) = self.model.known_kind(name).filter(|p| *p != "tags") else {
            return;
        };
        match &value.kind {
            ast::ExprKind::Paren(inner) => self.known_value(name, inner),
            ast::ExprKind::List(items) => {
                for item in items {
                    self.known_value(name, item);
                }
            }
            ast::ExprKind::Text(text) => {
                let Some(written) = text.plain().filter(|t| !t.is_empty()) else {
                    return;
                };
                let written = trig_ir::normalize(&written);
                let known = self.model.known.get(plural);
                if let Some(known) = known.filter(|k| !k.contains(&written)) {
                    let singular = plural.strip_suffix('s').unwrap_or(plural);
                    let known: Vec<&str> = known.iter().map(smol_str::SmolStr::as_str).collect();
                    self.report(rules::unknown_name::known(
                        self.path, value.span, singular, plural, &written, &known,
                    ));
                }
            }
            _ => {}
        }
    }

    /// The same, of the two sides of an operator.
    pub(super) fn known_beside(&mut self, field: &Typed, value: &ast::Expr) {
        if let Expr::Load(place) = &field.expr
            && let Some(name) = place.path.last()
            && matches!(
                field.ty.element().unwrap_or(&field.ty),
                Type::Text | Type::Any
            )
        {
            let name = name.clone();
            self.known_value(&name, value);
        }
    }
}

//! Texts, and what stands between their braces.

use trig_grammar::ast;
use trig_ir::{Expr, Type, Value, normalize};

use super::cx::{Cx, Env, Typed};
use crate::rules;

impl Cx<'_> {
    /// A text. Where a tag, URL or receiver is asked for, a plain text stands for one.
    pub(super) fn text(
        &mut self,
        env: &Env,
        text: &ast::TextLit,
        expected: Option<&Type>,
    ) -> Typed {
        let Some(plain) = text.plain() else {
            return self.interpolated(env, text);
        };
        let source = self.text.get(text.span.range()).unwrap_or_default();
        let raw = source.starts_with("\"\"\"");
        if !raw && has_open_brace(source) {
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                text.span,
                "a text shows values in the arguments of actions only",
                "for a brace itself, write `\\{`",
            ));
        }
        let value = if plain.is_empty() {
            Value::Empty
        } else {
            Value::Text(normalize(&plain))
        };
        match expected {
            Some(Type::Tag) => {
                if plain.trim().is_empty() {
                    self.report(rules::invalid_literal::problem(
                        self.path,
                        text.span,
                        "a tag needs at least one character".to_owned(),
                    ));
                    return Typed::poison();
                }
                let tag = normalize(plain.trim());
                self.known_tag(text.span, &tag);
                Typed::constant(Value::Tag(tag), Type::Tag)
            }
            Some(Type::Url) => Typed::constant(value, Type::Url),
            Some(Type::Receiver) => {
                if self.model.receivers_known && !self.model.receivers.contains(plain.as_str()) {
                    let known: Vec<&str> = self
                        .model
                        .receivers
                        .iter()
                        .map(smol_str::SmolStr::as_str)
                        .collect();
                    let problem =
                        rules::unknown_name::receiver(self.path, text.span, &plain, &known);
                    self.report(problem);
                }
                Typed::constant(value, Type::Receiver)
            }
            // `""` is `empty`
            _ => Typed {
                optional: value == Value::Empty,
                ..Typed::constant(value, Type::Text)
            },
        }
    }

    fn interpolated(&mut self, env: &Env, text: &ast::TextLit) -> Typed {
        let mut pieces = Vec::with_capacity(text.parts.len());
        for part in &text.parts {
            match part {
                ast::TextPart::Literal(literal) => {
                    pieces.push(Expr::Const(Value::Text(normalize(literal))))
                }
                ast::TextPart::Interpolation { span, expr, format } => {
                    let typed = self.expr(env, expr, None);
                    match &typed.ty {
                        Type::Entity(_) => {
                            let name = self.source(expr.span);
                            self.report(rules::type_mismatch::message(
                                self.path,
                                expr.span,
                                format!(
                                    "`{name}` is a record; say which of its fields the text shows"
                                ),
                            ));
                        }
                        Type::List(_) | Type::Set(_) => {
                            let ty = self.model.type_name(&typed.ty);
                            self.report(rules::type_mismatch::problem(
                                self.path,
                                expr.span,
                                "a single value",
                                &ty,
                            ));
                        }
                        _ => {}
                    }
                    if typed.optional {
                        let written = self.source(expr.span);
                        let remedy = env.present.remedy(&typed.expr, &written);
                        self.report(rules::may_be_empty::problem(
                            self.path, expr.span, &written, remedy,
                        ));
                    }
                    let format = format
                        .as_ref()
                        .and_then(|f| self.format(*span, f, &typed.ty));
                    pieces.push(match format {
                        Some(format) => Expr::Format(Box::new(typed.expr), format),
                        None => typed.expr,
                    });
                }
            }
        }
        Typed::new(Expr::Concat(pieces), Type::Text)
    }
}

/// Whether the source of a text has a brace that is not escaped.
fn has_open_brace(source: &str) -> bool {
    let mut escaped = false;
    source.chars().any(|c| {
        let found = c == '{' && !escaped;
        escaped = c == '\\' && !escaped;
        found
    })
}

//! Events that are read from the JSON bodies of a webhook: where each field stands there.

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::{Field, Type, Webhook, WebhookValue};

use super::build::{Builder, Unit};
use crate::literal;
use crate::rules;

/// How a body is called where its members are named.
const BODY: &str = "body";

impl Builder<'_> {
    /// Where the fields of an event stand. `fields` are its own, resolved.
    pub(super) fn webhook(
        &mut self,
        unit: Unit<'_>,
        node: &ast::Event,
        webhook: &ast::Webhook,
        fields: &[Field],
    ) -> Webhook {
        let source = webhook.source.plain().unwrap_or_default();
        if self.model.receivers_known
            && !source.is_empty()
            && !self.model.receivers.contains(source.as_str())
        {
            let known: Vec<&str> = self.model.receivers.iter().map(SmolStr::as_str).collect();
            self.problems.push(rules::unknown_name::source(
                unit.path,
                webhook.source.span,
                &source,
                &known,
            ));
        }
        let id = webhook
            .id
            .as_ref()
            .and_then(|path| self.members(unit, path));
        let mut places = Vec::new();
        for field in &node.fields {
            let Some(of) = fields.iter().find(|f| f.name == field.name.text) else {
                continue;
            };
            let Some(place) = &field.default else {
                continue;
            };
            if let Some(value) = self.webhook_field(unit, field, of, place) {
                places.push((of.name.clone(), value));
            }
        }
        places.sort_by(|a, b| a.0.cmp(&b.0));
        places.dedup_by(|a, b| a.0 == b.0);
        Webhook {
            source: source.into(),
            id,
            fields: places,
        }
    }

    fn webhook_field(
        &mut self,
        unit: Unit<'_>,
        node: &ast::Field,
        field: &Field,
        place: &ast::Expr,
    ) -> Option<WebhookValue> {
        if let ast::TypeKind::By { field: by, .. } = &node.ty.kind {
            let Type::Entity(entity) = field.ty else {
                return None;
            };
            if by.is_missing() {
                return None;
            }
            let (known, ty) = {
                let of = self.model.entity(entity)?;
                let known: Vec<SmolStr> = of.fields.iter().map(|f| f.name.clone()).collect();
                (known, of.field(&by.text).map(|f| f.ty.clone()))
            };
            let ty = match ty {
                None if by.text == "id" => Type::Text,
                None => {
                    let owner = self.model.entity_name(entity).to_owned();
                    let mut known: Vec<&str> = known.iter().map(SmolStr::as_str).collect();
                    known.push("id");
                    self.problems.push(rules::unknown_field::of_entity(
                        unit.path, by.span, &owner, &by.text, &known,
                    ));
                    return None;
                }
                Some(ty @ (Type::Text | Type::Url | Type::Int)) => ty,
                Some(other) => {
                    let ty = self.model.type_name(&other);
                    let message = format!(
                        "a record is found by a text or number, and `{}` is `{ty}`",
                        by.text
                    );
                    self.problems
                        .push(rules::type_mismatch::message(unit.path, by.span, message));
                    return None;
                }
            };
            let value = self.webhook_value(unit, place, &ty)?;
            return Some(WebhookValue::Find {
                entity,
                field: by.text.as_str().into(),
                value: Box::new(value),
            });
        }
        if let Type::Entity(entity) = field.ty {
            let name = self.model.entity_name(entity).to_owned();
            let problem = rules::misplaced_clause::RULE.with_help(
                unit.path,
                place.span,
                format!("a body holds no `{name}`, only something by which it is found"),
                format!("write `{}: {name} by id = …`", field.name),
            );
            self.problems.push(problem);
            return None;
        }
        self.webhook_value(unit, place, &field.ty)
    }

    /// `body.x.y`, `minor(amount, currency)`, or a constant.
    fn webhook_value(
        &mut self,
        unit: Unit<'_>,
        expr: &ast::Expr,
        ty: &Type,
    ) -> Option<WebhookValue> {
        match &expr.kind {
            ast::ExprKind::Missing => None,
            ast::ExprKind::Path(path) if path.names.first().is_some_and(|n| n.text == BODY) => {
                self.members(unit, path).map(WebhookValue::At)
            }
            ast::ExprKind::Call(call) if call.callee.text() == "minor" => {
                self.minor(unit, expr.span, call, ty)
            }
            _ => self.webhook_constant(unit, expr, ty),
        }
    }

    fn minor(
        &mut self,
        unit: Unit<'_>,
        span: Span,
        call: &ast::Call,
        ty: &Type,
    ) -> Option<WebhookValue> {
        let [amount, currency] = call.args.as_slice() else {
            self.problems.push(rules::type_mismatch::message(
                unit.path,
                span,
                format!(
                    "`minor` takes an amount in the smallest unit and its currency: 2 values, and here stand {}",
                    call.args.len()
                ),
            ));
            return None;
        };
        if !matches!(ty, Type::Money | Type::Any) {
            let wanted = format!("`{}`", self.model.type_name(ty));
            self.problems.push(rules::type_mismatch::problem(
                unit.path, span, &wanted, "money",
            ));
            return None;
        }
        let amount = self.webhook_value(unit, &amount.value, &Type::Int)?;
        let currency = self.webhook_value(unit, &currency.value, &Type::Text)?;
        Some(WebhookValue::Minor(Box::new(amount), Box::new(currency)))
    }

    fn webhook_constant(
        &mut self,
        unit: Unit<'_>,
        expr: &ast::Expr,
        ty: &Type,
    ) -> Option<WebhookValue> {
        if let Some(variant) = self.variant(unit, expr, ty) {
            return variant.map(WebhookValue::Const);
        }
        match literal::constant(expr) {
            Ok(Some((value, of))) => match literal::fitted(value, of, ty) {
                Ok(value) => Some(WebhookValue::Const(value)),
                Err(of) => {
                    let (wanted, found) = (
                        format!("`{}`", self.model.type_name(ty)),
                        self.model.type_name(&of),
                    );
                    self.problems.push(rules::type_mismatch::problem(
                        unit.path, expr.span, &wanted, &found,
                    ));
                    None
                }
            },
            Err((span, message)) => {
                self.problems
                    .push(rules::invalid_literal::problem(unit.path, span, message));
                None
            }
            Ok(None) => {
                self.problems.push(rules::misplaced_clause::RULE.with_help(
                    unit.path,
                    expr.span,
                    "this says nothing of the webhook's body",
                    "write where the value stands, such as `body.data.amount`; `minor(body.cents, body.currency)` for \
                     amounts in the smallest unit; or a constant",
                ));
                None
            }
        }
    }

    /// The members that a path names, behind `body`.
    fn members(&mut self, unit: Unit<'_>, path: &ast::Path) -> Option<Vec<SmolStr>> {
        if path.is_missing() || path.names.iter().any(ast::Name::is_missing) {
            return None;
        }
        match path.names.split_first() {
            Some((first, rest)) if first.text == BODY && !rest.is_empty() => {
                Some(rest.iter().map(|n| n.text.as_str().into()).collect())
            }
            _ => {
                let text = path.text();
                let help = if text == BODY {
                    "write which of its members, such as `body.id`".to_owned()
                } else {
                    format!("write `body.{text}`")
                };
                self.problems.push(rules::misplaced_clause::RULE.with_help(
                    unit.path,
                    path.span,
                    "what a webhook sends is called `body`",
                    help,
                ));
                None
            }
        }
    }

    /// A body must say everything that the event always has.
    pub(super) fn complete_webhook(
        &mut self,
        unit: Unit<'_>,
        node: &ast::Event,
        fields: &[Field],
        places: &Webhook,
    ) {
        for field in fields {
            if field.optional || places.fields.iter().any(|(name, _)| *name == field.name) {
                continue;
            }
            let written = node.fields.iter().find(|f| f.name.text == field.name);
            // of one that is written wrongly, that has been said
            if written.is_some_and(|f| f.default.is_some()) || field.ty == Type::Any {
                continue;
            }
            let span = written.map_or(node.name.span, |f| f.name.span);
            let ty = self.model.type_name(&field.ty);
            let help = match field.ty {
                Type::Entity(_) => format!(
                    "say by what it is found: `{}: {ty} by id = body.…`",
                    field.name
                ),
                Type::Money => format!(
                    "say where it stands: `{}: money = minor(body.…, body.…)`",
                    field.name
                ),
                _ => format!("say where it stands: `{}: {ty} = body.…`", field.name),
            };
            let event = node.name.text();
            self.problems.push(
                rules::missing_clause::no_place(unit.path, span, &event, &field.name).help(help),
            );
        }
    }
}

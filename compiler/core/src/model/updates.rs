//! What events say of the records that they refer to.

use smol_str::SmolStr;
use trig_grammar::ast;
use trig_ir::{Field, SetOp, Type, Update};

use super::build::{Builder, Unit};
use crate::rules;

impl Builder<'_> {
    /// `updates contact.lists += list`. `fields` are the event's, references included.
    pub(super) fn updates(
        &mut self,
        unit: Unit<'_>,
        node: &ast::Event,
        fields: &[Field],
    ) -> Vec<Update> {
        let mut updates = Vec::new();
        for update in &node.updates {
            updates.extend(self.update(unit, node, update, fields));
        }
        updates
    }

    fn update(
        &mut self,
        unit: Unit<'_>,
        node: &ast::Event,
        update: &ast::Update,
        fields: &[Field],
    ) -> Option<Update> {
        if update.field.is_missing() || update.value.is_missing() {
            return None;
        }
        let what = format!("`{}`", node.name.text());
        let known =
            |fields: &[Field]| -> Vec<SmolStr> { fields.iter().map(|f| f.name.clone()).collect() };
        let (first, rest) = update.field.names.split_first()?;
        let rest: Vec<&str> = rest.iter().map(|n| n.text.as_str()).collect();
        let rest = rest.join(".");
        let Some(record) = fields.iter().find(|f| f.name == first.text) else {
            let known = known(fields);
            let known: Vec<&str> = known.iter().map(SmolStr::as_str).collect();
            self.problems.push(rules::unknown_field::problem(
                unit.path,
                first.span,
                &what,
                &first.text,
                &known,
            ));
            return None;
        };
        let Type::Entity(entity) = record.ty else {
            if record.ty != Type::Any {
                let ty = self.model.type_name(&record.ty);
                self.problems.push(rules::misplaced_clause::RULE.with_help(
                    unit.path,
                    update.field.span,
                    format!("`{}` is a `{ty}`, and an event updates records", first.text),
                    "write `updates RECORD.FIELD = field`",
                ));
            }
            return None;
        };
        let name = self.model.entity_name(entity).to_owned();
        let of = &self.model.entity(entity)?.fields;
        let Some(field) = of.iter().find(|f| f.name == rest) else {
            let known = known(of);
            let known: Vec<&str> = known.iter().map(SmolStr::as_str).collect();
            let span = update
                .field
                .names
                .get(1)
                .map_or(update.field.span, |n| n.span);
            self.problems.push(rules::unknown_field::of_entity(
                unit.path, span, &name, &rest, &known,
            ));
            return None;
        };
        let (field_name, field_ty) = (field.name.clone(), field.ty.clone());
        let Some(value) = fields.iter().find(|f| f.name == update.value.text) else {
            let known = known(fields);
            let known: Vec<&str> = known.iter().map(SmolStr::as_str).collect();
            self.problems.push(rules::unknown_field::problem(
                unit.path,
                update.value.span,
                &what,
                &update.value.text,
                &known,
            ));
            return None;
        };
        let (op, word) = match update.op {
            ast::SetOp::Assign => (SetOp::Assign, "="),
            ast::SetOp::Add => (SetOp::Add, "+="),
            ast::SetOp::Remove => (SetOp::Remove, "-="),
        };
        let element = field_ty.element();
        let fits = match op {
            SetOp::Assign => field_ty == value.ty,
            SetOp::Add | SetOp::Remove => match (&field_ty, element) {
                (_, Some(of)) => *of == value.ty || value.ty.element() == Some(of),
                (Type::Int | Type::Decimal | Type::Money, None) => field_ty == value.ty,
                _ => false,
            },
        };
        if !fits && field_ty != Type::Any && value.ty != Type::Any {
            let (a, b) = (
                self.model.type_name(&field_ty),
                self.model.type_name(&value.ty),
            );
            self.problems.push(rules::type_mismatch::message(
                unit.path,
                update.span,
                format!("`{word}` does not go with `{a}` and `{b}`"),
            ));
            return None;
        }
        Some(Update {
            record: record.name.clone(),
            field: field_name,
            op,
            value: value.name.clone(),
        })
    }
}

//! Fields: what the names of a path lead to, one after the other.

use trig_grammar::ast;
use trig_ir::{Expr, Field, Function, Place, Type};

use super::cx::{Cx, Typed};
use crate::model::short;
use crate::rules;

impl Cx<'_> {
    /// Follows the names of `path` from the `used`-th on.
    pub(super) fn walk(
        &mut self,
        mut place: Place,
        mut ty: Type,
        mut optional: bool,
        path: &ast::Path,
        mut used: usize,
    ) -> Typed {
        while let Some(rest) = path.names.get(used..).filter(|rest| !rest.is_empty()) {
            let Some(name) = rest.first().filter(|n| !n.is_missing()) else {
                return Typed::poison();
            };
            let so_far = || prefix(path, used);
            match &ty {
                Type::Entity(id) => {
                    let Some(entity) = self.model.entity(*id) else {
                        return Typed::poison();
                    };
                    let Some((field, n)) = match_field(&entity.fields, rest) else {
                        let known: Vec<&str> =
                            entity.fields.iter().map(|f| f.name.as_str()).collect();
                        let owner = short(&entity.name).to_owned();
                        self.report(rules::unknown_field::of_entity(
                            self.path, name.span, &owner, &name.text, &known,
                        ));
                        return Typed::poison();
                    };
                    place.path.push(field.name.clone());
                    // a reference leads to one record, a reference that may be empty to none
                    optional |= field.optional;
                    ty = field.ty.clone();
                    used += n;
                }
                Type::Money if name.text == "currency" && rest.len() == 1 => {
                    let expr = Expr::Call(Function::Currency, vec![Expr::Load(place)]);
                    return Typed {
                        expr,
                        ty: Type::Text,
                        optional,
                    };
                }
                Type::Any => return Typed::poison(),
                Type::List(of) | Type::Set(of) if matches!(**of, Type::Entity(_)) => {
                    let ty = self.model.type_name(&ty);
                    self.report(rules::unknown_field::of_collection(
                        self.path,
                        name.span,
                        &so_far(),
                        &ty,
                        &name.text,
                    ));
                    return Typed::poison();
                }
                _ => {
                    let ty = self.model.type_name(&ty);
                    self.report(rules::unknown_field::no_fields(
                        self.path,
                        name.span,
                        &so_far(),
                        &ty,
                        &name.text,
                    ));
                    return Typed::poison();
                }
            }
        }
        Typed {
            expr: Expr::Load(place),
            ty,
            optional,
        }
    }
}

/// The field that the first names spell, and how many of them: a field's own name may hold a dot (`utm.source`). One that
/// a catalogue added to what is shared bears the catalogue's name (`bitrix24.deal`), and may be called without it where
/// no other field has that name.
pub(super) fn match_field<'f>(
    fields: &'f [Field],
    names: &[ast::Name],
) -> Option<(&'f Field, usize)> {
    let mut text = String::new();
    let mut found = None;
    let mut bare = None;
    for (i, name) in names.iter().enumerate().take(3) {
        if i > 0 {
            text.push('.');
        }
        text.push_str(&name.text);
        if let Some(field) = fields.iter().find(|f| f.name == text) {
            found = Some((field, i + 1));
        } else if let Some(field) = bare_field(fields, &text) {
            bare = Some((field, i + 1));
        }
    }
    found.or(bare)
}

/// The only field that is called `name` behind the name of a catalogue.
fn bare_field<'f>(fields: &'f [Field], name: &str) -> Option<&'f Field> {
    let mut called = fields
        .iter()
        .filter(|f| f.name.ends_with(name) && f.name.len() > name.len() && short(&f.name) == name);
    match (called.next(), called.next()) {
        (Some(field), None) => Some(field),
        _ => None,
    }
}

fn prefix(path: &ast::Path, used: usize) -> String {
    let names: Vec<&str> = path
        .names
        .iter()
        .take(used)
        .map(|n| n.text.as_str())
        .collect();
    names.join(".")
}

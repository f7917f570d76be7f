//! Fields and their types.

use smol_str::SmolStr;
use trig_grammar::ast;
use trig_ir::{EntityId, Field, Type};

use super::build::{Builder, Unit};
use super::{Decl, Lookup, Model, short};
use crate::rules;

/// The built-in types and their names.
const BUILT_IN: &[(&str, Type)] = &[
    ("bool", Type::Bool),
    ("int", Type::Int),
    ("decimal", Type::Decimal),
    ("money", Type::Money),
    ("text", Type::Text),
    ("url", Type::Url),
    ("date", Type::Date),
    ("time", Type::Time),
    ("datetime", Type::DateTime),
    ("duration", Type::Duration),
    ("weekday", Type::Weekday),
    ("user", Type::User),
    ("tag", Type::Tag),
    ("receiver", Type::Receiver),
];

pub(super) fn built_in(name: &str) -> Option<Type> {
    let mut types = BUILT_IN.iter();
    types.find(|(n, _)| *n == name).map(|(_, ty)| ty.clone())
}

/// The name of a built-in type.
pub(super) fn built_in_name(ty: &Type) -> Option<&'static str> {
    let mut types = BUILT_IN.iter();
    types.find(|(_, t)| t == ty).map(|(name, _)| *name)
}

/// Whose fields they are: decides what they may say.
#[derive(Clone, Copy)]
enum FieldsOf {
    Record(EntityId),
    Event,
    Webhook,
    Params,
}

impl Builder<'_> {
    /// Resolves fields; sorted by name, the first of a name counts. `owner` is the entity whose fields they are.
    pub(super) fn fields(
        &mut self,
        unit: Unit<'_>,
        nodes: &[ast::Field],
        owner: Option<EntityId>,
        owner_name: &SmolStr,
    ) -> Vec<Field> {
        let of = owner.map_or(FieldsOf::Event, FieldsOf::Record);
        let mut fields = self.resolve(unit, nodes, of, owner_name);
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        fields
    }

    /// Resolves fields of an event that is read from a webhook, sorted by name.
    pub(super) fn webhook_fields(
        &mut self,
        unit: Unit<'_>,
        nodes: &[ast::Field],
        owner_name: &SmolStr,
    ) -> Vec<Field> {
        let mut fields = self.resolve(unit, nodes, FieldsOf::Webhook, owner_name);
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        fields
    }

    /// Resolves parameters, in the order declared.
    pub(super) fn params(
        &mut self,
        unit: Unit<'_>,
        nodes: &[ast::Field],
        owner_name: &SmolStr,
    ) -> Vec<Field> {
        self.resolve(unit, nodes, FieldsOf::Params, owner_name)
    }

    fn resolve(
        &mut self,
        unit: Unit<'_>,
        nodes: &[ast::Field],
        of: FieldsOf,
        owner_name: &SmolStr,
    ) -> Vec<Field> {
        let owner = match of {
            FieldsOf::Record(id) => Some(id),
            FieldsOf::Event | FieldsOf::Webhook | FieldsOf::Params => None,
        };
        let mut fields: Vec<Field> = Vec::with_capacity(nodes.len());
        for node in nodes {
            if node.name.is_missing() {
                continue;
            }
            if fields.iter().any(|f| f.name == node.name.text) {
                self.problems.push(rules::duplicate_field::problem(
                    unit.path,
                    node.name.span,
                    "field",
                    &node.name.text,
                    owner_name,
                ));
                continue;
            }
            if let Some(was) = node.was.as_ref().filter(|_| owner.is_none()) {
                self.problems.push(rules::misplaced_clause::RULE.with_help(
                    unit.path,
                    was.span,
                    "only what is stored has an old name, and this is no field of a record",
                    "leave `was` out, and write the new name wherever the old one stands",
                ));
            }
            if ["event", "old", "subject"].contains(&node.name.text.as_str()) && owner.is_some() {
                self.problems.push(rules::hidden_name::problem(
                    unit.path,
                    node.name.span,
                    &node.name.text,
                    "what this word means in every trigger",
                ));
            }
            if node.silent && unit.catalogue.is_none() {
                self.problems.push(rules::misplaced_clause::problem(
                    unit.path,
                    node.name.span,
                    "`silent` says what a CRM does not report: it stands in catalogues only",
                ));
            }
            if let Some(default) = &node.default {
                let (message, help) = match of {
                    FieldsOf::Params | FieldsOf::Webhook => ("", ""),
                    FieldsOf::Record(_) => (
                        "a field of a record has no default: what the CRM does not say is `empty`",
                        "write `field or else …` where it is read",
                    ),
                    FieldsOf::Event => (
                        "only what a webhook sends is read from a place",
                        "declare the event `from webhook \"…\"`",
                    ),
                };
                if !message.is_empty() {
                    self.problems.push(rules::misplaced_clause::RULE.with_help(
                        unit.path,
                        default.span,
                        message,
                        help,
                    ));
                }
            }
            let ty = match (&node.ty.kind, of) {
                (ast::TypeKind::By { entity, .. }, FieldsOf::Webhook) => {
                    self.entity_id(unit, entity).map_or(Type::Any, Type::Entity)
                }
                _ => self.type_of(unit, &node.ty, owner),
            };
            if let Some(owner) = owner
                && ty == Type::Stage(owner)
                && node.name.text != "stage"
            {
                self.problems.push(rules::misplaced_clause::problem(
                    unit.path,
                    node.name.span,
                    "an entity has one stage, and its field is called `stage`",
                ));
            }
            let native_id = node
                .native_id
                .as_ref()
                .and_then(ast::TextLit::plain)
                .map(SmolStr::from);
            let same = native_id.as_ref().and_then(|id| {
                let mut have = fields.iter();
                have.find(|f| f.native_id.as_ref() == Some(id))
            });
            if let (Some(same), Some(id)) = (same, &node.native_id) {
                let problem = rules::duplicate_field::native_id(unit.path, id.span, &same.name);
                self.problems.push(problem);
            }
            fields.push(Field {
                name: node.name.text.as_str().into(),
                ty,
                optional: node.ty.optional,
                native_id,
                silent: node.silent,
                was: super::build::old_name(node.was.as_ref()),
            });
        }
        fields
    }

    /// Resolves a type. One that is wrong is [`Type::Any`], which nothing else complains about.
    fn type_of(&mut self, unit: Unit<'_>, ty: &ast::Type, owner: Option<EntityId>) -> Type {
        match &ty.kind {
            ast::TypeKind::List(of) => Type::List(Box::new(self.element(unit, of, owner))),
            ast::TypeKind::Set(of) => Type::Set(Box::new(self.element(unit, of, owner))),
            ast::TypeKind::StageOf(path) => match self.lookup(unit, path) {
                Some((_, Decl::Pipeline(id))) => Type::StageOf(id),
                Some((_, Decl::Entity(id))) => Type::Stage(id),
                Some((full, other)) => {
                    self.problems.push(rules::wrong_kind::problem(
                        unit.path,
                        path.span,
                        &full,
                        other.kind(),
                        "a pipeline",
                    ));
                    Type::Any
                }
                None => Type::Any,
            },
            ast::TypeKind::By { .. } => {
                self.problems.push(rules::misplaced_clause::RULE.with_help(
                    unit.path,
                    ty.span,
                    "a record is found `by` a field in an event `from webhook` only",
                    "write the entity alone",
                ));
                Type::Any
            }
            ast::TypeKind::Missing => Type::Any,
            ast::TypeKind::Named(path) => self.named_type(unit, path, owner),
        }
    }

    fn element(&mut self, unit: Unit<'_>, of: &ast::Type, owner: Option<EntityId>) -> Type {
        if of.optional {
            self.problems.push(rules::type_mismatch::message(
                unit.path,
                of.span,
                "the elements of a collection cannot be optional".to_owned(),
            ));
        }
        let ty = self.type_of(unit, of, owner);
        if ty.element().is_some() {
            self.problems.push(rules::type_mismatch::message(
                unit.path,
                of.span,
                "a collection of collections is no type".to_owned(),
            ));
            return Type::Any;
        }
        ty
    }

    fn named_type(&mut self, unit: Unit<'_>, path: &ast::Path, owner: Option<EntityId>) -> Type {
        if path.is_missing() {
            return Type::Any;
        }
        let text = path.text();
        if let Some(ty) = built_in(&text) {
            return ty;
        }
        if text == "stage" {
            if let Some(owner) = owner {
                return Type::Stage(owner);
            }
            self.problems.push(rules::type_mismatch::message(
                unit.path,
                path.span,
                "`stage` alone is the type of an entity's own field: here, write `stage of PIPELINE`".to_owned(),
            ));
            return Type::Any;
        }
        match self.model.scope.lookup(unit.catalogue, &text) {
            Lookup::Found(_, Decl::Entity(id)) => Type::Entity(id),
            Lookup::Found(_, Decl::Enum(id)) => Type::Enum(id),
            Lookup::Found(full, other) => {
                self.problems.push(rules::wrong_kind::problem(
                    unit.path,
                    path.span,
                    full,
                    other.kind(),
                    "a type",
                ));
                Type::Any
            }
            Lookup::Ambiguous(names) => {
                self.problems.push(rules::ambiguous_name::problem(
                    unit.path, path.span, &text, &names,
                ));
                Type::Any
            }
            Lookup::Missing => {
                let mut known = self
                    .model
                    .scope
                    .names(|d| matches!(d, Decl::Entity(_) | Decl::Enum(_)));
                known.extend(BUILT_IN.iter().map(|(name, _)| *name));
                self.problems.push(rules::unknown_name::problem(
                    unit.path, path.span, "type", &text, &known,
                ));
                Type::Any
            }
        }
    }
}

/// The field by which an event refers to its subject, where none is declared.
pub(super) fn subject_field(model: &Model, subject: EntityId, optional: bool) -> Field {
    Field {
        name: model.entity_name(subject).into(),
        ty: Type::Entity(subject),
        optional,
        native_id: None,
        silent: false,
        was: None,
    }
}

/// Sets the native id of what `path` names: a pipeline, a stage, an entity, or a field of one.
pub(super) fn set_native_id(model: &mut Model, path: &str, id: &SmolStr) -> bool {
    if let Some(pipeline) = model.pipelines.iter_mut().find(|p| p.name == path) {
        pipeline.native_id = Some(id.clone());
        return true;
    }
    if let Lookup::Found(_, Decl::Entity(entity)) = model.scope.lookup(None, path)
        && let Some(entity) = model.entities.get_mut(entity.index())
    {
        entity.native_id = Some(id.clone());
        return true;
    }
    let Some((owner, name)) = path.rsplit_once('.') else {
        return false;
    };
    if let Some(pipeline) = model.pipelines.iter_mut().find(|p| p.name == owner) {
        return match pipeline.stages.iter_mut().find(|s| s.name == name) {
            Some(stage) => {
                stage.native_id = Some(id.clone());
                true
            }
            None => false,
        };
    }
    // a field's own name may hold a dot: `lead.utm.source`
    for (at, _) in path.match_indices('.') {
        let (owner, field) = (
            path.get(..at).unwrap_or_default(),
            path.get(at + 1..).unwrap_or_default(),
        );
        if let Lookup::Found(_, Decl::Entity(entity)) = model.scope.lookup(None, owner)
            && let Some(entity) = model.entities.get_mut(entity.index())
            && let Some(field) = entity.fields.iter_mut().find(|f| f.name == field)
        {
            field.native_id = Some(id.clone());
            return true;
        }
    }
    false
}

/// Every path that may have a native id, as it may be written.
pub(crate) fn native_id_paths(model: &Model) -> Vec<String> {
    let mut paths = Vec::new();
    for pipeline in &model.pipelines {
        paths.push(pipeline.name.to_string());
        paths.extend(
            pipeline
                .stages
                .iter()
                .map(|s| format!("{}.{}", pipeline.name, s.name)),
        );
    }
    for entity in &model.entities {
        paths.push(short(&entity.name).to_owned());
        paths.extend(
            entity
                .fields
                .iter()
                .map(|f| format!("{}.{}", short(&entity.name), f.name)),
        );
    }
    paths
}

//! `create`: a new record.

use trig_grammar::{Span, ast};
use trig_ir::{ActionKind, EntityId, Field, Type};

use super::call::given;
use super::cx::{Cx, Env};
use crate::rules;

impl Cx<'_> {
    pub(super) fn create(
        &mut self,
        env: &Env,
        path: &ast::Path,
        args: &[ast::Arg],
    ) -> Option<ActionKind> {
        let id = self.entity(path)?;
        let entity = self.model.entity(id)?;
        let fields = entity.fields.clone();
        let name = entity.name.clone();
        let lowered = self.arguments(env, &name, &fields, args, false);
        self.born_with(path.span, id, &fields, args);
        Some(ActionKind::Create {
            entity: id,
            args: lowered,
        })
    }

    /// Whoever creates a record gives it what it never is without: a stage, and the project's own fields that are never
    /// empty. (A collection may be an empty one; what a catalogue declares, its source fills in.)
    pub(super) fn born_with(
        &mut self,
        span: Span,
        id: EntityId,
        fields: &[Field],
        args: &[ast::Arg],
    ) {
        let has_pipeline = self.model.pipelines_of(id).next().is_some();
        let owner = self.model.entity(id).map(|e| e.name.clone());
        for field in fields {
            let needed = match &field.ty {
                Type::Stage(_) => has_pipeline,
                ty => {
                    self.model.own_fields.contains(&(id, field.name.clone()))
                        && !field.optional
                        && ty.element().is_none()
                        && *ty != Type::Any
                }
            };
            if needed && !given(fields, args, field) {
                let ty = self.model.type_name(&field.ty);
                self.report(rules::missing_argument::problem(
                    self.path,
                    span,
                    owner.as_ref().unwrap_or(&field.name),
                    &field.name,
                    &ty,
                ));
            }
        }
    }
}

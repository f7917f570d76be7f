//! `move`: which record, and where to.

use trig_grammar::{Span, ast};
use trig_ir::{Expr, Place, Root, StageName, Type, Value};

use super::cx::{Cx, Env};
use super::home::Home;
use crate::rules;

impl Cx<'_> {
    pub(super) fn moved_record(
        &mut self,
        env: &Env,
        what: Option<&ast::Path>,
        span: Span,
    ) -> Option<(Place, trig_ir::EntityId)> {
        let (place, entity, span) = match what {
            None => match env.subject {
                Some(subject) => (Place::root(Root::Subject), subject, span),
                None if env.lenient => return None,
                None => {
                    self.report(rules::misplaced_clause::problem(
                        self.path,
                        span,
                        "this trigger has no subject that could move",
                    ));
                    return None;
                }
            },
            Some(path) => match self.place(env, path)? {
                (place, Type::Entity(entity), _) => (place, entity, path.span),
                (_, Type::Any, _) => return None,
                (_, other, _) => {
                    let found = self.model.type_name(&other);
                    self.report(rules::type_mismatch::problem(
                        self.path, path.span, "a record", &found,
                    ));
                    return None;
                }
            },
        };
        if self.stage_field(entity).is_none() {
            let name = self.model.entity_name(entity).to_owned();
            let message = format!("`{name}` has no stages, so it cannot move");
            self.report(rules::misplaced_clause::problem(self.path, span, message));
            return None;
        }
        Some((place, entity))
    }

    pub(super) fn move_target(
        &mut self,
        to: &ast::MoveTarget,
        entity: trig_ir::EntityId,
        home: Option<&Home>,
    ) -> Option<StageName> {
        match to {
            ast::MoveTarget::Here(span) => {
                let Some(home) = home else {
                    // a template that nothing applies may be meant for a stage
                    if self.bound.sample {
                        return None;
                    }
                    self.report(rules::misplaced_clause::RULE.with_help(
                        self.path,
                        *span,
                        "`here` is the stage in which the trigger stands, and it stands in none",
                        "write `move to STAGE`",
                    ));
                    return None;
                };
                let pipeline = self.model.pipeline(home.pipeline)?;
                let (of, pipeline) = (pipeline.entity, pipeline.name.clone());
                if of != entity {
                    self.foreign_pipeline(*span, &pipeline, entity);
                    return None;
                }
                Some(StageName {
                    pipeline,
                    stage: home.stage.clone(),
                })
            }
            ast::MoveTarget::Stage(path) => {
                if path.is_missing() {
                    return None;
                }
                // inside a pipeline, a bare stage is one of its own
                if self.param(path).is_none()
                    && let (Some(home), Some(name)) = (home, path.single())
                    && let Some(pipeline) = self.model.pipeline(home.pipeline)
                    && pipeline.entity == entity
                    && pipeline.stages.iter().any(|s| s.name == name.text)
                {
                    return Some(StageName {
                        pipeline: pipeline.name.clone(),
                        stage: name.text.as_str().into(),
                    });
                }
                let ty = Type::Stage(entity);
                let typed = self.path(&Env::default(), path, Some(&ty));
                if typed.is_poison() || !self.require_type(path.span, &typed, &ty) {
                    return None;
                }
                match typed.expr {
                    Expr::Const(Value::Stage(stage)) => Some(stage),
                    _ => None,
                }
            }
        }
    }
}

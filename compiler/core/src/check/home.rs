//! The stage in which a trigger stands.

use smol_str::SmolStr;
use trig_grammar::Span;
use trig_ir::{
    Action, ActionKind, EntityId, Expr, Guard, GuardKind, PipelineId, Place, Root, StageName, Test,
    Type,
};

use super::cx::Cx;

/// The stage in which a trigger stands.
#[derive(Clone)]
pub(super) struct Home {
    pub(super) pipeline: PipelineId,
    pub(super) stage: SmolStr,
}

impl Cx<'_> {
    /// In this pipeline, earlier, and not final; with `backwards`, anywhere else in it.
    pub(super) fn home_guard(
        &mut self,
        home: &Home,
        subject: Option<EntityId>,
        backwards: bool,
        span: Span,
    ) -> Option<Guard> {
        let pipeline = self.model.pipeline(home.pipeline)?;
        let entity = subject.filter(|s| *s == pipeline.entity)?;
        let field = self.stage_field(entity)?;
        let here = pipeline.stages.iter().position(|s| s.name == home.stage)?;
        let mut allowed = Vec::new();
        for (i, stage) in pipeline.stages.iter().enumerate() {
            if i != here && (backwards || (i < here && !stage.kind.is_final())) {
                allowed.push(StageName {
                    pipeline: pipeline.name.clone(),
                    stage: stage.name.clone(),
                });
            }
        }
        let text = if backwards {
            format!("elsewhere in {}", pipeline.name)
        } else {
            format!(
                "earlier in {} than {}, and not final",
                pipeline.name, home.stage
            )
        };
        let stage = Box::new(Expr::Load(Place::field(Root::Subject, field)));
        let test = Test::Expr(Expr::InStages(stage, allowed));
        Some(Guard {
            kind: GuardKind::Stage,
            loc: self.loc(span),
            test,
            text,
        })
    }

    /// The stage as `Pipeline.Stage`.
    pub(super) fn home_name(&self, home: &Home) -> SmolStr {
        let pipeline = self.model.pipeline(home.pipeline);
        let pipeline = pipeline.map(|p| p.name.as_str()).unwrap_or_default();
        smol_str::format_smolstr!("{pipeline}.{}", home.stage)
    }

    /// The field of an entity that holds its stage.
    pub(super) fn stage_field(&self, entity: EntityId) -> Option<SmolStr> {
        let e = self.model.entity(entity)?;
        e.fields
            .iter()
            .find(|f| f.ty == Type::Stage(entity))
            .map(|f| f.name.clone())
    }

    pub(super) fn move_home(
        &mut self,
        home: &Home,
        span: Span,
        backwards: bool,
        as_user: Option<SmolStr>,
    ) -> Action {
        let pipeline = self
            .model
            .pipeline(home.pipeline)
            .map(|p| p.name.clone())
            .unwrap_or_default();
        Action {
            loc: self.loc(span),
            kind: ActionKind::Move {
                record: Place::root(Root::Subject),
                to: StageName {
                    pipeline,
                    stage: home.stage.clone(),
                },
                backwards,
                across: false,
                as_user,
            },
        }
    }
}

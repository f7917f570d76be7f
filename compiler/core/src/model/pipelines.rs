//! Pipelines and their stages.

use smol_str::SmolStr;
use trig_grammar::ast;
use trig_ir::{EntityId, Pipeline, Stage, StageKind};

use super::build::{Builder, old_name};
use super::renames::Thing;
use crate::rules;

impl Builder<'_> {
    pub(super) fn resolve_pipelines(&mut self) {
        for named in std::mem::take(&mut self.pipelines) {
            let (unit, node) = (named.unit, named.node);
            // a pipeline of an unknown entity keeps its stages, so that its triggers are still read
            let entity = self
                .entity_id(unit, &node.entity)
                .unwrap_or(EntityId(u32::MAX));
            if self.model.entity(entity).is_some_and(|e| {
                !e.fields
                    .iter()
                    .any(|f| f.ty == trig_ir::Type::Stage(entity))
            }) {
                let name = self.model.entity_name(entity).to_owned();
                self.problems.push(rules::misplaced_clause::RULE.with_help(
                    unit.path,
                    node.entity.span,
                    format!("`{name}` has no stages, so it has no pipeline"),
                    "an entity with stages has a field `stage: stage`",
                ));
            }
            if node.stages.is_empty() {
                self.problems.push(rules::missing_clause::no_stages(
                    unit.path,
                    node.name.span,
                    &named.full,
                ));
            }
            let mut stages: Vec<Stage> = Vec::new();
            let mut initial = None;
            for stage in &node.stages {
                if stage.name.is_missing() {
                    continue;
                }
                if stages.iter().any(|s| s.name == stage.name.text) {
                    self.problems.push(rules::duplicate_field::problem(
                        unit.path,
                        stage.name.span,
                        "stage",
                        &stage.name.text,
                        &named.full,
                    ));
                    continue;
                }
                let ends = stage
                    .marks
                    .iter()
                    .filter(|m| m.text == "success" || m.text == "failure");
                if let Some(second) = ends.clone().nth(1)
                    && let Some(first) = ends.clone().next()
                {
                    self.problems.push(rules::duplicate_clause::problem(
                        unit.path,
                        second.span,
                        &second.text,
                        first.span,
                    ));
                }
                if let Some(same) = native(&stages, &stage.native_id) {
                    let span = stage.native_id.as_ref().map_or(stage.name.span, |t| t.span);
                    self.problems
                        .push(rules::duplicate_field::native_id(unit.path, span, &same));
                }
                let mut kind = StageKind::Open;
                for mark in &stage.marks {
                    match mark.text.as_str() {
                        "success" => kind = StageKind::Success,
                        "failure" => kind = StageKind::Failure,
                        "initial" => match initial {
                            Some(first) => {
                                self.problems.push(rules::duplicate_clause::problem(
                                    unit.path, mark.span, "initial", first,
                                ));
                            }
                            None => initial = Some(mark.span),
                        },
                        _ => {}
                    }
                }
                stages.push(Stage {
                    name: stage.name.text.as_str().into(),
                    native_id: id(&stage.native_id),
                    kind,
                    was: old_name(stage.was.as_ref()),
                });
            }
            let things: Vec<Thing<'_>> = node
                .stages
                .iter()
                .map(|s| Thing::new(unit.path, &s.name, s.was.as_ref()))
                .collect();
            self.check_renames(&things);
            let native_id = id(&node.native_id);
            let same = native_id.as_ref().and_then(|id| {
                let mut have = self.model.pipelines.iter().filter(|p| p.entity == entity);
                have.find(|p| p.native_id.as_ref() == Some(id))
            });
            if let (Some(same), Some(id)) = (same, &node.native_id) {
                let problem = rules::duplicate_field::native_id(unit.path, id.span, &same.name);
                self.problems.push(problem);
            }
            self.model.pipelines.push(Pipeline {
                name: named.full,
                entity,
                native_id,
                stages,
            });
        }
    }
}

/// The stage that has a native id already.
fn native(stages: &[Stage], text: &Option<ast::TextLit>) -> Option<SmolStr> {
    let id = id(text)?;
    stages
        .iter()
        .find(|s| s.native_id.as_ref() == Some(&id))
        .map(|s| s.name.clone())
}

fn id(text: &Option<ast::TextLit>) -> Option<SmolStr> {
    text.as_ref()
        .and_then(ast::TextLit::plain)
        .map(SmolStr::from)
}

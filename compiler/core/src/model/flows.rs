//! Flows: for whom they run, and their goals.

use trig_grammar::ast;

use super::build::Builder;
use super::{Decl, FlowSig, Lookup};

impl Builder<'_> {
    /// What is wrong with them, their own check says.
    pub(super) fn resolve_flows(&mut self) {
        for named in std::mem::take(&mut self.flows) {
            let mut subject = None;
            let mut goals = Vec::new();
            for clause in &named.node.clauses {
                match &clause.kind {
                    ast::ClauseKind::For(ast::ForClause::Subject { entity, .. }) => {
                        let found = self
                            .model
                            .scope
                            .lookup(named.unit.catalogue, &entity.text());
                        if let Lookup::Found(_, Decl::Entity(id)) = found {
                            subject = Some(id);
                        }
                    }
                    ast::ClauseKind::Do(block) => {
                        for action in &block.actions {
                            if let ast::ActionKind::Goal { name, .. } = &action.kind {
                                goals.push(name.text.as_str().into());
                            }
                        }
                    }
                    _ => {}
                }
            }
            self.model.flows.push(FlowSig {
                name: named.full,
                subject,
                goals,
            });
        }
    }
}

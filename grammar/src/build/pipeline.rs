//! Pipelines and their stages.

use super::item::Place;
use super::name::missing_path;
use super::{Builder, Kids, Node, kids, take};
use crate::ast::{Pipeline, Stage};
use crate::parser::Rule;

impl Builder<'_> {
    pub(super) fn pipeline(&mut self, inner: &mut Kids<'_>, end: u32) -> Pipeline {
        let name = self.declared(inner, "pipeline", end);
        let head = self.head(inner, "pipeline");
        let entity = match head.subject {
            Some(entity) => entity,
            None => {
                let offset = inner.peek().map_or(end, |k| self.start(k));
                if !self.errors.explains(offset) {
                    self.errors.help(
                        name.span,
                        "a pipeline says whose it is",
                        "write `for` and an entity before its `{`: `pipeline Sales for deal { … }`",
                    );
                }
                missing_path(name.span.end)
            }
        };
        if let Some(was) = head.was {
            self.errors.at(
                was.span,
                "a pipeline cannot have an old name; its stages can",
            );
        }
        let (mut stages, mut others) = (Vec::new(), Vec::new());
        if let Some(node) = self.members(inner, "a `pipeline`", end) {
            let span = self.span(&node);
            let mut inner = kids(node);
            while let Some(node) = inner.next_if(|k| k.as_rule() != Rule::missing_close) {
                if node.as_rule() == Rule::stage {
                    stages.push(self.stage(node));
                } else {
                    others.push(self.item(node, Place::Pipeline));
                }
            }
            self.close(&mut inner, span);
        }
        Pipeline {
            name,
            label: head.label,
            native_id: head.native_id,
            entity,
            stages,
            others,
        }
    }

    fn stage(&mut self, node: Node<'_>) -> Stage {
        let span = self.span(&node);
        let mut inner = kids(node);
        let name = self.req_name(&mut inner, "a name", "`stage`", span.end);
        let head = self.head(&mut inner, "stage");
        let mut items = Vec::new();
        if let Some(node) = take(&mut inner, Rule::stage_body) {
            let span = self.span(&node);
            let mut inner = kids(node);
            while let Some(node) = inner.next_if(|k| k.as_rule() != Rule::missing_close) {
                items.push(self.item(node, Place::Stage));
            }
            self.close(&mut inner, span);
        }
        Stage {
            span,
            doc: self.doc(span.start),
            name,
            label: head.label,
            native_id: head.native_id,
            marks: head.marks,
            was: head.was,
            items,
        }
    }
}

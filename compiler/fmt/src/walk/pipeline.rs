//! Pipelines and their stages.

use trig_grammar::ast::{Pipeline, Stage};

use crate::plan::Plan;

impl Plan<'_> {
    pub(super) fn pipeline(&mut self, pipeline: &Pipeline) {
        let Pipeline {
            name: _,
            label: _,
            native_id: _,
            entity: _,
            stages,
            others,
        } = pipeline;
        for stage in stages {
            self.stage(stage);
        }
        for item in others {
            self.item(item);
        }
    }

    fn stage(&mut self, stage: &Stage) {
        let Stage {
            span,
            doc: _,
            name: _,
            label: _,
            native_id: _,
            marks: _,
            was: _,
            items,
        } = stage;
        self.member(*span);
        for item in items {
            self.item(item);
        }
    }
}

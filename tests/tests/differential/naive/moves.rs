//! What actions do to records.

use std::collections::BTreeMap;

use trig_ir::*;

use super::{Firing, Naive, Written};
use crate::eval::{arith, same};

impl Naive {
    /// Whether it moved.
    pub(super) fn move_to(
        &mut self,
        firing: &Firing,
        key: &RecordKey,
        to: &StageName,
        backwards: bool,
        across: bool,
    ) -> bool {
        let Some(record) = self.records.get(key) else {
            return false;
        };
        let from = record.get("stage").cloned().unwrap_or(Value::Empty);
        let target = Value::Stage(to.clone());
        if same(&from, &target) {
            return false;
        }
        if let Value::Stage(from) = &from {
            let stages = |name: &StageName| {
                let pipeline = self.ir.pipelines.iter().find(|p| p.name == name.pipeline);
                let stages = &pipeline.unwrap().stages;
                let at = stages.iter().position(|s| s.name == name.stage).unwrap();
                (at, stages[at].kind)
            };
            let ((from_at, from_kind), (to_at, _)) = (stages(from), stages(to));
            let same_pipeline = from.pipeline == to.pipeline;
            let is_back = from_kind.is_final() || (same_pipeline && to_at < from_at);
            if (is_back && !backwards) || (!same_pipeline && !across) {
                return false;
            }
        }
        self.put(firing, key, &"stage".into(), target)
    }

    /// Whether something was written.
    pub(super) fn set(
        &mut self,
        firing: &Firing,
        key: &RecordKey,
        field: &SmolStr,
        op: SetOp,
        value: &Expr,
        binders: &BTreeMap<u32, Value>,
    ) -> bool {
        let Ok(value) = self.computed(firing, value, binders) else {
            return false;
        };
        let Some(record) = self.records.get(key) else {
            return false;
        };
        let old = record.get(field).cloned().unwrap_or(Value::Empty);
        let number = match &old {
            old if old.is_empty() => Value::Int(0),
            old => old.clone(),
        };
        let new = match op {
            SetOp::Assign => value,
            SetOp::Add if field == "tags" => super::records::add(&old, &value),
            SetOp::Remove if field == "tags" => super::records::remove(&old, &value),
            // a number that is not there counts as none
            SetOp::Add => arith(ArithOp::Add, &number, &value),
            SetOp::Remove => arith(ArithOp::Sub, &number, &value),
        };
        if op != SetOp::Assign && field != "tags" && new.is_empty() {
            return false;
        }
        if same(&old, &new) {
            return false;
        }
        self.put(firing, key, field, new)
    }

    fn put(&mut self, firing: &Firing, key: &RecordKey, field: &SmolStr, value: Value) -> bool {
        let from = self.records.get(key).and_then(|r| r.get(field)).cloned();
        self.write(Written {
            record: key.clone(),
            field: field.clone(),
            from: from.unwrap_or(Value::Empty),
            to: value.clone(),
        });
        let changes = BTreeMap::from([(field.clone(), value)]);
        let depth = firing.event.depth + 1;
        self.change(key, changes, ActorKind::Automation, depth);
        true
    }
}

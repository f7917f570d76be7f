//! Another revision becomes active: what waits follows it.

use std::ops::Bound;

use trig_ir::RevisionHash;

use crate::Audit;
use crate::apply::Run;

impl Run<'_> {
    /// Firings that wait belong to their trigger: they get its new deadline, counted from when they began to wait and
    /// never before now; those of triggers that are gone or disabled are cancelled.
    pub(crate) fn activate(&mut self, revision: &RevisionHash) {
        self.rename();
        self.state.meta.revision = Some(revision.clone());
        self.audit(Audit::Activated {
            revision: revision.clone(),
        });
        let all = self.state.pending.scan(Bound::Unbounded);
        let numbers: Vec<u64> = all.map(|(number, _)| *number).collect();
        for number in numbers {
            self.adopt(number);
        }
        self.adopt_sweeps();
        self.adopt_breakers();
        self.arm_clocks();
    }
}

//! Guards, filters and limits that were tested, where that is asked for.

use smol_str::SmolStr;
use trig_ir::{Loc, Trigger};

use crate::apply::Run;
use crate::{Audit, Options};

/// What was tested, and whether it held: told when nothing borrows the state any more.
pub(crate) struct Tests(Option<Vec<(Loc, bool)>>);

impl Tests {
    pub(crate) fn of(options: Options) -> Self {
        Self(options.coverage.then(Vec::new))
    }

    pub(crate) fn note(&mut self, loc: Loc, held: bool) {
        if let Some(all) = &mut self.0 {
            all.push((loc, held));
        }
    }
}

impl Run<'_> {
    /// Tells what was tested.
    pub(crate) fn tell_tests(&mut self, trigger: &SmolStr, tests: Tests) {
        for (loc, held) in tests.0.into_iter().flatten() {
            self.audit(Audit::Tested {
                trigger: trigger.clone(),
                loc,
                held,
            });
        }
    }

    /// Tells of one whether it held.
    pub(crate) fn tested(&mut self, trigger: &Trigger, loc: Loc, held: bool) {
        let mut tests = Tests::of(self.options);
        tests.note(loc, held);
        self.tell_tests(&trigger.name, tests);
    }
}

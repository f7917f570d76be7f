//! The law that no two effects share a key.

use std::collections::BTreeSet;

use proptest::prelude::*;
use trig_engine::Output;
use trig_ir::SmolStr;

/// The keys of all effects that one world has decided, those that have ended included.
#[derive(Default)]
pub(crate) struct Keys(BTreeSet<SmolStr>);

impl Keys {
    pub(crate) fn note(&mut self, output: &Output) -> Result<(), TestCaseError> {
        for effect in &output.effects {
            prop_assert!(self.0.insert(effect.key.clone()), "a second {effect:?}");
        }
        Ok(())
    }
}

//! What an action sees.

use trig_ir::Value;

use crate::eval::{Eval, Scope};

/// What an action sees: the firing's scope, on the records as the actions before have left them, and the elements of
/// the `for each` around it, by number.
#[derive(Clone, Copy)]
pub(super) struct Ctx<'a> {
    pub(super) scope: Scope<'a>,
    pub(super) bound: &'a [(u32, Value)],
}

impl<'a> Ctx<'a> {
    pub(super) fn eval(&self) -> Eval<'a> {
        Eval::bound(self.scope, self.bound)
    }
}

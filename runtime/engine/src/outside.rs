//! What the world outside says of values: for whoever plays that world, as tests do.

use serde_json::Value as Json;
use trig_ir::{ActionId, SetOp, Type, Value};

use crate::Engine;
use crate::actions::combined;
use crate::decode::coerce;
use crate::json::{native, plain};

impl Engine {
    /// A value of a type as the CRM would report it, in JSON: what is read from it is the value again.
    pub fn wire(&self, ty: &Type, value: &Value) -> Json {
        native(self, ty, value)
    }

    /// An argument of an action as its effects have it, in JSON.
    pub fn argument(&self, action: ActionId, name: &str, value: Value) -> Json {
        let decl = self.ir().actions.get(action.index());
        let param = decl.and_then(|decl| decl.params.iter().find(|p| p.name == name));
        let typed = param.and_then(|param| coerce(self, &param.ty, value.clone()));
        plain(&typed.unwrap_or(value))
    }

    /// What a field of a type holds after `=`, `+=` or `-=`.
    ///
    /// # Errors
    /// Why it cannot be computed.
    pub fn changed(
        &self,
        ty: &Type,
        op: SetOp,
        there: &Value,
        value: Value,
    ) -> Result<Value, String> {
        match op {
            SetOp::Assign => Ok(value),
            SetOp::Add | SetOp::Remove => combined(op, ty, there, &value),
        }
    }
}

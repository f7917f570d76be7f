//! Which places an expression reads.

use trig_ir::{Expr, Place};

/// Calls `look` for every place in an expression. Conditions read their own subject only: of them, the place that they
/// are asked of and their arguments count.
pub(crate) fn places(expr: &Expr, look: &mut dyn FnMut(&Place)) {
    if let Expr::Load(place) | Expr::Condition(_, Some(place), _) = expr {
        look(place);
    }
    expr.for_each_child(&mut |child| places(child, look));
}

//! Which places an expression reads.

use trig_ir::{Expr, Place};

/// Calls `look` for every place in an expression. Conditions read their own subject only: of them, the place that they
/// are asked of counts.
pub(crate) fn places(expr: &Expr, look: &mut dyn FnMut(&Place)) {
    match expr {
        Expr::Const(_) | Expr::Open(_) | Expr::NextOpen(_) => {}
        Expr::Load(place) | Expr::Condition(_, Some(place)) => look(place),
        Expr::Condition(_, None) => {}
        Expr::And(all) | Expr::Or(all) | Expr::List(all) | Expr::Concat(all) => {
            all.iter().for_each(|e| places(e, look));
        }
        Expr::Call(_, all) => all.iter().for_each(|e| places(e, look)),
        Expr::Not(e) | Expr::IsEmpty(e) | Expr::Neg(e) => places(e, look),
        Expr::InStages(e, _) | Expr::InPipeline(e, _) => places(e, look),
        Expr::Compare(_, a, b)
        | Expr::In(a, b)
        | Expr::Has(_, a, b)
        | Expr::Text(_, a, b)
        | Expr::OrElse(a, b)
        | Expr::Arith(_, a, b) => {
            places(a, look);
            places(b, look);
        }
        Expr::Between { value, low, high } => {
            places(value, look);
            places(low, look);
            places(high, look);
        }
        Expr::If(c, a, b) => {
            places(c, look);
            places(a, look);
            places(b, look);
        }
        Expr::Any { source, filter, .. } => {
            places(source, look);
            places(filter, look);
        }
    }
}

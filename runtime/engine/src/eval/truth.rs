//! Expressions that are true or false.

use trig_ir::{CompareOp, ConditionId, Expr, HasOp, Place, TextOp, Value};

use super::{Eval, Members, Unknown, compare, like, schedule, text};

impl<'a> Eval<'a> {
    /// Whether an expression holds.
    pub(crate) fn test(&mut self, expr: &'a Expr) -> Result<bool, Unknown> {
        self.nested(|eval| eval.holds(expr))
    }

    fn holds(&mut self, expr: &'a Expr) -> Result<bool, Unknown> {
        match expr {
            Expr::And(all) => self.first_of(all, false),
            Expr::Or(all) => self.first_of(all, true),
            Expr::Not(e) => Ok(!self.test(e)?),
            Expr::Compare(op, a, b) => {
                let a = self.value(a)?.value;
                let b = self.value(b)?.value;
                Ok(match op {
                    CompareOp::Eq => compare::equal(&a, &b),
                    CompareOp::Ne => !compare::equal(&a, &b),
                    op => compare::order(&a, &b).is_some_and(|order| match op {
                        CompareOp::Lt => order.is_lt(),
                        CompareOp::Le => order.is_le(),
                        CompareOp::Gt => order.is_gt(),
                        _ => order.is_ge(),
                    }),
                })
            }
            Expr::Between { value, low, high } => {
                let value = self.value(value)?.value;
                let low = self.value(low)?.value;
                let high = self.value(high)?.value;
                let above = compare::order(&value, &low).is_some_and(|o| o.is_ge());
                Ok(above && compare::order(&value, &high).is_some_and(|o| o.is_le()))
            }
            Expr::In(value, of) => {
                let value = self.value(value)?.value;
                let of = self.value(of)?.value;
                Ok(compare::contains(&of, &value))
            }
            Expr::InStages(value, stages) => {
                let value = self.value(value)?.value;
                Ok(matches!(value.as_ref(), Value::Stage(stage) if stages.contains(stage)))
            }
            Expr::InPipeline(value, id) => {
                let value = self.value(value)?.value;
                let pipeline = self.scope.engine.ir().pipelines.get(id.index());
                Ok(match (value.as_ref(), pipeline) {
                    (Value::Stage(stage), Some(pipeline)) => stage.pipeline == pipeline.name,
                    _ => false,
                })
            }
            Expr::Has(op, of, what) => {
                let of = self.value(of)?.value;
                let what = self.value(what)?.value;
                if *op == HasOp::One {
                    return Ok(compare::contains(&of, &what));
                }
                let members = Members::of(&of);
                let mut each = compare::elements(&what);
                Ok(match op {
                    HasOp::One | HasOp::Any => each.any(|one| members.has(one)),
                    HasOp::All => each.all(|one| members.has(one)),
                    HasOp::None => !each.any(|one| members.has(one)),
                })
            }
            Expr::Text(op, value, part) => {
                let value = self.value(value)?.value;
                let part = self.value(part)?.value;
                Ok(self.text_test(*op, &value, &part))
            }
            Expr::IsEmpty(e) => Ok(self.value(e)?.value.is_empty()),
            Expr::Condition(id, of, args) => self.condition(*id, of.as_ref(), args),
            Expr::Open(id) => {
                let open = schedule::is_open(self.scope.engine, *id, self.scope.now);
                self.note_schedule(*id, Value::Bool(open));
                Ok(open)
            }
            Expr::Any {
                slot,
                source,
                filter,
            } => self.any(*slot, source, filter),
            _ => Ok(matches!(
                self.value(expr)?.value.as_ref(),
                Value::Bool(true)
            )),
        }
    }

    /// `and` and `or`: the first that is `decisive` decides, whatever is unknown.
    fn first_of(&mut self, all: &'a [Expr], decisive: bool) -> Result<bool, Unknown> {
        let mut unknown = None;
        for expr in all {
            match self.test(expr) {
                Ok(result) if result == decisive => return Ok(decisive),
                Ok(_) => {}
                Err(what) => unknown = unknown.or(Some(what)),
            }
        }
        unknown.map_or(Ok(!decisive), Err)
    }

    fn text_test(&self, op: TextOp, value: &Value, part: &Value) -> bool {
        let Some(value) = text::of(value) else {
            return false;
        };
        if op == TextOp::ContainsAny {
            let mut parts = compare::elements(part);
            return parts.any(|part| {
                text::of(part).is_some_and(|part| trig_ir::contains_folded(value, part))
            });
        }
        let Some(part) = text::of(part) else {
            return false;
        };
        match op {
            TextOp::Contains | TextOp::ContainsAny => trig_ir::contains_folded(value, part),
            TextOp::StartsWith => trig_ir::fold(value).starts_with(&trig_ir::fold(part)),
            TextOp::EndsWith => trig_ir::fold(value).ends_with(&trig_ir::fold(part)),
            TextOp::Like => like::like(value, part),
        }
    }

    /// A named condition: it sees its own record and its arguments, and nothing of where it is asked.
    fn condition(
        &mut self,
        id: ConditionId,
        of: Option<&'a Place>,
        args: &'a [Expr],
    ) -> Result<bool, Unknown> {
        let Some(condition) = self.scope.engine.ir().conditions.get(id.index()) else {
            return Ok(false);
        };
        let subject = match of {
            Some(place) => self.record_at(place)?.map(std::borrow::Cow::Owned),
            None => None,
        };
        let mut frame = Vec::with_capacity(args.len());
        for (slot, arg) in (0u32..).zip(args) {
            frame.push((slot, self.value(arg).map(|out| out.value)));
        }
        let before = std::mem::replace(&mut self.subject, subject);
        let outside = std::mem::replace(&mut self.binders, frame);
        let result = self.test(&condition.body);
        self.binders = outside;
        self.subject = before;
        result
    }

    fn any(&mut self, slot: u32, source: &'a Expr, filter: &'a Expr) -> Result<bool, Unknown> {
        let source = self.value(source)?.value;
        let elements: Vec<Value> = compare::elements(&source).cloned().collect();
        let mut unknown = None;
        for element in elements {
            self.binders
                .push((slot, Ok(std::borrow::Cow::Owned(element))));
            let result = self.test(filter);
            self.binders.pop();
            match result {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(what) => unknown = unknown.or(Some(what)),
            }
        }
        unknown.map_or(Ok(false), Err)
    }
}

//! When time alone may change what an expression says.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use trig_ir::{ConditionId, Expr, Function, ScheduleId, Timestamp};

use crate::Engine;
use crate::eval::{Scope, next_turn};

const MINUTE: i64 = 60_000;

/// What an expression asks of the clock.
#[derive(Debug, Default)]
struct Clocks {
    schedules: BTreeSet<ScheduleId>,
    conditions: BTreeSet<ConditionId>,
    today: bool,
    now: bool,
}

impl Clocks {
    /// Conditions count with what they ask; each is looked at once, so a circle of them ends.
    fn look(&mut self, engine: &Engine, expr: &Expr) {
        match expr {
            Expr::Open(id) | Expr::NextOpen(id) => {
                self.schedules.insert(*id);
            }
            Expr::Call(Function::Now, _) => self.now = true,
            Expr::Call(Function::Today, _) => self.today = true,
            Expr::Condition(id, ..) => {
                let condition = engine.ir().conditions.get(id.index());
                if let Some(condition) = condition
                    && self.conditions.insert(*id)
                {
                    self.look(engine, &condition.body);
                }
            }
            _ => {}
        }
        expr.for_each_child(&mut |child| self.look(engine, child));
    }
}

/// The next time at which an expression may change though nothing else does: a schedule that it asks opens or closes,
/// a day begins where it asks for `today`, a minute where it asks for `now`. `None`: never.
pub(crate) fn next_change(scope: &Scope<'_>, expr: &Expr) -> Option<Timestamp> {
    let mut clocks = Clocks::default();
    clocks.look(scope.engine, expr);
    let turns = clocks.schedules.iter();
    let turn = turns
        .filter_map(|id| next_turn(scope.engine, *id, scope.now))
        .min();
    let midnight = clocks.today.then(|| midnight(scope.zone, scope.now));
    let minute = clocks.now.then(|| next_minute(scope.now));
    [turn, midnight.flatten(), minute.flatten()]
        .into_iter()
        .flatten()
        .min()
}

/// The first instant of the next day.
fn midnight(zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    let day = zone.to_datetime(now.to_jiff()?).date().tomorrow().ok()?;
    let start = day.to_zoned(zone.clone()).ok()?.start_of_day().ok()?;
    Some(start.timestamp().into())
}

fn next_minute(now: Timestamp) -> Option<Timestamp> {
    let next = now
        .0
        .div_euclid(MINUTE)
        .checked_add(1)?
        .checked_mul(MINUTE)?;
    Some(Timestamp(next))
}

//! Limits: tested together, consumed together.

use smol_str::SmolStr;
use trig_ir::{Limit, LimitWindow, Millis, Place, Root};

use crate::Why;
use crate::apply::Run;
use crate::eval::{Eval, Scope};
use crate::fire::Firing;
use crate::key;
use crate::matching::not_known;
use crate::state::{FiringKey, MarkKey};

/// A limit that allows a firing, and what it counts.
pub(crate) struct Allowed<'a> {
    limit: &'a Limit,
    key: MarkKey,
    fan: Option<SmolStr>,
}

/// Whether a limit's key is the record before `for each` alone: then a whole fan-out counts once.
fn counts_fan_out(limit: &Limit) -> bool {
    let outer = |place: &Place| place.root == Root::Outer;
    !limit.key.is_empty() && limit.key.iter().all(outer)
}

fn sliding(limit: &Limit) -> Millis {
    match limit.window {
        LimitWindow::Sliding(window) => window,
        LimitWindow::Ever | LimitWindow::Calendar(_) => Millis(i64::MAX),
    }
}

/// The identity of a fan-out.
fn fan_of(workspace: &str, firing: &Firing<'_>) -> SmolStr {
    let whole = FiringKey {
        trigger: firing.key.trigger.clone(),
        subject: firing.outer.clone(),
        finer: Vec::new(),
    };
    key::firing(workspace, &firing.origin, &whole)
}

impl Run<'_> {
    /// Tests all limits of a firing.
    pub(crate) fn allowed<'a>(
        &self,
        firing: &Firing<'a>,
        scope: Scope<'_>,
    ) -> Result<Vec<Allowed<'a>>, Why> {
        let mut allowed = Vec::with_capacity(firing.trigger.limits.len());
        for limit in &firing.trigger.limits {
            let mut per = Vec::with_capacity(limit.key.len());
            for place in &limit.key {
                let value = Eval::new(scope).load(place);
                let value = value.map_err(|unknown| not_known(&unknown, limit.loc))?;
                per.push(value.into_owned());
            }
            let key = MarkKey {
                name: limit.name.clone(),
                per,
            };
            let fan = (firing.outer.is_some() && counts_fan_out(limit))
                .then(|| fan_of(&self.engine.ir().project.id, firing));
            if let Some(mark) = self.state.marks.get(&key) {
                let room = mark.allows(limit.count, sliding(limit), self.now, fan.as_ref());
                room.map_err(|until| Why::Limit {
                    name: limit.name.clone(),
                    loc: limit.loc,
                    until,
                })?;
            }
            allowed.push(Allowed { limit, key, fan });
        }
        Ok(allowed)
    }

    /// Counts a firing on all its limits.
    pub(crate) fn consume(&mut self, allowed: Vec<Allowed<'_>>) {
        for Allowed { limit, key, fan } in allowed {
            let mut mark = self.state.marks.get(&key).cloned().unwrap_or_default();
            mark.consume(limit.count, sliding(limit), self.now, fan);
            self.state.put_mark(key, mark);
        }
    }
}

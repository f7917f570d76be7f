//! Bodies that wait: `wait`, `wait until`, and the goals behind them. Each finishes on the revision under which it
//! fired.

use std::collections::BTreeSet;
use std::sync::Arc;

use trig_ir::{EventKind, Reached, RecordKey, Timestamp, Until};

use super::unless::watches;
use super::until::{Awaited, awaited, deadline, goes_on, never_again, sooner, too_late};
use super::{Wait, Waiting, pinning};
use crate::Why;
use crate::actions::{self, Begin, Pause};
use crate::apply::Run;
use crate::cascade::Event;
use crate::fire::Firing;
use crate::key::{self, Root};
use crate::program::{Op, Program};
use crate::state::{Pending, Phase, Record, Running, Watch};
use crate::tested::Tests;

/// What the goals behind a line wait for.
struct Goals {
    /// The line of one that holds already.
    reached: Option<usize>,
    watches: BTreeSet<Watch>,
    reads: BTreeSet<RecordKey>,
    tested: Tests,
}

/// Lines are few: an IR has far fewer actions than that.
fn number(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

fn place(running: &Running) -> usize {
    usize::try_from(running.line).unwrap_or(usize::MAX)
}

fn program<'a>(firing: &Firing<'a>) -> Option<&'a Program> {
    firing.engine.index().program(firing.id)
}

/// The `wait until` of a line.
fn until_at(program: &Program, line: usize) -> Option<&Until> {
    match &program.line(line)?.op {
        Op::Until(until) => Some(until),
        _ => None,
    }
}

impl Run<'_> {
    fn goals(
        &self,
        firing: &Firing<'_>,
        program: &Program,
        line: usize,
        pinned: Option<(&RecordKey, &Arc<Record>)>,
    ) -> Goals {
        let mut goals = Goals {
            reached: None,
            watches: BTreeSet::new(),
            reads: BTreeSet::new(),
            tested: Tests::of(self.options),
        };
        for (at, _, reached) in program.goals_after(line) {
            match reached {
                Reached::On(cancel) => {
                    let cancels = std::iter::once(cancel.as_ref());
                    let subject = firing.key.subject.as_ref();
                    let more = watches(firing.engine, cancels, subject);
                    goals.watches.extend(more);
                }
                Reached::When(guard) => match awaited(pinning(firing.scope(self), pinned), guard) {
                    Awaited::Held => {
                        goals.reached = goals.reached.or(Some(at));
                        goals.tested.note(guard.loc, true);
                    }
                    Awaited::Not { reads, .. } => {
                        goals.reads.extend(reads);
                        goals.tested.note(guard.loc, false);
                    }
                },
            }
        }
        goals
    }

    /// Lets a body wait. A goal behind it that holds already is reached.
    pub(crate) fn pause(&mut self, firing: &Firing<'_>, pause: Pause) {
        let (what, shown) = match pause {
            Pause::For { until, .. } => ("wait", Some(until)),
            Pause::Until { line } => {
                let until = program(firing).and_then(|program| until_at(program, line));
                let shown = until.and_then(|until| deadline(until, self.now));
                ("wait until", shown)
            }
        };
        if self.wait_at(firing, pause, self.now) {
            self.audit_armed(firing, what, shown);
        }
    }

    /// Stores a body that waits; ends it if it would wait for ever.
    fn wait_at(&mut self, firing: &Firing<'_>, pause: Pause, since: Timestamp) -> bool {
        let Some(program) = program(firing) else {
            return false;
        };
        let (line, mut due, mut reads) = match pause {
            Pause::For { line, until } => (line, Some(until), BTreeSet::new()),
            Pause::Until { line } => (line, None, BTreeSet::new()),
        };
        let goals = self.goals(firing, program, line, None);
        self.tell_tests(&firing.trigger.name, goals.tested);
        let mut ready = false;
        if let Some(until) = until_at(program, line) {
            match awaited(firing.scope(self), &until.test) {
                Awaited::Held => {
                    self.tested(firing.trigger, until.test.loc, true);
                    if until.within.is_some() {
                        self.tested(firing.trigger, until.loc, true);
                    }
                    (ready, due) = (true, Some(self.now));
                }
                Awaited::Not { reads: more, next } => {
                    due = sooner(next, deadline(until, since));
                    let nothing = more.is_empty() && next.is_none() && !goes_on(until);
                    if nothing && program.goals_after(line).next().is_none() {
                        self.audit_cancelled(&firing.key, never_again(&until.test));
                        return false;
                    }
                    reads = more;
                }
            }
        }
        reads.extend(goals.reads);
        let at = match goals.reached.filter(|_| !ready) {
            Some(goal) => {
                due = Some(self.now);
                goal
            }
            None => line,
        };
        let wait = Wait {
            phase: Phase::Body(Running {
                trigger: firing.trigger.name.clone(),
                line: number(at),
                ready,
            }),
            since,
            due,
            watches: goals.watches,
            reads,
        };
        self.store_waiting(firing, wait)
    }

    /// A body goes on.
    pub(super) fn resume(&mut self, firing: &Firing<'_>, pending: &Pending, running: &Running) {
        let identity = key::firing(&self.engine.ir().project.id, &pending.origin, &pending.key);
        self.begin(Root::Body(identity.clone(), running.line));
        if self.subject_gone(firing) {
            self.audit_cancelled(&firing.key, Why::SubjectGone);
            return;
        }
        let line = place(running);
        let op = program(firing).and_then(|program| program.line(line));
        let begin = match op.map(|line| &line.op) {
            Some(Op::Goal { .. }) => Begin::Goal(line),
            Some(Op::Wait(_)) => Begin::Line(line.saturating_add(1)),
            Some(Op::Until(until)) => {
                if !running.ready && !self.waited_for(firing, until, line, pending.since) {
                    return;
                }
                Begin::Line(line.saturating_add(1))
            }
            _ => {
                self.audit_cancelled(&firing.key, Why::Removed);
                return;
            }
        };
        let ran = actions::run(&self.state, firing.scope(self), firing, &identity, begin);
        match ran {
            Ok(ran) => self.carry_out(firing, ran),
            Err(failed) => self.audit_cancelled(&firing.key, failed.why()),
        }
    }

    /// The clock has come to where it may hold, or where it is given up. Whether the body goes on.
    fn waited_for(
        &mut self,
        firing: &Firing<'_>,
        until: &Until,
        line: usize,
        since: Timestamp,
    ) -> bool {
        let held = matches!(awaited(firing.scope(self), &until.test), Awaited::Held);
        let over = deadline(until, since).is_some_and(|at| at <= self.now);
        if held || over {
            self.tested(firing.trigger, until.test.loc, held);
            if until.within.is_some() {
                self.tested(firing.trigger, until.loc, held);
            }
        }
        if held || over && goes_on(until) {
            return true;
        }
        if over {
            self.audit_cancelled(&firing.key, too_late(until));
        } else {
            self.wait_at(firing, Pause::Until { line }, since);
        }
        false
    }

    /// A record that decides what a body waits for has a new version.
    pub(super) fn run_again(
        &mut self,
        waiting: &Waiting<'_>,
        number: u64,
        running: &Running,
        pinned: Option<(&RecordKey, &Arc<Record>)>,
    ) {
        let firing = waiting.firing(number);
        let Some(program) = program(&firing) else {
            return;
        };
        let line = place(running);
        if !still_waits(program, running) {
            return;
        }
        let pending = waiting.pending;
        let goals = self.goals(&firing, program, line, pinned);
        self.tell_tests(&firing.trigger.name, goals.tested);
        // a goal lies behind what is waited for: whoever has reached it need not go through what stands between
        if let Some(goal) = goals.reached {
            self.move_on(waiting, number, goal, false);
            return;
        }
        let mut due = pending.due;
        let mut reads = BTreeSet::new();
        if let Some(until) = until_at(program, line) {
            match awaited(pinning(firing.scope(self), pinned), &until.test) {
                Awaited::Held => {
                    self.tested(firing.trigger, until.test.loc, true);
                    if until.within.is_some() {
                        self.tested(firing.trigger, until.loc, true);
                    }
                    self.move_on(waiting, number, line, true);
                    return;
                }
                Awaited::Not { reads: more, next } => {
                    reads = more;
                    due = sooner(next, deadline(until, pending.since));
                }
            }
        }
        reads.extend(goals.reads);
        if reads != pending.reads || due != pending.due {
            let pending = Pending {
                reads,
                due,
                ..pending.clone()
            };
            self.state.replace_pending(number, pending);
        }
    }

    /// An event that may reach a goal of a body.
    pub(super) fn goal_event(
        &mut self,
        waiting: &Waiting<'_>,
        number: u64,
        running: &Running,
        event: &Event,
        kind: &EventKind,
    ) {
        let firing = waiting.firing(number);
        let Some(program) = program(&firing).filter(|program| still_waits(program, running)) else {
            return;
        };
        let reached =
            program
                .goals_after(place(running))
                .find_map(|(at, _, reached)| match reached {
                    Reached::On(cancel) => {
                        let concerns = self.concerns(waiting, number, cancel, event, kind);
                        (concerns == Ok(true)).then_some(at)
                    }
                    Reached::When(_) => None,
                });
        if let Some(at) = reached {
            self.move_on(waiting, number, at, false);
        }
    }

    /// A body goes on at a line: in a cascade of its own, now.
    fn move_on(&mut self, waiting: &Waiting<'_>, pending: u64, line: usize, ready: bool) {
        let Phase::Body(running) = &waiting.pending.phase else {
            return;
        };
        let moved = Pending {
            phase: Phase::Body(Running {
                line: number(line),
                ready,
                ..running.clone()
            }),
            due: Some(self.now),
            watches: BTreeSet::new(),
            reads: BTreeSet::new(),
            ..waiting.pending.clone()
        };
        self.state.replace_pending(pending, moved);
    }
}

/// Whether what a body waits for has not come yet.
fn still_waits(program: &Program, running: &Running) -> bool {
    let line = program.line(place(running));
    let waits = line.is_some_and(|line| matches!(line.op, Op::Wait(_) | Op::Until(_)));
    waits && !running.ready
}

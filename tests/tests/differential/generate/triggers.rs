//! Triggers and flows, each clause with some chance.

use trig_ir::*;

use super::Maker;
use super::expressions::Sight;
use crate::model::{CONTACT, DEAL};

pub(super) const BERLIN: &str = "Europe/Berlin";

impl Maker<'_> {
    pub(super) fn duration(&mut self) -> Millis {
        Millis(self.dice.pick(&[5, 10, 15, 30, 60, 60, 180, 600]) * Millis::MINUTE.0)
    }

    pub(super) fn guard(&mut self, kind: GuardKind, sight: &Sight) -> Guard {
        let test = self.condition(sight);
        Guard {
            kind,
            loc: self.loc(),
            test: Test::Expr(test),
            text: format!("{kind:?}"),
        }
    }

    fn by(&mut self) -> Guard {
        use ActorKind::{Api, Automation, Customer, User};
        let kinds = self.dice.pick(&[
            vec![User],
            vec![User, Customer],
            vec![Automation, Customer],
            vec![Customer, Api],
        ]);
        Guard {
            kind: GuardKind::By,
            loc: self.loc(),
            test: Test::By(kinds),
            text: "by".into(),
        }
    }

    fn blank(&mut self, name: &str, subject: Option<EntityId>) -> Trigger {
        Trigger {
            name: name.into(),
            was: None,
            label: name.into(),
            flow: false,
            loc: self.loc(),
            home: None,
            priority: self.dice.pick(&[0, 0, 0, 1]),
            disabled: false,
            again: false,
            zone: self.dice.pick(&[BERLIN, BERLIN, "UTC"]).into(),
            subject,
            starts: Vec::new(),
            each: None,
            guards: Vec::new(),
            debounce: None,
            until: None,
            after: None,
            during: None,
            mode: Mode::Single,
            limits: Vec::new(),
            missed: None,
            actions: Vec::new(),
        }
    }

    pub(super) fn flow(&mut self, name: SmolStr, subject: EntityId) -> Trigger {
        let mut flow = self.blank(&name, Some(subject));
        flow.flow = true;
        flow.starts.push(Start {
            loc: self.loc(),
            pattern: Pattern {
                event: EventKind::Started(name),
                or_created: false,
                filter: None,
                first: None,
                text: "started".into(),
            },
            clock: None,
            subject: Some(Place::field(Root::Event, "record")),
            finer: Vec::new(),
            guards: Vec::new(),
            after: None,
        });
        let guarded = self.dice.percent(20);
        if guarded {
            let sight = self.guard_sight(&flow);
            let guard = self.guard(GuardKind::When, &sight);
            flow.guards.push(guard);
        }
        flow.mode = self
            .dice
            .pick(&[Mode::Single, Mode::Restart, Mode::Parallel]);
        self.limits(&mut flow);
        flow.actions = self.body(&flow, true);
        if self.dice.percent(40) {
            // long enough for something to meet it
            let long = Value::Duration(Millis(20 * Millis::HOUR.0));
            let first = Action {
                loc: self.loc(),
                kind: ActionKind::Wait(Expr::Const(long)),
            };
            flow.actions.insert(0, first);
        }
        for action in &flow.actions {
            if let ActionKind::Goal { name: goal, .. } = &action.kind {
                self.goals.push((flow.name.clone(), goal.clone()));
            }
        }
        flow
    }

    pub(super) fn trigger(&mut self, name: &str) -> Trigger {
        let shape = self.dice.below(20);
        let mut trigger = match shape {
            // a clock, of nobody or over all
            0 => {
                let mut trigger = self.blank(name, None);
                trigger.starts.push(self.clock_start());
                trigger
            }
            1 | 2 => {
                let entity = self.dice.pick(&[DEAL, CONTACT]);
                let mut trigger = self.blank(name, Some(entity));
                let start = self.clock_start();
                trigger.starts.push(start);
                self.each(&mut trigger, EachSource::All(entity));
                trigger
            }
            // the contacts of a deal
            3..6 => {
                let mut trigger = self.blank(name, Some(CONTACT));
                self.starts(&mut trigger, DEAL);
                let of = Place::field(Root::Outer, "contacts");
                self.each(&mut trigger, EachSource::Of(of));
                trigger
            }
            6..9 => {
                let mut trigger = self.blank(name, Some(CONTACT));
                self.starts(&mut trigger, CONTACT);
                trigger
            }
            _ => {
                let mut trigger = self.blank(name, Some(DEAL));
                self.starts(&mut trigger, DEAL);
                trigger
            }
        };
        let has_clock = trigger.starts.iter().any(|s| s.clock.is_some());
        if has_clock {
            let within = Missed::Within(Millis(90 * Millis::MINUTE.0));
            trigger.missed = self.dice.pick(&[
                None,
                None,
                Some(Missed::Run),
                Some(Missed::Skip),
                Some(within),
            ]);
        }
        self.guards(&mut trigger);
        self.pacing(&mut trigger);
        self.limits(&mut trigger);
        trigger.actions = self.body(&trigger, false);
        trigger
    }

    fn starts(&mut self, trigger: &mut Trigger, subject: EntityId) {
        let mut start = self.start_for(subject);
        if self.dice.percent(12) && start.clock.is_none() && start.pattern.event_has_key() {
            start.pattern.first = Some(First {
                key: start.subject.clone().into_iter().collect(),
                period: self.dice.pick(&[
                    None,
                    Some(Period::Day),
                    Some(Period::Day),
                    Some(Period::Week),
                ]),
            });
            trigger.starts.push(start);
            return;
        }
        trigger.starts.push(start);
        if self.dice.percent(25) {
            let mut second = self.start_for(subject);
            if self.dice.percent(40) {
                let guard = self.by();
                second.guards.push(guard);
            }
            if self.dice.percent(30) {
                second.after = self.after(trigger);
            }
            trigger.starts.push(second);
        }
    }

    fn each(&mut self, trigger: &mut Trigger, source: EachSource) {
        let sight = Sight {
            record: trigger.subject.map(|e| (Root::Subject, e)),
            event: None,
            old: false,
            unknown: false,
            schedule: false,
            far: true,
        };
        let filter = self
            .dice
            .percent(60)
            .then(|| self.guard(GuardKind::Where, &sight));
        trigger.each = Some(ForEach {
            loc: self.loc(),
            source,
            filter,
        });
    }

    /// What guards at the event may look at.
    fn guard_sight(&mut self, trigger: &Trigger) -> Sight {
        let record = match &trigger.each {
            None => trigger.subject.map(|e| (Root::Subject, e)),
            Some(each) => match each.source {
                EachSource::Of(_) => Some((Root::Outer, DEAL)),
                EachSource::All(_) => None,
            },
        };
        let derived = trigger.each.is_none()
            && trigger.starts.iter().all(|s| {
                matches!(
                    s.pattern.event,
                    EventKind::Moved(DEAL) | EventKind::Changed(DEAL, _)
                ) && !s.pattern.or_created
                    && s.subject == Some(Place::field(Root::Event, "record"))
            });
        Sight {
            record,
            event: match &trigger.starts[..] {
                [start] => Some((Root::Event, start.pattern.event.clone())),
                _ => None,
            },
            old: derived,
            unknown: true,
            schedule: self.dice.percent(20),
            far: true,
        }
    }

    /// What may be asked of the subject while something waits.
    pub(super) fn live_sight(&mut self, trigger: &Trigger) -> Sight {
        Sight {
            record: trigger.subject.map(|e| (Root::Subject, e)),
            event: None,
            old: false,
            unknown: false,
            schedule: false,
            far: self.dice.percent(30),
        }
    }

    fn guards(&mut self, trigger: &mut Trigger) {
        let has_clock = trigger.starts.iter().any(|s| s.clock.is_some());
        if !has_clock && self.dice.percent(20) {
            let guard = self.by();
            trigger.guards.push(guard);
        }
        let sight = self.guard_sight(trigger);
        if matches!(sight.record, Some((_, DEAL))) && self.dice.percent(12) {
            let (root, _) = sight.record.unwrap_or((Root::Subject, DEAL));
            let stage = Expr::Load(Place::field(root, "stage"));
            let first = self.dice.below(3);
            let stages = (first..first + 3).map(crate::model::stage_name).collect();
            trigger.guards.push(Guard {
                kind: GuardKind::Stage,
                loc: self.loc(),
                test: Test::Expr(Expr::InStages(Box::new(stage), stages)),
                text: "stage".into(),
            });
        }
        if self.dice.percent(35) {
            let guard = self.guard(GuardKind::When, &sight);
            trigger.guards.push(guard);
        }
    }

    pub(super) fn until_clause(&mut self, trigger: &Trigger, kind: GuardKind) -> Until {
        let mut sight = self.live_sight(trigger);
        sight.schedule = true;
        let test = self.guard(kind, &sight);
        let within = self.dice.percent(60).then(|| Within {
            duration: self.duration(),
            otherwise: self
                .dice
                .pick(&[Otherwise::Drop, Otherwise::Drop, Otherwise::Continue]),
        });
        Until {
            loc: self.loc(),
            test,
            within,
        }
    }

    fn cancels(&mut self, trigger: &Trigger) -> Vec<Cancel> {
        match self.dice.percent(45) {
            true => vec![self.cancel(trigger.subject, &trigger.starts)],
            false => Vec::new(),
        }
    }

    fn holds(&mut self, trigger: &Trigger) -> Option<Guard> {
        let sight = self.live_sight(trigger);
        (trigger.subject.is_some() && self.dice.percent(40))
            .then(|| self.guard(GuardKind::While, &sight))
    }

    fn after(&mut self, trigger: &Trigger) -> Option<After> {
        Some(After {
            loc: self.loc(),
            duration: self.duration(),
            holds: self.holds(trigger),
            // a second start is not there yet
            unless: match trigger.subject {
                Some(subject) if self.dice.percent(40) => {
                    let mut cancel = self.cancel(Some(subject), &trigger.starts);
                    cancel.finer.push(Vec::new());
                    vec![cancel]
                }
                _ => Vec::new(),
            },
        })
    }

    fn pacing(&mut self, trigger: &mut Trigger) {
        if self.dice.percent(15) {
            let duration = self.duration();
            trigger.debounce = Some(Debounce {
                loc: self.loc(),
                duration,
                up_to: Millis(duration.0 * self.dice.pick(&[2, 3, 10])),
                holds: self.holds(trigger),
                unless: self.cancels(trigger),
            });
        }
        if self.dice.percent(15) {
            trigger.until = Some(self.until_clause(trigger, GuardKind::Until));
        }
        if self.dice.percent(35) {
            trigger.after = self.after(trigger);
        }
        if self.dice.percent(12) {
            let open = Expr::Open(ScheduleId(self.dice.below(2) as u32));
            let open = match self.dice.percent(30) {
                true => Expr::Not(Box::new(open)),
                false => open,
            };
            trigger.during = Some(Guard {
                kind: GuardKind::During,
                loc: self.loc(),
                test: Test::Expr(open),
                text: "during".into(),
            });
        }
        trigger.mode = self
            .dice
            .pick(&[Mode::Single, Mode::Single, Mode::Restart, Mode::Parallel]);
    }

    fn limits(&mut self, trigger: &mut Trigger) {
        let key = |maker: &mut Self, trigger: &Trigger| match (&trigger.each, maker.dice.below(4)) {
            (Some(each), 0 | 1) if matches!(each.source, EachSource::Of(_)) => {
                vec![Place::root(Root::Outer)]
            }
            (_, 3) => Vec::new(),
            _ if trigger.subject.is_some() => vec![Place::root(Root::Subject)],
            _ => Vec::new(),
        };
        let mut add = |maker: &mut Self, kind, count, window, wait| {
            let key = key(maker, trigger);
            trigger.limits.push(Limit {
                loc: maker.loc(),
                name: trigger.name.clone(),
                kind,
                count,
                window,
                key,
                wait,
            });
        };
        let hours = |n: i64| LimitWindow::Sliding(Millis(n * Millis::HOUR.0));
        let period =
            LimitWindow::Calendar(self.dice.pick(&[Period::Day, Period::Day, Period::Week]));
        if self.dice.percent(8) {
            let window = self
                .dice
                .pick(&[LimitWindow::Ever, LimitWindow::Ever, period]);
            add(self, LimitKind::Once, 1, window, false);
        }
        if self.dice.percent(12) {
            let window = hours(self.dice.pick(&[1, 3, 24]));
            add(self, LimitKind::Cooldown, 1, window, false);
        }
        let count = self.dice.between(1, 2) as u32;
        match self.dice.below(12) {
            0 => add(self, LimitKind::Limit, count, hours(2), false),
            1 => add(self, LimitKind::Limit, count, period, false),
            2 => {
                let window =
                    self.dice
                        .pick(&[hours(1), hours(5), LimitWindow::Calendar(Period::Day)]);
                add(self, LimitKind::Limit, count, window, true);
            }
            _ => {}
        }
    }
}

trait HasKey {
    fn event_has_key(&self) -> bool;
}

impl HasKey for Pattern {
    /// Whether the event names a record.
    fn event_has_key(&self) -> bool {
        !matches!(self.event, EventKind::Clock | EventKind::Due(..))
    }
}

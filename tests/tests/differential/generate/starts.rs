//! What starts a trigger, and what cancels what it waits for.

use trig_ir::*;

use super::Maker;
use super::expressions::Sight;
use crate::calendar;
use crate::model::{CONTACT, DEAL, MESSAGE, NOTE, PAID};

fn place(root: Root, path: &str) -> Place {
    Place {
        root,
        path: path.split('.').map(SmolStr::from).collect(),
    }
}

impl Maker<'_> {
    fn start(&mut self, kind: EventKind, subject: Option<&str>) -> Start {
        Start {
            loc: self.loc(),
            pattern: Pattern {
                event: kind,
                or_created: false,
                filter: None,
                first: None,
                text: "start".into(),
            },
            clock: None,
            subject: subject.map(|path| place(Root::Event, path)),
            finer: Vec::new(),
            guards: Vec::new(),
            after: None,
        }
    }

    /// A start whose subject is of this type.
    pub(super) fn start_for(&mut self, subject: EntityId) -> Start {
        let mut start = match subject {
            CONTACT => match self.dice.below(9) {
                0..3 => self.start(EventKind::Event(MESSAGE), Some("contact")),
                3 => self.start(EventKind::Event(NOTE), Some("contact")),
                4 => self.start(EventKind::Gained(CONTACT, "tags".into()), Some("record")),
                5 => self.start(EventKind::Lost(CONTACT, "tags".into()), Some("record")),
                6 => self.start(EventKind::Moved(DEAL), Some("record.contact")),
                7 => self.offset(CONTACT),
                _ => self.start(EventKind::Changed(CONTACT, "score".into()), Some("record")),
            },
            _ => match self.dice.below(18) {
                0..4 => self.start(EventKind::Event(MESSAGE), Some("deal")),
                4 | 5 => {
                    let mut start = self.start(EventKind::Event(PAID), Some("deal"));
                    start.finer.push(place(Root::Event, "invoice"));
                    start
                }
                6 => self.start(EventKind::Event(NOTE), Some("deal")),
                7 => self.start(EventKind::Created(DEAL), Some("record")),
                8 | 9 => self.start(EventKind::Moved(DEAL), Some("record")),
                10 => self.start(EventKind::Entered(DEAL), Some("record")),
                11 => self.start(EventKind::Gained(DEAL, "tags".into()), Some("record")),
                12 => self.start(EventKind::Lost(DEAL, "tags".into()), Some("record")),
                13 => self.goal_start(),
                14 | 15 => self.offset(DEAL),
                _ => {
                    let field = self
                        .dice
                        .pick(&["score", "score", "name", "contact", "amount"]);
                    let kind = EventKind::Changed(DEAL, field.into());
                    let mut start = self.start(kind, Some("record"));
                    start.pattern.or_created = self.dice.percent(30);
                    start
                }
            },
        };
        if start.clock.is_none() && self.dice.percent(45) {
            let sight = Sight {
                record: None,
                event: Some((Root::Candidate, start.pattern.event.clone())),
                old: false,
                unknown: false,
                schedule: false,
                far: false,
            };
            start.pattern.filter = Some(self.condition(&sight));
        }
        start
    }

    fn goal_start(&mut self) -> Start {
        let of_deals: Vec<_> = self
            .goals
            .iter()
            .filter(|(flow, _)| self.flows.iter().any(|(n, e)| n == flow && *e == DEAL))
            .cloned()
            .collect();
        if of_deals.is_empty() {
            return self.start(EventKind::Event(MESSAGE), Some("deal"));
        }
        let (flow, goal) = self.dice.pick(&of_deals);
        let kind = match self.dice.percent(50) {
            true => EventKind::GoalReached(flow, goal),
            false => EventKind::GoalSkipped(flow, goal),
        };
        self.start(kind, Some("record"))
    }

    fn offset(&mut self, entity: EntityId) -> Start {
        let hours = |n: i64| Distance::Span(Millis(n * Millis::HOUR.0));
        let at = Time::constant(self.dice.pick(&[2, 9, 15]), self.dice.pick(&[0, 30]), 0, 0);
        let (field, distance, at, yearly) = match (entity, self.dice.below(3)) {
            (CONTACT, _) => (
                "born",
                Distance::Days(self.dice.between(-2, 2) as i32),
                Some(at),
                true,
            ),
            (_, 0) => (
                "close",
                Distance::Days(self.dice.between(-1, 2) as i32),
                Some(at),
                false,
            ),
            _ => (
                "meet",
                hours(self.dice.pick(&[-24, -6, -2, -1, 0, 1, 3])),
                None,
                false,
            ),
        };
        let mut start = self.start(EventKind::Due(entity, field.into()), Some("record"));
        start.clock = Some(Clock::Offset(Offset {
            entity,
            field: field.into(),
            distance,
            yearly,
            at,
        }));
        start
    }

    pub(super) fn clock_start(&mut self) -> Start {
        let at = Time::constant(
            self.dice.pick(&[0, 2, 9, 23]),
            self.dice.pick(&[0, 30]),
            0,
            0,
        );
        let today = calendar::day_of(self.begin, "Europe/Berlin");
        let soon = today.saturating_add(jiff::Span::new().days(self.dice.between(0, 6)));
        let clock = match self.dice.below(9) {
            0 | 8 => Clock::Once(soon, at),
            1 => Clock::Every(Recurrence::Interval(Millis(
                self.dice.pick(&[1, 3, 6, 12]) * Millis::HOUR.0,
            ))),
            2 => Clock::Every(Recurrence::Week(vec![1, 4, 7], at)),
            3 => Clock::Every(Recurrence::MonthDay(self.dice.pick(&[1, 28, 31]), at)),
            4 => Clock::Every(Recurrence::MonthEnd(at)),
            5 => Clock::Every(Recurrence::MonthWeekday {
                nth: self.dice.pick(&[-1, 1, 4]),
                weekday: self.dice.pick(&[5, 6]),
                at,
            }),
            6 => Clock::Every(Recurrence::Year {
                month: soon.month() as u8,
                day: soon.day() as u8,
                at,
            }),
            _ => Clock::Every(Recurrence::Day(at)),
        };
        let mut start = self.start(EventKind::Clock, None);
        start.clock = Some(clock);
        start
    }

    /// An event that cancels a firing (or reaches a goal) of a subject of this type.
    pub(super) fn cancel(&mut self, subject: Option<EntityId>, starts: &[Start]) -> Cancel {
        let (kind, path) = match (subject, self.dice.below(4)) {
            (Some(CONTACT), 0 | 1) => (EventKind::Event(MESSAGE), "contact"),
            (Some(CONTACT), _) => (EventKind::Changed(CONTACT, "score".into()), "record"),
            (_, 0) => (EventKind::Event(MESSAGE), "deal"),
            (_, 1) => (EventKind::Event(PAID), "deal"),
            (_, 2) => (EventKind::Moved(DEAL), "record"),
            (_, _) => (EventKind::Changed(DEAL, "score".into()), "record"),
        };
        let finer = starts
            .iter()
            .map(|start| match (&start.pattern.event, &kind) {
                (EventKind::Event(PAID), EventKind::Event(PAID)) => vec![(
                    place(Root::Event, "invoice"),
                    place(Root::Candidate, "invoice"),
                )],
                _ => Vec::new(),
            })
            .collect();
        let filter = self.dice.percent(30).then(|| {
            let sight = Sight {
                record: None,
                event: Some((Root::Candidate, kind.clone())),
                old: false,
                unknown: false,
                schedule: false,
                far: false,
            };
            self.condition(&sight)
        });
        let by = match self.dice.percent(25) {
            true => vec![ActorKind::User, ActorKind::Customer],
            false => Vec::new(),
        };
        Cancel {
            pattern: Pattern {
                event: kind,
                or_created: false,
                filter,
                first: None,
                text: "unless".into(),
            },
            by,
            subject: subject.map(|_| place(Root::Candidate, path)),
            finer,
        }
    }
}

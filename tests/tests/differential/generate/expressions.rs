//! Conditions over the small world.

use trig_ir::*;

use super::Maker;
use crate::model::{CONTACT, DEAL, MESSAGE, stage_name};

/// What a condition may look at.
#[derive(Clone)]
pub(super) struct Sight {
    /// A record, and its type.
    pub(super) record: Option<(Root, EntityId)>,
    /// The event, and what it is.
    pub(super) event: Option<(Root, EventKind)>,
    pub(super) old: bool,
    /// A field that is not always known.
    pub(super) unknown: bool,
    pub(super) schedule: bool,
    /// More than one record.
    pub(super) far: bool,
}

pub(super) const TAGS: [&str; 4] = ["VIP", "new", "x", "auto"];

fn load(root: Root, path: &str) -> Expr {
    let path = path.split('.').map(SmolStr::from).collect();
    Expr::Load(Place { root, path })
}

fn constant(value: Value) -> Expr {
    Expr::Const(value)
}

fn tag(text: &str) -> Expr {
    constant(Value::Tag(text.into()))
}

impl Maker<'_> {
    pub(super) fn condition(&mut self, sight: &Sight) -> Expr {
        match self.dice.below(10) {
            0 => Expr::And(vec![self.atom(sight), self.atom(sight)]),
            1 => Expr::Or(vec![self.atom(sight), self.atom(sight)]),
            2 => Expr::Not(Box::new(self.atom(sight))),
            _ => self.atom(sight),
        }
    }

    fn atom(&mut self, sight: &Sight) -> Expr {
        let only_time = sight.record.is_none() && sight.event.is_none();
        if sight.schedule && (only_time || self.dice.percent(25)) {
            let open = Expr::Open(ScheduleId(self.dice.below(2) as u32));
            return match self.dice.percent(30) {
                true => Expr::Not(Box::new(open)),
                false => open,
            };
        }
        if let Some((root, kind)) = &sight.event
            && (sight.record.is_none() || self.dice.percent(30))
            && let Some(atom) = self.event_atom(*root, kind)
        {
            return atom;
        }
        match sight.record {
            Some((root, CONTACT)) => self.contact_atom(root),
            Some((root, DEAL)) => self.deal_atom(root, sight),
            _ => constant(Value::Bool(self.dice.percent(70))),
        }
    }

    fn number_test(&mut self, value: Expr) -> Expr {
        use CompareOp::{Eq, Ge, Gt, Le, Lt, Ne};
        let op = self.dice.pick(&[Eq, Ne, Lt, Le, Gt, Gt, Ge]);
        let n = self.dice.between(0, 9);
        Expr::Compare(op, Box::new(value), Box::new(constant(Value::Int(n))))
    }

    fn tags_test(&mut self, tags: Expr) -> Expr {
        let one = self.dice.pick(&["VIP", "vip ", "new", "x", "auto"]);
        let list = Expr::List(vec![tag("New"), tag(one)]);
        let (op, wanted) = match self.dice.below(5) {
            0 => (HasOp::Any, list),
            1 => (HasOp::All, list),
            2 => (HasOp::None, list),
            _ => (HasOp::One, tag(one)),
        };
        Expr::Has(op, Box::new(tags), Box::new(wanted))
    }

    fn text_test(&mut self, text: Expr) -> Expr {
        let op = self
            .dice
            .pick(&[TextOp::Contains, TextOp::StartsWith, TextOp::EndsWith]);
        let part = self.dice.pick(&["a", "AN", "b", "o"]);
        Expr::Text(
            op,
            Box::new(text),
            Box::new(constant(Value::Text(part.into()))),
        )
    }

    fn event_atom(&mut self, root: Root, kind: &EventKind) -> Option<Expr> {
        Some(match kind {
            EventKind::Event(event) => match self.dice.below(3) {
                0 if *event == MESSAGE => self.text_test(load(root, "text")),
                1 => Expr::IsEmpty(Box::new(load(root, "deal"))),
                _ => self.number_test(load(root, "n")),
            },
            EventKind::Moved(_) | EventKind::Entered(_) | EventKind::Created(_) => {
                let side = match kind {
                    EventKind::Moved(_) => self.dice.pick(&["from", "to"]),
                    _ => "to",
                };
                let stages = self.stages();
                Expr::InStages(Box::new(load(root, side)), stages)
            }
            EventKind::Changed(_, field) if field == "score" => match self.dice.below(3) {
                0 => {
                    // the crossing
                    let n = self.dice.between(0, 9);
                    let above = |side| {
                        let n = Box::new(constant(Value::Int(n)));
                        Expr::Compare(CompareOp::Gt, Box::new(load(root, side)), n)
                    };
                    Expr::And(vec![Expr::Not(Box::new(above("from"))), above("to")])
                }
                1 => Expr::IsEmpty(Box::new(load(root, "from"))),
                _ => self.number_test(load(root, "to")),
            },
            EventKind::Changed(..) => {
                let side = self.dice.pick(&["from", "to"]);
                Expr::Not(Box::new(Expr::IsEmpty(Box::new(load(root, side)))))
            }
            EventKind::Gained(..) | EventKind::Lost(..) => {
                let wanted = tag(self.dice.pick(&["VIP", "vip", "new", "auto"]));
                Expr::Compare(
                    CompareOp::Eq,
                    Box::new(load(root, "value")),
                    Box::new(wanted),
                )
            }
            _ => return None,
        })
    }

    fn stages(&mut self) -> Vec<StageName> {
        let first = self.dice.below(6);
        let more = self.dice.between(1, 3) as usize;
        (first..first + more).map(stage_name).collect()
    }

    fn contact_atom(&mut self, root: Root) -> Expr {
        match self.dice.below(5) {
            0 => self.tags_test(load(root, "tags")),
            1 => self.text_test(load(root, "name")),
            2 => Expr::IsEmpty(Box::new(load(root, "name"))),
            _ => self.number_test(load(root, "score")),
        }
    }

    fn deal_atom(&mut self, root: Root, sight: &Sight) -> Expr {
        if sight.old && self.dice.percent(15) {
            return self.number_test(load(Root::Old, "score"));
        }
        if sight.unknown && self.dice.percent(8) {
            return self.number_test(load(root, "rank"));
        }
        if sight.far && self.dice.percent(20) {
            if self.dice.percent(60) {
                return self.number_test(load(root, "contact.score"));
            }
            self.binders += 1;
            let slot = self.binders;
            let filter = self.contact_atom(Root::Binder(slot));
            return Expr::Any {
                slot,
                source: Box::new(load(root, "contacts")),
                filter: Box::new(filter),
            };
        }
        match self.dice.below(12) {
            0 | 1 => self.tags_test(load(root, "tags")),
            2 | 3 => {
                let stages = self.stages();
                Expr::InStages(Box::new(load(root, "stage")), stages)
            }
            4 => {
                let money = Value::Money(Money {
                    currency: "EUR".into(),
                    amount: Decimal::new(self.dice.between(1, 5) * 1000, 2),
                });
                let op = self.dice.pick(&[CompareOp::Ge, CompareOp::Lt]);
                Expr::Compare(
                    op,
                    Box::new(load(root, "amount")),
                    Box::new(constant(money)),
                )
            }
            5 => self.text_test(load(root, "name")),
            6 => {
                let field = self.dice.pick(&["name", "contact", "meet", "stage"]);
                Expr::IsEmpty(Box::new(load(root, field)))
            }
            7 => {
                let low = self.dice.between(0, 5);
                let high = low + self.dice.between(0, 4);
                Expr::Between {
                    value: Box::new(load(root, "score")),
                    low: Box::new(constant(Value::Int(low))),
                    high: Box::new(constant(Value::Int(high))),
                }
            }
            8 => {
                let pipeline = PipelineId(self.dice.below(2) as u32);
                Expr::InPipeline(Box::new(load(root, "stage")), pipeline)
            }
            9 => {
                let n = constant(Value::Int(self.dice.between(0, 9)));
                Expr::Condition(ConditionId(0), Some(Place::root(root)), vec![n])
            }
            _ => self.number_test(load(root, "score")),
        }
    }
}

//! What happens to a program.

use serde_json::{Map, Value as Json, json};
use trig_engine::{Happening, RecordOp};
use trig_ir::*;

use super::expressions::TAGS;
use crate::dice::Dice;
use crate::model::{STAGES, record_key};

/// Time passes, then something happens.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) wait: Millis,
    /// The clock is looked at whenever something is due; else nothing ran in the meantime.
    pub(crate) ticks: bool,
    /// The case is none without it.
    pub(crate) fixed: bool,
    pub(crate) what: What,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Nothing,
    Arrives {
        by: ActorKind,
        id: Option<SmolStr>,
        what: Happening,
        /// Records that must be known.
        needs: Vec<RecordKey>,
    },
    /// The oldest effect ends.
    Result,
}

const CONTACTS: [&str; 2] = ["1", "2"];
/// The first one comes most often: what happens to one record is what meets.
const DEALS: [&str; 5] = ["1", "2", "3", "1", "1"];
const INVOICES: [&str; 2] = ["1", "2"];

pub(super) fn steps(dice: &mut Dice, begin: Timestamp, ir: &Ir) -> Vec<Step> {
    let mut steps = Vec::new();
    // the records are there before anything happens; a deal or two may come later
    for id in CONTACTS {
        steps.push(now(record(
            RecordOp::Updated,
            "crm.contact",
            id,
            contact(dice, true),
        )));
    }
    for id in INVOICES {
        let fields = Map::from_iter([("name".to_owned(), json!("I"))]);
        steps.push(now(record(RecordOp::Updated, "crm.invoice", id, fields)));
    }
    for id in &DEALS[..2] {
        let fields = deal(dice, begin, true);
        steps.push(now(record(RecordOp::Updated, "crm.deal", id, fields)));
    }
    let mut third = false;
    for n in 0..dice.between(6, 30) {
        let minutes = dice.pick(&[
            0, 0, 1, 5, 5, 10, 10, 15, 15, 30, 30, 60, 60, 180, 600, 1440, 2400,
        ]);
        let what = match dice.below(20) {
            0..7 => {
                let mut what = event(dice);
                if let What::Arrives { id, .. } = &mut what {
                    *id = dice.percent(5).then(|| format!("m{}", n / 3).into());
                }
                what
            }
            7..13 => {
                let id = dice.pick(&DEALS);
                if id == "3" && !third {
                    third = true;
                    let fields = deal(dice, begin, true);
                    record(RecordOp::Created, "crm.deal", id, fields)
                } else {
                    let fields = deal(dice, begin, false);
                    updated(dice, n, "crm.deal", id, fields)
                }
            }
            13..16 => {
                let id = dice.pick(&CONTACTS);
                let fields = contact(dice, false);
                updated(dice, n, "crm.contact", id, fields)
            }
            16 if dice.percent(30) => {
                let id = dice.pick(&DEALS);
                needing(record(RecordOp::Deleted, "crm.deal", id, Map::new()))
            }
            16 | 17 => by_hand(dice, ir),
            18 | 19 if dice.percent(60) => What::Result,
            _ => What::Nothing,
        };
        let mut what = what;
        if let What::Arrives { by, .. } = &mut what {
            *by = actor(dice);
        }
        steps.push(Step {
            wait: Millis(minutes * Millis::MINUTE.0),
            ticks: dice.percent(75),
            fixed: false,
            what,
        });
    }
    steps
}

fn now(what: What) -> Step {
    Step {
        wait: Millis(0),
        ticks: true,
        fixed: true,
        what,
    }
}

fn actor(dice: &mut Dice) -> ActorKind {
    use ActorKind::{Api, Automation, Customer, User};
    dice.pick(&[Customer, Customer, User, User, User, Api, Automation])
}

/// A report of a record.
fn record(op: RecordOp, entity: &str, id: &str, fields: Map<String, Json>) -> What {
    clocked(op, entity, id, fields, None)
}

/// One that may carry the source's own clock: mostly a later one than the last, sometimes an earlier one.
fn updated(dice: &mut Dice, n: i64, entity: &str, id: &str, fields: Map<String, Json>) -> What {
    let clock = dice.percent(40).then(|| n + dice.between(-6, 2));
    needing(clocked(RecordOp::Updated, entity, id, fields, clock))
}

fn clocked(
    op: RecordOp,
    entity: &str,
    id: &str,
    fields: Map<String, Json>,
    clock: Option<i64>,
) -> What {
    What::Arrives {
        by: ActorKind::User,
        id: None,
        what: Happening::Record {
            op,
            entity: entity.into(),
            id: id.into(),
            fields,
            old: Map::new(),
            changed: Vec::new(),
            clock,
        },
        needs: Vec::new(),
    }
}

/// What is changed has to be known.
fn needing(mut what: What) -> What {
    if let What::Arrives {
        what: Happening::Record { entity, id, .. },
        needs,
        ..
    } = &mut what
    {
        needs.push(record_key(entity, id));
    }
    what
}

fn by_hand(dice: &mut Dice, ir: &Ir) -> What {
    let flow = ir.triggers.iter().find(|t| t.flow);
    let Some((flow, Some(subject))) = flow.map(|f| (f, f.subject)) else {
        return What::Nothing;
    };
    let key = record_key(&ir.entities[subject.index()].name, dice.pick(&CONTACTS));
    What::Arrives {
        by: ActorKind::User,
        id: None,
        what: Happening::Start {
            flow: flow.name.clone(),
            subject: Some(key.clone()),
        },
        needs: vec![key],
    }
}

fn event(dice: &mut Dice) -> What {
    let mut data = Map::new();
    let mut needs = Vec::new();
    let mut refer = |data: &mut Map<String, Json>, name: &str, entity: &str, id: &str| {
        data.insert(name.into(), json!(id));
        needs.push(record_key(entity, id));
    };
    data.insert("n".into(), json!(dice.between(0, 9)));
    let deal = dice.pick(&DEALS);
    let ty = match dice.below(10) {
        0..6 => {
            if dice.percent(85) {
                refer(&mut data, "deal", "crm.deal", deal);
            }
            if dice.percent(85) {
                let contact = dice.pick(&CONTACTS);
                refer(&mut data, "contact", "crm.contact", contact);
            }
            data.insert(
                "text".into(),
                json!(dice.pick(&["banana", "Anna", "Otto", "x"])),
            );
            if dice.percent(60) {
                data.insert("tag".into(), json!(dice.pick(&TAGS)));
            }
            "crm.message"
        }
        6..9 => {
            refer(&mut data, "deal", "crm.deal", deal);
            let invoice = dice.pick(&INVOICES);
            refer(&mut data, "invoice", "crm.invoice", invoice);
            "crm.paid"
        }
        _ => {
            refer(&mut data, "deal", "crm.deal", deal);
            "crm.note"
        }
    };
    What::Arrives {
        by: ActorKind::Customer,
        id: None,
        what: Happening::Event {
            ty: ty.into(),
            subject: None,
            data,
        },
        needs,
    }
}

fn number(dice: &mut Dice) -> Json {
    match dice.percent(10) {
        true => Json::Null,
        false => json!(dice.between(0, 9)),
    }
}

fn tags(dice: &mut Dice) -> Json {
    let mut tags = Vec::new();
    for tag in ["VIP", "new", "x"] {
        if dice.percent(40) {
            tags.push(json!(tag));
        }
    }
    Json::Array(tags)
}

fn name(dice: &mut Dice) -> Json {
    dice.pick(&[json!("Anna"), json!("Bob"), json!("Otto"), Json::Null])
}

fn contact(dice: &mut Dice, all: bool) -> Map<String, Json> {
    let mut fields = Map::new();
    let mut put = |dice: &mut Dice, name: &str, value: Json| {
        if all || dice.percent(40) {
            fields.insert(name.into(), value);
        }
    };
    let born = dice.pick(&["1990-03-27", "1988-02-29", "1970-10-26", "2000-03-25"]);
    put(dice, "born", json!(born));
    for (field, value) in [
        ("name", name(dice)),
        ("score", number(dice)),
        ("tags", tags(dice)),
    ] {
        put(dice, field, value);
    }
    fields
}

fn deal(dice: &mut Dice, begin: Timestamp, all: bool) -> Map<String, Json> {
    let day = |n: i64| {
        let at = begin.plus(Millis(n * Millis::DAY.0)).to_jiff().unwrap();
        at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
    };
    let money = match dice.below(4) {
        0 => Json::Null,
        1 => json!({"amount": "20.00", "currency": "USD"}),
        n => json!({"amount": format!("{}0.00", n + 1), "currency": "EUR"}),
    };
    let contact = match dice.percent(15) {
        true => Json::Null,
        false => json!(dice.pick(&CONTACTS)),
    };
    let contacts = dice.pick(&[
        json!([]),
        json!(["1"]),
        json!(["2", "1"]),
        json!(["1", "2"]),
    ]);
    let meet = match dice.percent(20) {
        true => Json::Null,
        false => {
            let at = begin.plus(Millis(dice.between(-100, 400) * 15 * Millis::MINUTE.0));
            json!(at.to_jiff().unwrap().to_string())
        }
    };
    let close = match dice.percent(20) {
        true => Json::Null,
        false => json!(day(dice.between(-1, 5))),
    };
    let (pipeline, stage) = STAGES[dice.below(6)];
    let mut fields = Map::new();
    for (field, value) in [
        ("amount", money),
        ("close", close),
        ("contact", contact),
        ("contacts", contacts),
        ("meet", meet),
        ("name", name(dice)),
        ("score", number(dice)),
        ("stage", json!(format!("{pipeline}.{stage}"))),
        ("tags", tags(dice)),
    ] {
        if all || dice.percent(25) {
            fields.insert(field.into(), value);
        }
    }
    if dice.percent(if all { 50 } else { 20 }) {
        fields.insert("rank".into(), number(dice));
    }
    fields
}

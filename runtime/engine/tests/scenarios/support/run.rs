//! A world in which inputs happen.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use trig_engine::*;
use trig_ir::*;

use super::tell::story;
use super::*;

/// 2026-03-02T10:00:00Z, a Monday: 11:00 in Berlin.
pub(crate) const T0: i64 = 1_772_445_600_000;

pub(crate) struct World {
    pub(crate) engine: Arc<Engine>,
    pub(crate) state: State,
    pub(crate) story: String,
    at: i64,
    position: u64,
    pub(crate) trace: bool,
    pub(crate) coverage: bool,
    /// The engines of earlier revisions.
    pub(crate) earlier: BTreeMap<RevisionHash, Arc<Engine>>,
    /// Serialises the state between inputs.
    pub(crate) through_json: bool,
}

pub(crate) fn engine(triggers: Vec<Trigger>) -> Engine {
    engine_with(world(), triggers)
}

pub(crate) fn engine_with(mut ir: Ir, mut triggers: Vec<Trigger>) -> Engine {
    triggers.sort_by_key(|t| (std::cmp::Reverse(t.priority), t.name.clone()));
    ir.triggers = triggers;
    let hash = ir.hash().unwrap();
    Engine::new(Arc::new(ir), hash)
}

pub(crate) fn run(triggers: Vec<Trigger>) -> World {
    World::new(engine(triggers))
}

pub(crate) fn traced(triggers: Vec<Trigger>) -> World {
    World {
        trace: true,
        ..run(triggers)
    }
}

pub(crate) fn fields(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

pub(crate) fn user() -> Actor {
    Actor {
        kind: ActorKind::User,
        name: Some("anna".into()),
    }
}

pub(crate) fn lead(id: &str) -> RecordKey {
    RecordKey {
        entity: "crm.lead".into(),
        connector: "crm".into(),
        id: id.into(),
    }
}

pub(crate) fn arrival(what: Happening) -> Arrival {
    Arrival {
        source: "crm".into(),
        id: None,
        time: None,
        by: user(),
        what,
    }
}

pub(crate) fn record(op: RecordOp, entity: &str, id: &str, values: Json) -> Arrival {
    arrival(Happening::Record {
        op,
        entity: entity.into(),
        id: id.into(),
        fields: fields(values),
        old: Map::new(),
        changed: Vec::new(),
        clock: None,
    })
}

impl World {
    pub(crate) fn new(engine: Engine) -> Self {
        Self {
            engine: Arc::new(engine),
            state: State::default(),
            story: String::new(),
            at: T0,
            position: 0,
            trace: false,
            coverage: false,
            earlier: BTreeMap::new(),
            through_json: false,
        }
    }

    /// The time of the next input.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.at)
    }

    /// Lets time pass before the next input.
    pub(crate) fn later(&mut self, by: Millis) -> &mut Self {
        self.at += by.0;
        self
    }

    pub(crate) fn apply(&mut self, kind: InputKind) -> Output {
        self.position += 1;
        if self.through_json {
            let json = serde_json::to_vec(&self.state).unwrap();
            self.state = serde_json::from_slice(&json).unwrap();
        }
        let input = Input {
            position: self.position,
            at: Timestamp(self.at),
            kind,
        };
        let options = Options {
            trace: self.trace,
            coverage: self.coverage,
        };
        let output = self.engine.apply(&mut self.state, &input, &options);
        self.story += &story(&input, &output);
        output
    }

    pub(crate) fn arrive(&mut self, arrival: Arrival) -> &mut Self {
        self.apply(InputKind::Arrival(arrival));
        self
    }

    pub(crate) fn tick(&mut self) -> &mut Self {
        self.apply(InputKind::Tick);
        self
    }

    /// Another revision becomes active.
    pub(crate) fn reload(&mut self, engine: Engine) -> &mut Self {
        self.engine = Arc::new(engine);
        let hash = self.engine.revision().clone();
        self.apply(InputKind::Revision(hash));
        self
    }

    /// Another revision becomes active, and has those before it on which bodies run.
    pub(crate) fn succeed(&mut self, engine: Engine) -> &mut Self {
        let used = self.state.revisions_in_use();
        let old = self.engine.revision().clone();
        self.earlier.insert(old, Arc::clone(&self.engine));
        self.earlier.retain(|revision, _| used.contains(revision));
        let engine = engine.with_earlier(self.earlier.clone(), &self.state);
        self.reload(engine)
    }

    pub(crate) fn created(&mut self, id: &str, values: Json) -> &mut Self {
        self.arrive(record(RecordOp::Created, "crm.lead", id, values))
    }

    pub(crate) fn updated(&mut self, id: &str, values: Json) -> &mut Self {
        self.arrive(record(RecordOp::Updated, "crm.lead", id, values))
    }

    pub(crate) fn deleted(&mut self, id: &str) -> &mut Self {
        self.arrive(record(RecordOp::Deleted, "crm.lead", id, json!({})))
    }

    pub(crate) fn contact(&mut self, id: &str, values: Json) -> &mut Self {
        self.arrive(record(RecordOp::Updated, "crm.contact", id, values))
    }

    pub(crate) fn event(&mut self, ty: &str, data: Json) -> &mut Self {
        self.arrive(arrival(Happening::Event {
            ty: ty.into(),
            subject: None,
            data: fields(data),
        }))
    }

    pub(crate) fn message(&mut self, lead: &str, text: &str) -> &mut Self {
        self.event("crm.message", json!({"lead": lead, "text": text}))
    }

    pub(crate) fn ping(&mut self, lead: &str) -> &mut Self {
        self.event("crm.ping", json!({"lead": lead}))
    }

    /// How many lines of the story say this.
    pub(crate) fn count(&self, what: &str) -> usize {
        self.story
            .lines()
            .filter(|line| line.contains(what))
            .count()
    }

    pub(crate) fn value(&self, id: &str, field: &str) -> Option<Value> {
        self.engine.record(&self.state, &lead(id))?.remove(field)
    }
}

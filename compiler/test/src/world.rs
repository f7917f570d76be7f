//! The world of one test: the engine's state, the clock, and an outside that answers at once.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Map, Value as Json};
use smol_str::{SmolStr, format_smolstr};
use trig_engine::{
    Actor, Arrival, Effect, EffectKind, EffectResult, Engine, Happening, Input, InputKind, Outcome,
    RecordOp, State,
};
use trig_ir::{ActionId, ActorKind, Answer, EntityId, Timestamp, Value};

use crate::heard::Heard;
use crate::timeline::Timeline;

/// So many inputs a test may give to the engine where nothing else is said, those included that its clock and the
/// outside's answers cause.
pub const MOST_INPUTS: u32 = 100_000;

/// Why a step could not be carried out.
pub(crate) struct Stopped(pub(crate) String);

/// What is recorded of a test beside how it goes.
#[derive(Clone, Copy)]
pub(crate) struct Recording {
    /// What led to what.
    pub(crate) timeline: bool,
    /// Why triggers did not fire.
    pub(crate) reasons: bool,
    /// Which guards held.
    pub(crate) coverage: bool,
    /// After so many inputs the test is stopped.
    pub(crate) most_inputs: u32,
}

/// The world of one test.
pub(crate) struct World<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) state: State,
    pub(crate) now: Timestamp,
    /// The records of the test, by the number of their variable.
    pub(crate) bound: Vec<Value>,
    /// Their names.
    pub(crate) names: Vec<SmolStr>,
    /// What the outside does, where not at once what it is asked for.
    pub(crate) answers: BTreeMap<ActionId, Answer>,
    pub(crate) heard: Heard,
    pub(crate) timeline: Option<Timeline>,
    pub(crate) inputs: u32,
    most_inputs: u32,
    options: trig_engine::Options,
    /// What the outside has to say, in order.
    coming: VecDeque<InputKind>,
    /// How many records automations have created.
    created: u32,
}

impl<'a> World<'a> {
    pub(crate) fn new(engine: &'a Engine, now: Timestamp, recording: Recording) -> Self {
        Self {
            engine,
            state: State::default(),
            now,
            bound: Vec::new(),
            names: Vec::new(),
            answers: BTreeMap::new(),
            heard: Heard::new(recording.reasons),
            timeline: recording.timeline.then(|| Timeline::new(engine.ir())),
            inputs: 0,
            most_inputs: recording.most_inputs,
            options: trig_engine::Options {
                trace: recording.timeline || recording.reasons,
                coverage: recording.coverage,
            },
            coming: VecDeque::new(),
            created: 0,
        }
    }

    /// The project becomes active.
    pub(crate) fn begin(&mut self) -> Result<(), Stopped> {
        let revision = self.engine.revision().clone();
        self.happens(InputKind::Revision(revision))
    }

    /// Something happens now, with all that it leads to at once: what the outside answers, slices of fan-outs, and
    /// firings that are due.
    pub(crate) fn happens(&mut self, what: InputKind) -> Result<(), Stopped> {
        self.apply(what)?;
        loop {
            let next = if let Some(answer) = self.coming.pop_front() {
                answer
            } else if self.state.has_slices() {
                InputKind::Slice
            } else if self.state.next_due().is_some_and(|due| due <= self.now) {
                InputKind::Tick
            } else {
                return Ok(());
            };
            self.apply(next)?;
        }
    }

    /// The clock goes on to an instant: whatever is due on the way happens at its own time.
    pub(crate) fn clock(&mut self, to: Timestamp) -> Result<(), Stopped> {
        while let Some(due) = self.state.next_due().filter(|due| *due <= to) {
            self.now = self.now.max(due);
            self.happens(InputKind::Tick)?;
        }
        if to > self.now {
            self.now = to;
            self.happens(InputKind::Tick)?;
        }
        Ok(())
    }

    pub(crate) fn arrives(
        &mut self,
        source: SmolStr,
        by: ActorKind,
        what: Happening,
    ) -> Result<(), Stopped> {
        self.happens(InputKind::Arrival(arrival(source, by, None, what)))
    }

    fn apply(&mut self, kind: InputKind) -> Result<(), Stopped> {
        if self.inputs >= self.most_inputs {
            let (clock, most) = (self.local(), self.most_inputs);
            return Err(Stopped(format!(
                "the test was stopped at {clock}: more than {most} inputs"
            )));
        }
        self.inputs += 1;
        let input = Input {
            position: u64::from(self.inputs),
            at: self.now,
            kind,
        };
        let output = self.engine.apply(&mut self.state, &input, &self.options);
        if let Some(timeline) = &mut self.timeline {
            timeline.input(&input, &output, self.engine.ir());
        }
        self.heard.listen(&output, self.engine.ir());
        for effect in output.effects {
            self.answer(effect);
        }
        Ok(())
    }

    /// What the outside does with an effect.
    fn answer(&mut self, effect: Effect) {
        let result = |outcome, detail: &str| {
            InputKind::Result(EffectResult {
                key: effect.key.clone(),
                outcome,
                attempts: 1,
                detail: detail.to_owned(),
            })
        };
        let done = || result(Outcome::Done, "done");
        match &effect.what {
            EffectKind::Call { action, .. } => {
                let actions = &self.engine.ir().actions;
                let id = (0..).map(ActionId).zip(actions);
                let id = id.into_iter().find(|(_, decl)| decl.name == *action);
                let answer = id.and_then(|(id, _)| self.answers.get(&id).copied());
                match answer.unwrap_or(Answer::Success) {
                    Answer::Success => self.coming.push_back(done()),
                    Answer::Failure => self
                        .coming
                        .push_back(result(Outcome::Failed, "the test answers with failure")),
                    Answer::Silence => {}
                }
            }
            EffectKind::Write { record, fields, .. } => {
                self.coming.push_back(done());
                // as the CRM would tell of it
                let what = reported(
                    RecordOp::Updated,
                    record.entity.clone(),
                    record.id.clone(),
                    fields.clone(),
                );
                self.echo(record.connector.clone(), &effect.trigger, what);
            }
            EffectKind::Create {
                entity,
                connector,
                fields,
            } => {
                self.coming.push_back(done());
                self.created += 1;
                let short = entity.rsplit('.').next().unwrap_or(entity);
                let id = format_smolstr!("{short}-{}", self.created);
                // a CRM reports all fields of what is new
                let mut all = self.nothing_of(entity);
                all.extend(fields.clone());
                let what = reported(RecordOp::Created, entity.clone(), id, all);
                self.echo(connector.clone(), &effect.trigger, what);
            }
        }
    }

    fn echo(&mut self, connector: SmolStr, trigger: &SmolStr, what: Happening) {
        let by = Some(trigger.clone());
        let arrival = arrival(connector, ActorKind::Automation, by, what);
        self.coming.push_back(InputKind::Arrival(arrival));
    }

    /// Every field of an entity, empty, as it is reported.
    fn nothing_of(&self, entity: &str) -> Map<String, Json> {
        let declared = self.engine.ir().entities.iter().find(|e| e.name == entity);
        let fields = declared.into_iter().flat_map(|e| &e.fields);
        fields.map(|f| (wire_name(f), Json::Null)).collect()
    }

    /// The time on the project's clock.
    pub(crate) fn local(&self) -> String {
        crate::timeline::Clock::new(self.engine.ir()).full(self.now)
    }

    /// The connector that reports records of an entity, or events: that of its catalogue, else the project itself.
    pub(crate) fn source_of(&self, full_name: &str) -> SmolStr {
        match full_name.split_once('.') {
            Some((catalogue, _)) => catalogue.into(),
            None => self.engine.ir().project.id.clone(),
        }
    }

    pub(crate) fn entity(&self, id: EntityId) -> Option<&'a trig_ir::Entity> {
        self.engine.ir().entities.get(id.index())
    }
}

/// The name under which a CRM reports a field.
pub(crate) fn wire_name(field: &trig_ir::Field) -> String {
    match &field.native_id {
        Some(id) => format!("#{id}"),
        None => field.name.to_string(),
    }
}

/// A record, as its CRM reports it.
pub(crate) fn reported(
    op: RecordOp,
    entity: SmolStr,
    id: SmolStr,
    fields: Map<String, Json>,
) -> Happening {
    Happening::Record {
        op,
        entity,
        id,
        fields,
        old: Map::new(),
        changed: Vec::new(),
        clock: None,
    }
}

fn arrival(source: SmolStr, kind: ActorKind, name: Option<SmolStr>, what: Happening) -> Arrival {
    Arrival {
        source,
        id: None,
        time: None,
        by: Actor { kind, name },
        what,
    }
}

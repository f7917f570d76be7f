//! A small world by hand: a CRM with leads, contacts, conversations and orders, and short ways to write triggers.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot build its world has failed"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use trig_engine::*;
use trig_ir::*;

pub(crate) const LEAD: EntityId = EntityId(0);
pub(crate) const CONTACT: EntityId = EntityId(1);
pub(crate) const ORDER: EntityId = EntityId(2);

pub(crate) const MESSAGE: EventId = EventId(0);
pub(crate) const ACCEPTED: EventId = EventId(1);
pub(crate) const PING: EventId = EventId(3);

pub(crate) const LOG: ActionId = ActionId(0);

pub(crate) fn loc(line: u32) -> Loc {
    Loc {
        file: FileId(0),
        line,
        start: 0,
        end: 1,
    }
}

pub(crate) fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.into(),
        ty,
        optional: true,
        native_id: None,
        silent: false,
        was: None,
    }
}

fn needed(name: &str, ty: Type) -> Field {
    Field {
        optional: false,
        ..field(name, ty)
    }
}

fn stage(name: &str, native: &str, kind: StageKind) -> Stage {
    Stage {
        name: name.into(),
        native_id: Some(native.into()),
        kind,
        was: None,
    }
}

/// The declarations, without triggers.
pub(crate) fn world() -> Ir {
    let entity = |name: &str, fields: Vec<Field>| Entity {
        name: name.into(),
        native_id: None,
        fields,
    };
    let event = |name: &str, fields: Vec<Field>| Event {
        name: name.into(),
        fields,
        webhook: None,
        updates: Vec::new(),
    };
    use StageKind::{Failure, Open, Success};
    Ir {
        version: IR_VERSION,
        versions: Versions::current(),
        project: Project {
            id: "ws".into(),
            name: "World".into(),
            zone: "Europe/Berlin".into(),
            currency: Some("EUR".into()),
            connectors: vec!["crm".into(), "other".into()],
        },
        files: vec![SourceFile {
            path: "main.trig".into(),
        }],
        entities: vec![
            entity(
                "crm.lead",
                vec![
                    field("amount", Type::Money),
                    Field {
                        native_id: Some("77".into()),
                        ..field("budget", Type::Int)
                    },
                    field("contact", Type::Entity(CONTACT)),
                    field("contacts", Type::List(Box::new(Type::Entity(CONTACT)))),
                    Field {
                        silent: true,
                        ..field("name", Type::Text)
                    },
                    field("score", Type::Int),
                    field("source", Type::Enum(EnumId(0))),
                    field("stage", Type::Stage(LEAD)),
                    field("tags", Type::Set(Box::new(Type::Tag))),
                ],
            ),
            entity(
                "crm.contact",
                vec![
                    field("name", Type::Text),
                    field("tags", Type::Set(Box::new(Type::Tag))),
                    field("vip", Type::Bool),
                ],
            ),
            entity("crm.order", vec![field("total", Type::Money)]),
        ],
        enums: vec![Enum {
            name: "crm.source".into(),
            variants: vec![
                Variant {
                    name: "web".into(),
                    native_id: Some("1".into()),
                    was: None,
                },
                Variant {
                    name: "phone".into(),
                    native_id: Some("2".into()),
                    was: None,
                },
            ],
        }],
        events: vec![
            event(
                "crm.message",
                vec![
                    needed("lead", Type::Entity(LEAD)),
                    field("order", Type::Entity(ORDER)),
                    needed("text", Type::Text),
                ],
            ),
            event(
                "crm.accepted",
                vec![
                    needed("lead", Type::Entity(LEAD)),
                    field("order", Type::Entity(ORDER)),
                ],
            ),
            event(
                "crm.paid",
                vec![
                    field("amount", Type::Money),
                    needed("lead", Type::Entity(LEAD)),
                ],
            ),
            event(
                "crm.ping",
                vec![field("lead", Type::Entity(LEAD)), field("n", Type::Int)],
            ),
        ],
        actions: vec![ActionDecl {
            name: "trig.log".into(),
            params: vec![needed("text", Type::Text), field("with", Type::Any)],
            if_unknown: IfUnknown::Retry,
            emits: Vec::new(),
            when: None,
        }],
        pipelines: vec![
            Pipeline {
                name: "Sales".into(),
                entity: LEAD,
                native_id: Some("100".into()),
                stages: vec![
                    stage("New", "1", Open),
                    stage("Contacted", "2", Open),
                    stage("Proposal", "3", Open),
                    stage("Won", "142", Success),
                    stage("Lost", "143", Failure),
                ],
            },
            Pipeline {
                name: "Service".into(),
                entity: LEAD,
                native_id: Some("200".into()),
                stages: vec![stage("Open", "11", Open), stage("Closed", "142", Success)],
            },
        ],
        conditions: Vec::new(),
        schedules: vec![office()],
        feeds: Vec::new(),
        breakers: Vec::new(),
        renamed_cooldowns: Vec::new(),
        triggers: Vec::new(),
    }
}

/// Monday to Friday, 09:00 to 18:00 in Berlin.
fn office() -> Schedule {
    let window = Window {
        start: Time::constant(9, 0, 0, 0),
        end: Time::constant(18, 0, 0, 0),
    };
    Schedule {
        name: "OfficeHours".into(),
        zone: "Europe/Berlin".into(),
        week: std::array::from_fn(|day| if day < 5 { vec![window] } else { Vec::new() }),
        except: Vec::new(),
    }
}

// ---- expressions ----

pub(crate) fn place(root: Root, path: &str) -> Place {
    Place {
        root,
        path: path
            .split('.')
            .filter(|p| !p.is_empty())
            .map(SmolStr::new)
            .collect(),
    }
}

pub(crate) fn subject(path: &str) -> Place {
    place(Root::Subject, path)
}

pub(crate) fn event(path: &str) -> Place {
    place(Root::Event, path)
}

pub(crate) fn candidate(path: &str) -> Place {
    place(Root::Candidate, path)
}

pub(crate) fn load(place: Place) -> Expr {
    Expr::Load(place)
}

pub(crate) fn int(n: i64) -> Expr {
    Expr::Const(Value::Int(n))
}

pub(crate) fn text(t: &str) -> Expr {
    Expr::Const(Value::Text(t.into()))
}

pub(crate) fn tag(t: &str) -> Expr {
    Expr::Const(Value::Tag(t.into()))
}

pub(crate) fn eur(amount: &str) -> Value {
    Value::Money(Money {
        currency: "EUR".into(),
        amount: amount.parse().unwrap(),
    })
}

pub(crate) fn stage_name(name: &str) -> StageName {
    let (pipeline, stage) = name.split_once('.').unwrap();
    StageName {
        pipeline: pipeline.into(),
        stage: stage.into(),
    }
}

pub(crate) fn compare(op: CompareOp, a: Expr, b: Expr) -> Expr {
    Expr::Compare(op, Box::new(a), Box::new(b))
}

pub(crate) fn more_than(place: Place, n: i64) -> Expr {
    compare(CompareOp::Gt, load(place), int(n))
}

pub(crate) fn in_stage(place: Place, stages: &[&str]) -> Expr {
    let stages = stages.iter().map(|s| stage_name(s)).collect();
    Expr::InStages(Box::new(load(place)), stages)
}

// ---- triggers ----

pub(crate) fn guard(kind: GuardKind, text: &str, test: Expr) -> Guard {
    Guard {
        kind,
        loc: loc(2),
        test: Test::Expr(test),
        text: text.into(),
    }
}

pub(crate) fn when(text: &str, test: Expr) -> Guard {
    guard(GuardKind::When, text, test)
}

pub(crate) fn by(kinds: &[ActorKind]) -> Guard {
    Guard {
        kind: GuardKind::By,
        loc: loc(2),
        test: Test::By(kinds.to_vec()),
        text: "by".into(),
    }
}

pub(crate) fn pattern(kind: EventKind, text: &str) -> Pattern {
    Pattern {
        event: kind,
        or_created: false,
        filter: None,
        first: None,
        text: text.into(),
    }
}

pub(crate) fn start(kind: EventKind, text: &str, subject: &str) -> Start {
    Start {
        loc: loc(1),
        pattern: pattern(kind, text),
        clock: None,
        subject: Some(event(subject)),
        finer: Vec::new(),
        guards: Vec::new(),
        after: None,
    }
}

pub(crate) fn on_message() -> Start {
    start(EventKind::Event(MESSAGE), "message", "lead")
}

pub(crate) fn on_ping() -> Start {
    start(EventKind::Event(PING), "ping", "lead")
}

pub(crate) fn on_change(field: &str) -> Start {
    let text = format!("lead.{field} changed");
    start(EventKind::Changed(LEAD, field.into()), &text, "record")
}

pub(crate) fn on_moved() -> Start {
    start(EventKind::Moved(LEAD), "lead moved", "record")
}

pub(crate) fn filtered(mut start: Start, text: &str, filter: Expr) -> Start {
    start.pattern.text = text.into();
    start.pattern.filter = Some(filter);
    start
}

/// A trigger for leads that logs its name.
pub(crate) fn trigger(name: &str, starts: Vec<Start>) -> Trigger {
    Trigger {
        name: name.into(),
        was: None,
        flow: false,
        label: name.into(),
        loc: loc(1),
        home: None,
        priority: 0,
        disabled: false,
        again: false,
        zone: "Europe/Berlin".into(),
        subject: Some(LEAD),
        starts,
        each: None,
        guards: Vec::new(),
        debounce: None,
        until: None,
        after: None,
        during: None,
        mode: Mode::Single,
        missed: None,
        limits: Vec::new(),
        actions: vec![log(name)],
    }
}

pub(crate) fn after(ms: Millis) -> After {
    After {
        loc: loc(3),
        duration: ms,
        holds: None,
        unless: Vec::new(),
    }
}

pub(crate) fn cancel(kind: EventKind, text: &str, subject: &str) -> Cancel {
    Cancel {
        pattern: pattern(kind, text),
        by: Vec::new(),
        subject: Some(candidate(subject)),
        finer: Vec::new(),
    }
}

pub(crate) fn cooldown(name: &str, window: Millis, key: &[Place]) -> Limit {
    Limit {
        loc: loc(4),
        name: name.into(),
        kind: LimitKind::Cooldown,
        count: 1,
        window: LimitWindow::Sliding(window),
        key: key.to_vec(),
        wait: false,
    }
}

/// Waits until something holds.
pub(crate) fn until(text: &str, test: Expr) -> Until {
    Until {
        loc: loc(6),
        test: Guard {
            loc: loc(7),
            ..guard(GuardKind::Until, text, test)
        },
        within: None,
    }
}

pub(crate) fn within(duration: Millis, otherwise: Otherwise) -> Option<Within> {
    Some(Within {
        duration,
        otherwise,
    })
}

pub(crate) fn debounce(duration: Millis, up_to: Millis) -> Debounce {
    Debounce {
        loc: loc(8),
        duration,
        up_to,
        holds: None,
        unless: Vec::new(),
    }
}

pub(crate) fn open() -> Expr {
    Expr::Open(ScheduleId(0))
}

pub(crate) fn minutes(n: i64) -> Millis {
    Millis(Millis::MINUTE.0 * n)
}

pub(crate) fn hours(n: i64) -> Millis {
    Millis(Millis::HOUR.0 * n)
}

pub(crate) fn wait(duration: Millis) -> Action {
    act(ActionKind::Wait(Expr::Const(Value::Duration(duration))))
}

pub(crate) fn wait_until(until: Until) -> Action {
    act(ActionKind::WaitUntil(until))
}

pub(crate) fn goal_on(name: &str, cancel: Cancel) -> Action {
    act(ActionKind::Goal {
        name: name.into(),
        was: None,
        reached: Reached::On(Box::new(cancel)),
    })
}

pub(crate) fn goal_when(name: &str, text: &str, test: Expr) -> Action {
    act(ActionKind::Goal {
        name: name.into(),
        was: None,
        reached: Reached::When(guard(GuardKind::Goal, text, test)),
    })
}

pub(crate) fn start_flow(flow: &str) -> Action {
    act(ActionKind::Start {
        flow: flow.into(),
        subject: Some(subject("")),
    })
}

pub(crate) fn stop_flow(flow: &str) -> Action {
    act(ActionKind::Stop {
        flow: Some(flow.into()),
    })
}

/// A flow for leads.
pub(crate) fn flow(name: &str, actions: Vec<Action>) -> Trigger {
    Trigger {
        flow: true,
        actions,
        ..trigger(
            name,
            vec![start(EventKind::Started(name.into()), "started", "record")],
        )
    }
}

pub(crate) fn act(kind: ActionKind) -> Action {
    Action { loc: loc(5), kind }
}

pub(crate) fn log(what: &str) -> Action {
    log_expr(text(what))
}

pub(crate) fn log_expr(what: Expr) -> Action {
    act(ActionKind::Call {
        action: LOG,
        args: vec![("text".into(), what)],
    })
}

pub(crate) fn set(field: &str, op: SetOp, value: Expr) -> Action {
    act(ActionKind::Set {
        record: subject(""),
        field: field.into(),
        op,
        value,
    })
}

pub(crate) fn move_to(stage: &str) -> Action {
    act(ActionKind::Move {
        record: subject(""),
        to: stage_name(stage),
        backwards: false,
        across: false,
        as_user: None,
    })
}

pub(crate) fn emit_ping(n: i64) -> Action {
    act(ActionKind::Emit {
        event: PING,
        args: vec![("lead".into(), load(subject(""))), ("n".into(), int(n))],
    })
}

// ---- running ----

/// 2026-03-02T10:00:00Z, a Monday: 11:00 in Berlin.
pub(crate) const T0: i64 = 1_772_445_600_000;

pub(crate) struct World {
    pub(crate) engine: Engine,
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
            engine,
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
        self.tell(&input, &output);
        output
    }

    fn tell(&mut self, input: &Input, output: &Output) {
        let passed = Millis(self.at - T0);
        self.story += &format!("{} +{passed} {}\n", input.position, said(&input.kind));
        for audit in &output.audit {
            self.story += &format!("    {}\n", line(audit));
        }
        for effect in &output.effects {
            let what = match &effect.what {
                EffectKind::Call { action, args } => {
                    format!("{action} {}", Json::Object(args.clone()))
                }
                EffectKind::Write {
                    record,
                    fields,
                    as_user,
                } => {
                    let user = as_user
                        .as_ref()
                        .map(|u| format!(" as {u}"))
                        .unwrap_or_default();
                    format!("write {record} {}{user}", Json::Object(fields.clone()))
                }
                EffectKind::Create {
                    entity,
                    connector,
                    fields,
                } => format!(
                    "create {entity} in {connector} {}",
                    Json::Object(fields.clone())
                ),
            };
            self.story += &format!("    -> {what}\n");
        }
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
        self.engine = engine;
        let hash = self.engine.revision().clone();
        self.apply(InputKind::Revision(hash));
        self
    }

    /// Another revision becomes active, and has those before it on which bodies run.
    pub(crate) fn succeed(&mut self, engine: Engine) -> &mut Self {
        let used = self.state.revisions_in_use();
        let old = std::mem::replace(&mut self.engine, engine);
        self.earlier.insert(old.revision().clone(), Arc::new(old));
        self.earlier.retain(|revision, _| used.contains(revision));
        let hash = self.engine.revision().clone();
        let engine = std::mem::replace(&mut self.engine, Engine::new(Arc::new(world()), hash));
        self.engine = engine.with_earlier(self.earlier.clone(), &self.state);
        let hash = self.engine.revision().clone();
        self.apply(InputKind::Revision(hash));
        self
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

fn said(kind: &InputKind) -> String {
    match kind {
        InputKind::Tick => "tick".into(),
        InputKind::Slice => "slice".into(),
        InputKind::Result(result) => format!("result {:?}", result.outcome),
        InputKind::Revision(_) => "another revision".into(),
        InputKind::Arrival(arrival) => {
            let id = arrival
                .id
                .as_ref()
                .map(|id| format!(" id {id}"))
                .unwrap_or_default();
            match &arrival.what {
                Happening::Event { ty, data, .. } => {
                    format!("{ty} {}{id}", Json::Object(data.clone()))
                }
                Happening::Webhook { body } => format!("webhook {body}{id}"),
                Happening::Start { flow, subject } => {
                    format!("start {flow}{}{id}", about(subject))
                }
                Happening::Record {
                    op,
                    entity,
                    id: native,
                    fields,
                    old,
                    changed,
                    clock,
                } => {
                    let mut text =
                        format!("{op:?} {entity}/{native} {}", Json::Object(fields.clone()));
                    if !old.is_empty() {
                        text += &format!(" old {}", Json::Object(old.clone()));
                    }
                    if !changed.is_empty() {
                        text += &format!(" changed {}", changed.join(", "));
                    }
                    if let Some(clock) = clock {
                        text += &format!(" clock {clock}");
                    }
                    text + &id
                }
            }
        }
    }
}

fn about(subject: &Option<RecordKey>) -> String {
    subject
        .as_ref()
        .map(|key| format!(" for {key}"))
        .unwrap_or_default()
}

fn told(why: &Why) -> String {
    let read = |values: &[(String, Value)]| {
        let values: Vec<String> = values.iter().map(|(p, v)| format!("{p} = {v}")).collect();
        values.join(", ")
    };
    match why {
        Why::Guard {
            guard,
            text,
            values,
            ..
        } => format!("{guard:?} `{text}` [{}]", read(values)),
        Why::Filter { text, values, .. } => format!("filter `{text}` [{}]", read(values)),
        Why::Unknown { field, .. } => format!("unknown {field}"),
        Why::Limit { name, until, .. } if until.0 == i64::MAX => format!("limit {name} for ever"),
        Why::Limit { name, until, .. } => format!("limit {name} until {until}"),
        Why::Unless { text, .. } => format!("unless `{text}`"),
        Why::TooLate { text, .. } => format!("too late `{text}`"),
        Why::NeverAgain { text, .. } => format!("never again `{text}`"),
        other => format!("{other:?}"),
    }
}

/// An audit entry as one line.
pub(crate) fn line(audit: &Audit) -> String {
    match audit {
        Audit::Event {
            seq,
            cause,
            text,
            subject,
            by,
        } => {
            let name = by.name.as_deref().unwrap_or("?");
            let cause = cause
                .as_ref()
                .map_or(String::new(), |cause| match &cause.trigger {
                    Some(trigger) => format!(" <- {} {trigger}", cause.seq),
                    None => format!(" <- {}", cause.seq),
                });
            format!(
                "#{seq} {text}{} by {:?} {name}{cause}",
                about(subject),
                by.kind
            )
        }
        Audit::Duplicate { source, id } => format!("duplicate {source} {id}"),
        Audit::Unhandled { field, reason } => match field {
            Some(field) => format!("unhandled {field}: {reason}"),
            None => format!("unhandled: {reason}"),
        },
        Audit::Fired {
            trigger,
            subject,
            seq,
            started,
            at,
        } => {
            let seq = seq.map_or("timer".to_owned(), |seq| format!("#{seq}"));
            let at = Millis(at.0 - T0);
            format!(
                "fired {trigger}{} on {seq}, started {started}, at +{at}",
                about(subject)
            )
        }
        Audit::Armed {
            trigger,
            subject,
            due,
            phase,
        } => format!(
            "armed {trigger}{}, {phase}{}",
            about(subject),
            due.map(|due| format!(" until +{}", Millis(due.0 - T0)))
                .unwrap_or_default()
        ),
        Audit::NotFired {
            trigger,
            subject,
            why,
        } => format!("not fired {trigger}{}: {}", about(subject), told(why)),
        Audit::Cancelled {
            trigger,
            subject,
            why,
        } => format!("cancelled {trigger}{}: {}", about(subject), told(why)),
        Audit::Acted {
            trigger,
            step,
            text,
            effect,
        } => {
            let effect = if effect.is_some() { " *" } else { "" };
            format!("{trigger}.{step} {text}{effect}")
        }
        Audit::NoOp {
            trigger,
            step,
            reason,
        } => format!("{trigger}.{step} nothing: {reason}"),
        Audit::Ended {
            outcome, detail, ..
        } => format!("ended {outcome:?} {detail}"),
        Audit::Tested { trigger, loc, held } => {
            format!("tested {trigger} at {}: {held}", loc.line)
        }
        Audit::Missed {
            trigger,
            subject,
            due,
            reason,
        } => format!(
            "missed {trigger}{} at +{}: {reason}",
            about(subject),
            Millis(due.0 - T0)
        ),
        Audit::Opened { breaker, until } => {
            format!("breaker {breaker} until +{}", Millis(until.0 - T0))
        }
        Audit::Sweep { trigger } => format!("sweep of {trigger}"),
        Audit::Undone {
            subject,
            field,
            value,
        } => match value {
            Some(value) => format!("undone {subject}: {field} is {value}"),
            None => format!("undone {subject}: {field} is not known"),
        },
        Audit::Cut { reason } => format!("cut: {reason}"),
        Audit::Activated { .. } => "activated".to_owned(),
    }
}

impl World {
    /// The time of the next input.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.at)
    }
}

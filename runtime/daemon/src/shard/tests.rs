//! The writer without its thread, over a log in memory and a clock that is moved by hand.

use std::sync::{Arc, Mutex};

use serde_json::json;
use smol_str::SmolStr;
use tokio::sync::oneshot;
use trig_engine::{Actor, Arrival, Happening, Options};
use trig_ir::{ActorKind, Ir, Timestamp};
use trig_log::{Record, RecordKind};

use super::command::{Accepted, Activation, Intake, Refusal, Until};
use super::core::{Broken, Core};
use super::item::Item;
use super::queue::Share;
use crate::clock::ManualClock;
use crate::config::Config;
use crate::happened::Teller;
use crate::outbox::Orders;
use crate::registry::{Registry, Site};
use crate::store::{InputPayload, Journal, JournalError, Room};

const PROJECT: &str = r#"
entity ticket { severity: int? }
event ticket.opened for ticket { severity: int }
event ticket.closed for ticket { }
trigger Alert for ticket {
    on       ticket.opened
    when     event.severity >= 3
    cooldown 1h per ticket
    do       log(text: "alert")
}
trigger Nag for ticket {
    on    ticket.opened
    after 10m unless ticket.closed
    do    log(text: "still open")
}
"#;

/// A log in memory that can be full, or broken.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Written>>);

#[derive(Default)]
struct Written {
    batches: Vec<Vec<Record>>,
    digests: Vec<u64>,
    refuse_intake: bool,
    /// How many bytes of bodies a batch may have, if there is a bound.
    most: Option<usize>,
    broken: bool,
}

impl Journal for Memory {
    fn append(&mut self, records: &[Record], digest: u64, room: Room) -> Result<u64, JournalError> {
        let mut written = self.0.lock().unwrap();
        if written.broken {
            return Err(JournalError::Broken("the disk is gone".into()));
        }
        if written.refuse_intake && room == Room::Intake {
            return Err(JournalError::Full);
        }
        let bytes = records.iter().map(|r| r.body.len()).sum::<usize>();
        if written.most.is_some_and(|most| bytes > most) {
            return Err(JournalError::TooLarge("send less at once".into()));
        }
        let first = 1 + written.batches.iter().map(Vec::len).sum::<usize>() as u64;
        written.batches.push(records.to_vec());
        written.digests.push(digest);
        Ok(first)
    }
}

impl Memory {
    /// The kinds of the records, a batch a line.
    fn kinds(&self) -> String {
        self.0
            .lock()
            .unwrap()
            .batches
            .iter()
            .map(|batch| {
                let kinds: Vec<String> = batch.iter().map(|r| format!("{:?}", r.kind)).collect();
                kinds.join(" ")
            })
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn times(&self) -> Vec<i64> {
        let written = self.0.lock().unwrap();
        written
            .batches
            .iter()
            .flatten()
            .map(|r| r.time_ms)
            .collect()
    }
}

struct Bench {
    core: Core<Memory>,
    log: Memory,
    clock: Arc<ManualClock>,
}

fn compile(text: &str) -> Arc<Ir> {
    let sources = trig_compiler::SourceSet {
        manifest: Some("[project]\nid = \"acme\"\nlanguage = \"1\"\n".into()),
        files: vec![("main.trig".into(), text.into())],
    };
    let compilation = trig_compiler::compile(&sources);
    Arc::new(
        compilation
            .ir
            .unwrap_or_else(|| panic!("{:#?}", compilation.diagnostics)),
    )
}

fn activation(ir: &Arc<Ir>) -> (Item, oneshot::Receiver<Result<(), Refusal>>) {
    let (done, active) = oneshot::channel();
    let item = Item::Activate {
        activation: Activation::new(
            ir.hash().unwrap(),
            Arc::clone(ir),
            Site::new(Config::new("acme"), ir),
        ),
        done,
    };
    (item, active)
}

impl Bench {
    fn new() -> Self {
        let log = Memory::default();
        let clock = Arc::new(ManualClock::at(Timestamp(1_000_000)));
        let mut core = Core {
            journal: log.clone(),
            clock: Arc::clone(&clock) as Arc<dyn crate::clock::Clock>,
            workspaces: std::collections::BTreeMap::new(),
            now: Timestamp::default(),
            digest: 0,
            options: Options {
                trace: true,
                coverage: false,
            },
            orders: Orders::new().0,
            registry: Registry::default(),
            teller: Teller::silent(),
        };
        let (item, mut active) = activation(&compile(PROJECT));
        core.commit(vec![item]).unwrap();
        assert_eq!(active.try_recv(), Ok(Ok(())));
        Self { core, log, clock }
    }

    fn commit(&mut self, items: Vec<Item>) {
        self.core.commit(items).unwrap();
    }

    fn state(&self) -> &trig_engine::State {
        self.core.workspaces["acme"].state()
    }
}

type Answer = oneshot::Receiver<Result<Accepted, Refusal>>;

fn body(workspace: &str, ids: &[&str]) -> (Item, Answer) {
    let arrivals: Vec<Arrival> = ids
        .iter()
        .map(|id| Arrival {
            source: "shop".into(),
            id: Some(SmolStr::new(id)),
            time: None,
            by: Actor {
                kind: ActorKind::Api,
                name: None,
            },
            what: Happening::Event {
                ty: "ticket.opened".into(),
                subject: Some(("ticket".into(), SmolStr::new(id))),
                data: json!({"severity": 5}).as_object().cloned().unwrap(),
            },
        })
        .collect();
    let (reply, answer) = oneshot::channel();
    let item = Item::Input(Intake {
        workspace: workspace.into(),
        via: "events".into(),
        payload: InputPayload::encode("events", &arrivals).unwrap(),
        arrivals,
        until: Until::Applied,
        reply,
        share: Share::free(),
    });
    (item, answer)
}

fn fired(answer: &mut Answer) -> Vec<SmolStr> {
    let accepted = answer.try_recv().unwrap().unwrap();
    let applied = accepted.applied.unwrap();
    applied.fired.into_iter().map(|f| f.trigger).collect()
}

#[test]
fn everything_that_waits_is_one_batch() {
    let mut bench = Bench::new();
    let (one, mut first) = body("acme", &["1"]);
    let (two, mut second) = body("acme", &["2", "3"]);
    bench.commit(vec![one, two]);
    assert_eq!(bench.log.kinds(), "Revision\nInput Input");
    assert_eq!(fired(&mut first), ["Alert"]);
    let accepted = second.try_recv().unwrap().unwrap();
    assert_eq!((accepted.position, accepted.events), (3, 2));
    assert_eq!(bench.state().waiting().count(), 3);
}

#[test]
fn a_tick_is_logged_only_when_a_timer_is_due_and_nothing_else_came() {
    let mut bench = Bench::new();
    let (opened, _answer) = body("acme", &["1"]);
    bench.commit(vec![opened]);
    bench.clock.advance(600_000 - 1);
    bench.commit(Vec::new());
    assert!(!bench.core.is_due());
    bench.clock.advance(1);
    assert!(bench.core.is_due());
    bench.commit(Vec::new());
    assert_eq!(bench.log.kinds(), "Revision\nInput\nTick");
    assert_eq!(bench.state().waiting().count(), 0);

    let (opened, _answer) = body("acme", &["2"]);
    bench.commit(vec![opened]);
    bench.clock.advance(600_000);
    let (other, _answer) = body("acme", &["3"]);
    bench.commit(vec![other]);
    assert_eq!(bench.log.kinds(), "Revision\nInput\nTick\nInput\nInput");
}

#[test]
fn timers_that_are_due_run_before_a_new_revision() {
    let mut bench = Bench::new();
    let (opened, _answer) = body("acme", &["1"]);
    bench.commit(vec![opened]);
    bench.clock.advance(700_000);
    let (item, mut active) = activation(&compile(&PROJECT.replace("10m", "20m")));
    bench.commit(vec![item]);
    assert_eq!(active.try_recv(), Ok(Ok(())));
    assert_eq!(bench.log.kinds(), "Revision\nInput\nTick Revision");
    assert_eq!(bench.state().waiting().count(), 0);
}

#[test]
fn an_input_behind_a_new_revision_does_not_stand_for_a_tick_before_it() {
    let mut bench = Bench::new();
    let (opened, _answer) = body("acme", &["1"]);
    bench.commit(vec![opened]);
    bench.clock.advance(700_000);
    let (switch, _active) = activation(&compile(&PROJECT.replace("10m", "20m")));
    let (behind, _answer) = body("acme", &["2"]);
    bench.commit(vec![switch, behind]);
    let (before, _answer) = body("acme", &["3"]);
    let (switch, _active) = activation(&compile(PROJECT));
    bench.clock.advance(1_300_000);
    bench.commit(vec![before, switch]);
    assert_eq!(
        bench.log.kinds(),
        "Revision\nInput\nTick Revision Input\nInput Revision"
    );
}

#[test]
fn a_revisions_site_is_in_place_once_it_is_active() {
    let mut bench = Bench::new();
    let site = || bench.core.registry.get("acme").unwrap();
    assert!(site().hold.is_empty());
    let unsure = "action desk.page for ticket { } if_unknown hold\n";
    let (switch, _active) = activation(&compile(&format!("{PROJECT}{unsure}")));
    bench.commit(vec![switch]);
    let site = bench.core.registry.get("acme").unwrap();
    assert!(site.hold.contains("desk.page"));
}

#[test]
fn time_never_goes_back() {
    let mut bench = Bench::new();
    let (one, _answer) = body("acme", &["1"]);
    bench.commit(vec![one]);
    bench.clock.advance(-500_000);
    let (two, _answer) = body("acme", &["2"]);
    bench.commit(vec![two]);
    assert_eq!(bench.log.times(), [1_000_000; 3]);
}

#[test]
fn a_full_log_refuses_bodies_and_still_takes_ticks() {
    let mut bench = Bench::new();
    let (one, _answer) = body("acme", &["1"]);
    bench.commit(vec![one]);
    bench.log.0.lock().unwrap().refuse_intake = true;
    bench.clock.advance(600_000);
    let (two, mut answer) = body("acme", &["2"]);
    bench.commit(vec![two]);
    assert_eq!(answer.try_recv().unwrap(), Err(Refusal::Full));
    assert_eq!(bench.log.kinds(), "Revision\nInput\nTick");
}

#[test]
fn a_body_too_large_for_the_log_is_refused_alone() {
    let mut bench = Bench::new();
    let (one, mut first) = body("acme", &["1"]);
    let (large, mut refused) = body("acme", &["2", "3", "4", "5", "6", "7", "8", "9"]);
    let (other, mut second) = body("acme", &["10"]);
    let Item::Input(intake) = &large else {
        panic!("a body is an input");
    };
    let most = intake.payload.len();
    bench.log.0.lock().unwrap().most = Some(most);
    bench.commit(vec![one, large, other]);
    assert_eq!(
        refused.try_recv().unwrap(),
        Err(Refusal::TooLarge("send less at once".into()))
    );
    assert_eq!(first.try_recv().unwrap().unwrap().position, 2);
    assert_eq!(second.try_recv().unwrap().unwrap().position, 3);
    let written = bench.log.0.lock().unwrap();
    assert!(written.batches[1].iter().all(|r| !r.body.is_empty()));
}

#[test]
fn a_log_that_breaks_ends_the_writer_without_an_acknowledgement() {
    let mut bench = Bench::new();
    bench.log.0.lock().unwrap().broken = true;
    let (one, mut answer) = body("acme", &["1"]);
    assert!(matches!(
        bench.core.commit(vec![one]),
        Err(Broken::Log(reason)) if reason == "the disk is gone"
    ));
    assert!(answer.try_recv().is_err());
}

#[test]
fn a_workspace_that_does_not_run_takes_nothing() {
    let mut bench = Bench::new();
    let (one, mut answer) = body("elsewhere", &["1"]);
    bench.commit(vec![one]);
    assert_eq!(answer.try_recv().unwrap(), Err(Refusal::Unknown));
    if let Some(workspace) = bench.core.workspaces.get_mut("acme") {
        workspace.stopped = Some("for a test".into());
    }
    let (two, mut answer) = body("acme", &["1"]);
    bench.commit(vec![two]);
    assert_eq!(
        answer.try_recv().unwrap(),
        Err(Refusal::Stopped("for a test".into()))
    );
    assert_eq!(bench.log.kinds(), "Revision");
}

#[test]
fn each_frame_carries_the_digest_of_the_batch_before() {
    let mut bench = Bench::new();
    for id in ["1", "2"] {
        let (one, _answer) = body("acme", &[id]);
        bench.commit(vec![one]);
    }
    let digests = bench.log.0.lock().unwrap().digests.clone();
    assert_eq!(digests[..2], [0, 0], "an activation leads to nothing");
    assert_ne!(digests[2], 0, "firings do");
    assert_ne!(bench.core.digest, digests[2], "each batch has its own");
}

#[test]
fn an_active_revision_is_not_activated_again() {
    let mut bench = Bench::new();
    let (item, mut active) = activation(&compile(PROJECT));
    bench.commit(vec![item]);
    assert_eq!(active.try_recv(), Ok(Ok(())));
    assert_eq!(bench.log.kinds(), "Revision");
}

#[test]
fn records_say_under_which_revision_they_are_evaluated() {
    let mut bench = Bench::new();
    let after = compile(&PROJECT.replace("10m", "20m"));
    let (before, _a) = body("acme", &["1"]);
    let (switch, _b) = activation(&after);
    let (behind, _c) = body("acme", &["2"]);
    bench.commit(vec![before, switch, behind]);
    let written = bench.log.0.lock().unwrap();
    let revisions: Vec<_> = written.batches[1]
        .iter()
        .map(|r| (r.kind, r.revision.clone()))
        .collect();
    let (old, new) = (compile(PROJECT).hash().unwrap().0, after.hash().unwrap().0);
    assert_eq!(
        revisions,
        [
            (RecordKind::Input, old),
            (RecordKind::Revision, new.clone()),
            (RecordKind::Input, new)
        ]
    );
}

#[test]
fn a_body_whose_revision_is_gone_ends_and_everything_else_goes_on() {
    let mut bench = Bench::new();
    let text = "event a.b { }\n\
        trigger Care { on a.b do { log(text: \"begin\")  wait 1h  log(text: \"end\") } }";
    let (item, mut active) = activation(&compile(text));
    bench.commit(vec![item]);
    assert_eq!(active.try_recv(), Ok(Ok(())));
    bench.commit(vec![happens("a.b")]);
    assert_eq!(bench.state().revisions_in_use().len(), 1);

    // as after a start from a store that lacks it
    bench.core.workspaces.get_mut("acme").unwrap().running = None;
    let (item, mut active) = activation(&compile(&text.replace("1h", "2h")));
    bench.commit(vec![item]);
    assert_eq!(active.try_recv(), Ok(Ok(())));
    bench.clock.advance(3_600_000);
    bench.commit(Vec::new());
    assert_eq!(bench.state().waiting().count(), 0);
    assert_eq!(
        bench.state().outbox().count(),
        1,
        "it never came to its end"
    );
    bench.commit(vec![happens("a.b")]);
    assert_eq!(bench.state().waiting().count(), 1);
}

fn happens(ty: &str) -> Item {
    let arrivals = vec![Arrival {
        source: "shop".into(),
        id: None,
        time: None,
        by: Actor {
            kind: ActorKind::Api,
            name: None,
        },
        what: Happening::Event {
            ty: ty.into(),
            subject: None,
            data: serde_json::Map::new(),
        },
    }];
    Item::Input(Intake {
        workspace: "acme".into(),
        via: "events".into(),
        payload: InputPayload::encode("events", &arrivals).unwrap(),
        arrivals,
        until: Until::Durable,
        reply: oneshot::channel().0,
        share: Share::free(),
    })
}

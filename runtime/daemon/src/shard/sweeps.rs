//! Sweeps, over a real log: in slices between other inputs, and over a restart.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use smol_str::{SmolStr, format_smolstr};
use tokio::sync::oneshot;
use trig_engine::{Actor, Arrival, Happening, Options, RecordOp};
use trig_ir::{ActorKind, Ir, Timestamp};
use trig_log::{Log, RecordKind};

use super::command::{Activation, Intake, Until};
use super::core::Core;
use super::item::Item;
use super::queue::Share;
use super::replay::replay;
use crate::clock::ManualClock;
use crate::config::Config;
use crate::happened::Teller;
use crate::outbox::Orders;
use crate::registry::{Registry, Site};
use crate::store::{InputPayload, Store};

const PROJECT: &str = r#"
entity ticket { severity: int? }
event all.calm { }
event one.ping { }
trigger Calm {
    on all.calm
    for each ticket where severity >= 5
    do log(text: "calmed")
}
trigger Ping { on one.ping do log(text: "pong") }
"#;

/// So many tickets: two whole slices, and half of one.
const MANY: usize = 2_500;

fn compile() -> Arc<Ir> {
    let sources = trig_compiler::SourceSet {
        manifest: Some("[project]\nid = \"acme\"\nlanguage = \"1\"\n".into()),
        files: vec![("main.trig".into(), PROJECT.into())],
    };
    let compilation = trig_compiler::compile(&sources);
    Arc::new(
        compilation
            .ir
            .unwrap_or_else(|| panic!("{:#?}", compilation.diagnostics)),
    )
}

/// A writer over the store, as after a start.
fn core(store: &Store) -> Core<Log> {
    let (journal, _) = store.open_log().unwrap();
    let replayed = replay(store).unwrap();
    let mut core = Core {
        journal,
        clock: Arc::new(ManualClock::at(Timestamp(1_000_000))),
        workspaces: replayed.workspaces,
        now: replayed.now,
        digest: replayed.digest,
        options: Options::default(),
        orders: Orders::new().0,
        registry: Registry::default(),
        teller: Teller::silent(),
    };
    if let Some(workspace) = core.workspaces.get_mut("acme") {
        workspace.live = true;
        return core;
    }
    let ir = compile();
    let revision = ir.hash().unwrap();
    let sources = trig_compiler::SourceSet::default();
    store.revisions().put(&revision, &ir, &sources).unwrap();
    let (done, mut active) = oneshot::channel();
    let site = Site::new(Config::new("acme"), &ir);
    let activation = Activation::new(revision, ir, site);
    core.commit(vec![Item::Activate { activation, done }])
        .unwrap();
    assert_eq!(active.try_recv(), Ok(Ok(())));
    core
}

fn input(what: Vec<Happening>) -> Item {
    let arrivals: Vec<Arrival> = what
        .into_iter()
        .map(|what| Arrival {
            source: "desk".into(),
            id: None,
            time: None,
            by: Actor {
                kind: ActorKind::Api,
                name: None,
            },
            what,
        })
        .collect();
    Item::Input(Intake {
        workspace: "acme".into(),
        via: "events".into(),
        payload: InputPayload::encode("events", &arrivals).unwrap(),
        arrivals,
        until: Until::Applied,
        reply: oneshot::channel().0,
        share: Share::free(),
    })
}

fn event(ty: &str) -> Item {
    input(vec![Happening::Event {
        ty: ty.into(),
        subject: None,
        data: serde_json::Map::new(),
    }])
}

fn tickets(from: usize, to: usize) -> Item {
    let record = |n: usize| Happening::Record {
        op: RecordOp::Created,
        entity: "ticket".into(),
        id: format_smolstr!("{n:05}"),
        fields: json!({"severity": 5}).as_object().cloned().unwrap(),
        old: serde_json::Map::new(),
        changed: Vec::new(),
        clock: None,
    };
    input((from..to).map(record).collect())
}

/// The texts of the effects that were decided, with the record of each.
fn said(core: &Core<Log>) -> Vec<(Json, Option<SmolStr>)> {
    let state = core.workspaces["acme"].state();
    state
        .outbox()
        .map(|effect| {
            let text = match &effect.what {
                trig_engine::EffectKind::Call { args, .. } => args["text"].clone(),
                other => panic!("{other:?}"),
            };
            (text, effect.subject.as_ref().map(|s| s.id.clone()))
        })
        .collect()
}

fn calmed(core: &Core<Log>) -> Vec<SmolStr> {
    said(core)
        .into_iter()
        .filter(|(text, _)| text == "calmed")
        .map(|(_, of)| of.unwrap())
        .collect()
}

fn kinds(store: &Store) -> Vec<RecordKind> {
    trig_log::read(&store.log_dir())
        .unwrap()
        .map(|entry| entry.unwrap().record.kind)
        .collect()
}

#[test]
fn a_sweep_of_many_records_goes_on_in_slices_over_restarts() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::at(dir.path().join("store"));
    store.create().unwrap();
    let mut one = core(&store);
    one.commit(vec![tickets(0, MANY)]).unwrap();
    one.commit(vec![event("all.calm")]).unwrap();
    assert!(one.is_due(), "the writer does not sleep over it");
    assert_eq!(calmed(&one).len(), 0);
    // who comes later is not in
    one.commit(vec![tickets(MANY, MANY + 10)]).unwrap();
    assert_eq!(calmed(&one).len(), 1_000);
    let digest = one.workspaces["acme"].state().digest();
    drop(one);

    let mut two = core(&store);
    assert_eq!(two.workspaces["acme"].state().digest(), digest);
    assert_eq!(calmed(&two).len(), 1_000, "no slice is worked off twice");
    // what waits has its turn before the slice, and is not kept waiting by the rest
    two.commit(vec![event("one.ping")]).unwrap();
    assert_eq!(calmed(&two).len(), 2_000);
    let said = said(&two);
    assert_eq!(said[1_000].0, "pong");
    drop(two);

    let mut three = core(&store);
    three.commit(Vec::new()).unwrap();
    assert!(!three.is_due());
    three.commit(Vec::new()).unwrap();
    let all = calmed(&three);
    assert_eq!(all.len(), MANY);
    let ids: BTreeSet<SmolStr> = (0..MANY).map(|n| format_smolstr!("{n:05}")).collect();
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>(), ids);
    drop(three);

    use RecordKind::{Input, Revision, SweepSlice};
    assert_eq!(
        kinds(&store),
        [
            Revision, Input, Input, Input, SweepSlice, Input, SweepSlice, SweepSlice
        ]
    );
    assert!(
        replay(&store).unwrap().workspaces["acme"]
            .stopped()
            .is_none()
    );
}

//! The daemon is killed at random moments while it takes events in, and nothing that it acknowledged is lost, done
//! twice or done under another key.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![cfg(unix)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value as Json;
use support::{Receiver, Sent, binary, post};

const BODIES: usize = 2_000;
const KILLS: usize = 50;

/// A body to be posted.
struct Body {
    path: &'static str,
    text: String,
    /// Occurs in no other body.
    mark: String,
}

/// The project of the quickstart, less what looks at the wall clock, with a receiver for everything.
fn project(root: &Path, receiver: SocketAddr) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/quickstart");
    let project = root.join("project");
    std::fs::create_dir(&project).unwrap();
    for name in ["pipelines.trig", "sales.trig", "marketing.trig"] {
        std::fs::copy(source.join(name), project.join(name)).unwrap();
    }
    let manifest = format!(
        "[project]\nid = \"quickstart\"\nlanguage = \"1\"\nzone = \"Europe/Berlin\"\ncurrency = \"USD\"\n\
         [connectors.kommo]\nkind = \"kommo\"\ndeliver = \"http://{receiver}/kommo\"\n\
         [connectors.activecampaign]\nkind = \"activecampaign\"\n\
         [connectors.ops]\nkind = \"http\"\nurl = \"http://{receiver}/ops\"\n"
    );
    std::fs::write(project.join("trig.toml"), manifest).unwrap();
    project
}

/// The recorded webhooks again and again, each time about other records.
fn bodies() -> Vec<Body> {
    let inbox = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/quickstart/inbox");
    let mut files: Vec<PathBuf> = std::fs::read_dir(inbox)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    files.sort();
    let recorded: Vec<(&str, String)> = files
        .iter()
        .map(|file| {
            let kommo = file.to_str().unwrap().ends_with(".kommo.form");
            let path = if kommo {
                "/hooks/quickstart/kommo/-"
            } else {
                "/hooks/quickstart/activecampaign/-"
            };
            (path, std::fs::read_to_string(file).unwrap())
        })
        .collect();
    (0..BODIES)
        .map(|i| {
            let (path, text) = &recorded[i % recorded.len()];
            let mark = format!("77{i:07}");
            let mut text = text.clone();
            // ids of leads, conversations, contacts and deals, as they stand in the recorded bodies
            for id in [
                "1111111", "15318175", "9276114", "10701093", "11018118", "123456",
            ] {
                text = text.replace(&format!("={id}&"), &format!("={mark}&"));
            }
            for (block, id) in [("deal%5Bid%5D=", 1..3), ("contact%5Bid%5D=", 9..28)] {
                for id in id {
                    text = text.replace(&format!("{block}{id}&"), &format!("{block}{mark}&"));
                    if let Some(rest) = text.strip_suffix(&format!("{block}{id}")) {
                        text = format!("{rest}{block}{mark}");
                    }
                }
            }
            assert!(text.contains(&mark), "{text} has none of these ids");
            Body { path, text, mark }
        })
        .collect()
}

/// A running daemon.
struct Daemon {
    child: Child,
    address: SocketAddr,
}

impl Daemon {
    fn start(program: &Path, project: &Path, store: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(program)
            .arg("run")
            .arg(project)
            .args([
                "--listen",
                "127.0.0.1:0",
                "--no-trace",
                "--color",
                "never",
                "--store",
            ])
            .arg(store)
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.by_ref().map(|line| line.unwrap()).find_map(|line| {
            line.split_once("listening on http://")
                .map(|(_, a)| a.trim().parse().unwrap())
        });
        // what else it says must go somewhere, or it would wait for a reader
        std::thread::spawn(move || lines.for_each(drop));
        let Some(address) = address else {
            panic!("the daemon ended before it listened: {:?}", child.wait())
        };
        Self { child, address }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn seed() -> u64 {
    let seed = match std::env::var("TRIG_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::rng().random(),
    };
    println!("seed {seed}: run again with TRIG_SEED={seed}");
    seed
}

/// What `trigd state --json` says of a store.
fn state(program: &Path, store: &Path) -> Json {
    let output = Command::new(program)
        .arg("state")
        .arg(store)
        .arg("--json")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs the daemon until everything that it decided is delivered.
fn drain(program: &Path, project: &Path, store: &Path) {
    let status = Command::new(program)
        .arg("run")
        .arg(project)
        .args(["--listen", "127.0.0.1:0", "--no-trace", "--exit", "--store"])
        .arg(store)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

/// The bodies of all inputs of a log, by position.
fn inputs(store: &Path) -> BTreeMap<u64, String> {
    let mut found = BTreeMap::new();
    for entry in trig_log::read(&store.join("log")).unwrap() {
        let entry = entry.unwrap();
        if entry.record.kind == trig_log::RecordKind::Input {
            found.insert(
                entry.position,
                String::from_utf8(entry.record.body).unwrap(),
            );
        }
    }
    found
}

/// The arguments of a delivery, and who it is about: all of it but the time.
fn delivered(body: &str) -> Json {
    let mut json: Json = serde_json::from_str(body).unwrap();
    json.as_object_mut().unwrap().remove("at");
    json
}

/// The records of a state, without when each was first seen.
fn records(state: &Json) -> Json {
    let mut records = state["state"]["records"].clone();
    for row in records.as_array_mut().into_iter().flatten() {
        if let Some(record) = row.get_mut(1).and_then(Json::as_object_mut) {
            record.remove("seen");
        }
    }
    records
}

#[test]
fn fifty_kills_lose_nothing_and_do_nothing_twice() {
    let program = binary("trigd");
    let mut random = ChaCha8Rng::seed_from_u64(seed());
    let root = tempfile::tempdir().unwrap();
    let receiver = Receiver::start();
    let project = project(root.path(), receiver.address);
    let store = root.path().join("store");
    let bodies = bodies();

    // 1: killed fifty times; what was not acknowledged is posted again, as a CRM would
    let mut acknowledged: BTreeMap<usize, u64> = BTreeMap::new();
    let mut next = 0;
    for round in 0..=KILLS {
        let daemon = Daemon::start(&program, &project, &store, &[]);
        let last = round == KILLS;
        // about as many bodies a round, so that all kills fall among the posts
        let mut left = if last {
            usize::MAX
        } else {
            random.random_range(0..2 * (BODIES / (KILLS + 1)))
        };
        while next < bodies.len() && left > 0 {
            let body = &bodies[next];
            let sent = post(daemon.address, body.path, FORM, body.text.as_bytes(), || {});
            let Sent::Answered(status, answer) = sent else {
                panic!("nobody killed it: {sent:?}")
            };
            assert_eq!(status / 100, 2, "{answer}");
            let answer: Json = serde_json::from_str(&answer).unwrap();
            acknowledged.insert(next, answer["position"].as_u64().unwrap());
            next += 1;
            left -= 1;
        }
        if last {
            daemon.child_ends();
            break;
        }
        // the kill falls somewhere between the request and its answer, or right behind it
        let spins = random.random_range(0..400_000u32);
        let mut daemon = daemon;
        if let Some(body) = bodies.get(next) {
            let child = &mut daemon.child;
            let sent = post(
                daemon.address,
                body.path,
                FORM,
                body.text.as_bytes(),
                || {
                    for i in 0..spins {
                        std::hint::black_box(i);
                    }
                    child.kill().unwrap();
                },
            );
            if let Sent::Answered(status, answer) = sent {
                assert_eq!(status / 100, 2, "{answer}");
                let answer: Json = serde_json::from_str(&answer).unwrap();
                acknowledged.insert(next, answer["position"].as_u64().unwrap());
                next += 1;
            }
            daemon.child.wait().unwrap();
        } else {
            daemon.kill();
        }
    }
    drain(&program, &project, &store);
    assert_eq!(acknowledged.len(), BODIES);

    // 2: every acknowledged body is in the log, at the position that was said
    let log = inputs(&store);
    for (i, position) in &acknowledged {
        let record = log
            .get(position)
            .unwrap_or_else(|| panic!("body {i} is not at {position}"));
        assert!(record.contains(&bodies[*i].mark), "body {i}");
    }

    // 3: each action came under one key, and always the same
    let deliveries = receiver.deliveries();
    for (key, times) in &deliveries {
        let different: BTreeSet<String> = times
            .iter()
            .map(|body| delivered(body).to_string())
            .collect();
        assert_eq!(different.len(), 1, "{key} was sent with different contents");
        assert_eq!(delivered(&times[0])["key"], Json::from(key.as_str()));
    }

    // 4: `trigd state` replays the log in one go, and fails if any batch gives other outputs than it gave the daemon that
    // ran it (each frame carries the digest of those before it)
    let killed = state(&program, &store);
    assert_eq!(
        killed["state"]["outbox"],
        Json::Array(Vec::new()),
        "everything is delivered"
    );
    // another process has other hash seeds: nothing may depend on them
    assert_eq!(killed, state(&program, &store));

    // 5: the same bodies, taken by a daemon that nobody kills, come to the same

    let calm_receiver = Receiver::start();
    let calm_root = root.path().join("calm");
    std::fs::create_dir(&calm_root).unwrap();
    let calm_project = self::project(&calm_root, calm_receiver.address);
    let calm_store = calm_root.join("store");
    let daemon = Daemon::start(&program, &calm_project, &calm_store, &[]);
    for body in &bodies {
        let sent = post(daemon.address, body.path, FORM, body.text.as_bytes(), || {});
        assert!(matches!(sent, Sent::Answered(202 | 200, _)), "{sent:?}");
    }
    daemon.child_ends();
    drain(&program, &calm_project, &calm_store);
    let calm = state(&program, &calm_store);
    assert_eq!(records(&killed), records(&calm));
    assert_eq!(counts(&killed), counts(&calm));

    let calm_deliveries = calm_receiver.deliveries();
    assert!(
        calm_deliveries.len() > BODIES / 10,
        "the bodies make triggers fire"
    );
    assert_eq!(
        deliveries.keys().collect::<Vec<_>>(),
        calm_deliveries.keys().collect::<Vec<_>>()
    );
    for (key, times) in &calm_deliveries {
        assert_eq!(
            delivered(&times[0]).to_string(),
            delivered(&deliveries[key][0]).to_string()
        );
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

/// How many firings wait, and how many marks stand.
fn counts(state: &Json) -> (usize, usize) {
    let len = |name: &str| state["state"][name].as_array().map_or(0, Vec::len);
    (len("pending"), len("marks"))
}

impl Daemon {
    /// Ends it as Ctrl-C does.
    fn child_ends(mut self) {
        let status = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
        assert!(self.child.wait().unwrap().success());
    }
}

//! How many events a second the daemon makes durable over HTTP, beside a plain append of the same bytes with the same
//! number of syncs in the same run.
//!
//! `cargo bench -p trigd --bench intake [-- EVENTS]`. A revision of 1,000 triggers; one event in ten fires one of them,
//! which emits an event (so that no delivery is measured). Clients keep their connections, send bodies that were made
//! beforehand, and wait for each answer.

#![expect(clippy::unwrap_used, reason = "a bench stops at the first failure")]

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use trigd::compile::compiler;
use trigd::daemon::{Daemon, Options};
use trigd::store::Store;

/// Events a body, bodies under way.
const SHAPES: [(usize, usize); 3] = [(1, 64), (128, 16), (1_024, 8)];
const TRIGGERS: usize = 1_000;
const DEFAULT_EVENTS: usize = 100_000;

fn main() {
    let events = std::env::args()
        .skip(1)
        .find_map(|a| a.parse().ok())
        .unwrap_or(DEFAULT_EVENTS);
    println!("{TRIGGERS} triggers, one event in ten fires one; {events} events each\n");
    println!(
        "{:>11}  {:>8}  {:>12}  {:>7}  {:>10}  {:>14}  {:>6}",
        "events/body", "clients", "events/s", "syncs", "MB", "plain events/s", "share"
    );
    for (size, clients) in SHAPES {
        // a sync for every few events: fewer of them tell as much
        let events = if size == 1 { events / 4 } else { events };
        let run = measure(size, clients, events);
        println!(
            "{size:>11}  {clients:>8}  {:>12.0}  {:>7}  {:>10.1}  {:>14.0}  {:>5.0}%",
            run.rate(run.daemon),
            run.frames.len(),
            run.frames.iter().sum::<usize>() as f64 / 1e6,
            run.rate(run.plain),
            100.0 * run.plain.as_secs_f64() / run.daemon.as_secs_f64()
        );
    }
}

struct Run {
    events: usize,
    daemon: Duration,
    plain: Duration,
    /// The bytes of each batch.
    frames: Vec<usize>,
}

impl Run {
    fn rate(&self, time: Duration) -> f64 {
        self.events as f64 / time.as_secs_f64()
    }
}

fn measure(size: usize, clients: usize, events: usize) -> Run {
    let dir = tempfile::tempdir_in(std::env::var("TRIG_BENCH_DIR").unwrap_or(".".into())).unwrap();
    let project = project(dir.path());
    let store = Store::at(dir.path().join("store"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let daemon = runtime.block_on(async {
        let compiled = compiler(false)(&project);
        assert!(compiled.ir.is_some(), "{}", compiled.report.text);
        let options = Options::new(store.clone(), compiler(false));
        Daemon::start(options, vec![(project, compiled)])
            .await
            .unwrap()
    });
    let bodies = events.div_ceil(size).next_multiple_of(clients);
    let requests = requests(bodies, size);
    let time = drive(daemon.address, &requests, clients);
    runtime.block_on(daemon.stop()).unwrap();

    let frames: Vec<usize> = trig_log::read_batches(&store.log_dir(), None)
        .unwrap()
        .map(|batch| {
            batch
                .unwrap()
                .records
                .iter()
                .map(|r| r.body.len() + 64)
                .sum()
        })
        .skip(1)
        .collect();
    let plain = append(&dir.path().join("plain"), &frames);
    Run {
        events: bodies * size,
        daemon: time,
        plain,
        frames,
    }
}

fn project(dir: &Path) -> PathBuf {
    let project = dir.join("project");
    std::fs::create_dir(&project).unwrap();
    std::fs::write(
        project.join("trig.toml"),
        "[project]\nid = \"bench\"\nlanguage = \"1\"\n",
    )
    .unwrap();
    let mut text = String::from(
        "entity ticket { }\nevent ticket.noted for ticket { }\n\
         event ticket.opened for ticket { severity: int  channel: text }\n",
    );
    for n in 0..TRIGGERS {
        writeln!(
            text,
            "trigger T{n} for ticket {{ on ticket.opened(severity: {n})  when event.channel == \"web\"  do emit ticket.noted(ticket: ticket) }}"
        )
        .unwrap();
    }
    std::fs::write(project.join("main.trig"), text).unwrap();
    project
}

/// Whole requests, ready to be sent.
fn requests(bodies: usize, size: usize) -> Vec<Vec<u8>> {
    let mut id = 0;
    (0..bodies)
        .map(|_| {
            let mut body = String::from("[");
            for n in 0..size {
                if n > 0 {
                    body.push(',');
                }
                // only one in ten has a severity that a trigger asks for
                let severity = if id % 10 == 0 { id / 10 % TRIGGERS } else { 1_000_000 };
                write!(
                    body,
                    "{{\"specversion\":\"1.0\",\"id\":\"{id}\",\"source\":\"desk\",\"type\":\"ticket.opened\",\"time\":\"2026-03-02T10:00:00Z\",\"subject\":\"ticket/{}\",\"data\":{{\"severity\":{severity},\"channel\":\"web\",\"note\":\"a line of text as a person may have written it, of middling length\"}}}}",
                    id % 5_000
                )
                .unwrap();
                id += 1;
            }
            body.push(']');
            format!(
                "POST /v1/bench/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/cloudevents-batch+json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
            .into_bytes()
        })
        .collect()
}

/// Sends all requests over some connections, and waits for all answers.
fn drive(address: SocketAddr, requests: &[Vec<u8>], clients: usize) -> Duration {
    let start = Barrier::new(clients + 1);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..clients)
            .map(|client| {
                let start = &start;
                scope.spawn(move || {
                    let mut stream = TcpStream::connect(address).unwrap();
                    stream.set_nodelay(true).unwrap();
                    let mut answer = [0; 1_024];
                    start.wait();
                    for request in requests.iter().skip(client).step_by(clients) {
                        stream.write_all(request).unwrap();
                        let mut read = 0;
                        // the body of an answer is one JSON object
                        while read == 0 || answer[read - 1] != b'}' {
                            let n = stream.read(&mut answer[read..]).unwrap();
                            assert!(n > 0, "the daemon closed the connection");
                            read += n;
                        }
                        assert!(
                            answer.starts_with(b"HTTP/1.1 202"),
                            "{}",
                            String::from_utf8_lossy(&answer[..read])
                        );
                    }
                })
            })
            .collect();
        start.wait();
        let began = Instant::now();
        for thread in threads {
            thread.join().unwrap();
        }
        began.elapsed()
    })
}

/// Appends the same amounts of bytes with one sync each to a file whose room is set aside, as the log's is.
fn append(path: &Path, frames: &[usize]) -> Duration {
    let file = File::create(path).unwrap();
    let total: usize = frames.iter().sum();
    file.set_len(total as u64 + 4_096).unwrap();
    file.sync_all().unwrap();
    let bytes = vec![b'x'; frames.iter().copied().max().unwrap_or_default()];
    let began = Instant::now();
    let mut offset = 0;
    for frame in frames {
        file.write_all_at(&bytes[..*frame], offset).unwrap();
        file.sync_data().unwrap();
        offset += *frame as u64;
    }
    began.elapsed()
}

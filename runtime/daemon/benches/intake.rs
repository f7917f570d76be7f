//! How many events a second the daemon makes durable over HTTP, beside a plain append of the same bytes with the same
//! number of syncs in the same run.
//!
//! `cargo bench -p trigd --bench intake [-- EVENTS [KINDS]]`. A revision of 1,000 triggers on 50 kinds of events (or on as
//! many as are named: 1 puts all of them on one); one event in ten fires one of them, which emits an event (so that no
//! delivery is measured). Clients keep their connections, send bodies that were made
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

/// Events a body, and clients: with one there is a sync for each body, with several they share syncs.
const SHAPES: [(usize, usize); 7] = [
    (1, 1),
    (1, 64),
    (128, 1),
    (128, 4),
    (128, 16),
    (1_024, 1),
    (1_024, 8),
];
const TRIGGERS: usize = 1_000;
const DEFAULT_EVENTS: usize = 100_000;
const DEFAULT_KINDS: usize = 50;

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|a| a.parse().ok());
    let events = numbers.next().unwrap_or(DEFAULT_EVENTS);
    let kinds = numbers.next().unwrap_or(DEFAULT_KINDS).clamp(1, TRIGGERS);
    println!(
        "{TRIGGERS} triggers on {kinds} kinds of events, one event in ten fires one; {events} events each\n"
    );
    println!(
        "{:>11}  {:>8}  {:>12}  {:>7}  {:>10}  {:>14}  {:>6}",
        "events/body", "clients", "events/s", "syncs", "MB", "plain events/s", "share"
    );
    for (size, clients) in SHAPES {
        // a sync for every few events: fewer of them tell as much
        let events = match (size, clients) {
            (1, 1) => events / 20,
            (1, _) => events / 4,
            _ => events,
        };
        let run = measure(size, clients, events, kinds);
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

fn measure(size: usize, clients: usize, events: usize, kinds: usize) -> Run {
    let dir = tempfile::tempdir_in(std::env::var("TRIG_BENCH_DIR").unwrap_or(".".into())).unwrap();
    let project = project(dir.path(), kinds);
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
    let requests = requests(bodies, size, kinds);
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

fn project(dir: &Path, kinds: usize) -> PathBuf {
    let project = dir.join("project");
    std::fs::create_dir(&project).unwrap();
    std::fs::write(
        project.join("trig.toml"),
        "[project]\nid = \"bench\"\nlanguage = \"1\"\n",
    )
    .unwrap();
    let mut text = String::from("entity ticket { }\nevent ticket.noted for ticket { }\n");
    for kind in 0..kinds {
        writeln!(
            text,
            "event ticket.opened{kind} for ticket {{ severity: int  channel: text }}"
        )
        .unwrap();
    }
    for n in 0..TRIGGERS {
        writeln!(
            text,
            "trigger T{n} for ticket {{ on ticket.opened{}(severity: {n})  when event.channel == \"web\"  do emit ticket.noted(ticket: ticket) }}",
            n % kinds
        )
        .unwrap();
    }
    std::fs::write(project.join("main.trig"), text).unwrap();
    project
}

/// Whole requests, ready to be sent.
fn requests(bodies: usize, size: usize, kinds: usize) -> Vec<Vec<u8>> {
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
                    "{{\"specversion\":\"1.0\",\"id\":\"{id}\",\"source\":\"desk\",\"type\":\"ticket.opened{}\",\"time\":\"2026-03-02T10:00:00Z\",\"subject\":\"ticket/{}\",\"data\":{{\"severity\":{severity},\"channel\":\"web\",\"note\":\"a line of text as a person may have written it, of middling length\"}}}}",
                    id / 10 % kinds,
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
    let room = total as u64 + 4_096;
    rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, room).unwrap();
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

//! Exit codes: the table in `docs/operations.md`, row by row.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Place, TICKETS};

/// The rows of the page's table: exit code, and when.
fn table() -> Vec<(i32, String)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, section) = page.split_once("\n## Exit codes\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let code = cells.next()?.parse().ok()?;
        Some((code, cells.next()?.to_owned()))
    });
    rows.collect()
}

fn trigd(args: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_trigd"))
        .args(args)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap(), errors)
}

/// Runs a project to its end, on the store beside it.
fn run(place: &Place, more: &[&str]) -> (i32, String) {
    let (project, store) = (place.project(), place.store());
    let mut args = vec!["run", "--exit", "--store", store.dir().to_str().unwrap()];
    if !more.contains(&"--listen") {
        args.extend(["--listen", "0"]);
    }
    args.extend(more);
    args.push(project.to_str().unwrap());
    trigd(&args)
}

/// A store whose log says that something else came of it than comes of it now.
fn stopped() -> Place {
    let place = Place::new(TICKETS);
    assert_eq!(run(&place, &[]).0, 0);
    let dir = place.store().log_dir();
    let last = trig_log::read(&dir).unwrap().last().unwrap().unwrap();
    let (mut log, _) = trig_log::Log::open(&dir, trig_log::Options::default()).unwrap();
    let tick = trig_log::Record {
        kind: trig_log::RecordKind::Tick,
        body: Vec::new(),
        ..last.record
    };
    log.append(trig_log::Class::Internal, &[tick], 42).unwrap();
    place
}

/// Brings about what a row says.
fn happen(row: &str) -> (i32, String) {
    let place = Place::new(TICKETS);
    let project = place.project().display().to_string();
    match row {
        "it ended as it should" => run(&place, &[]),
        "a project does not compile (`run --exit`)" => {
            place.write("main.trig", "trigger Broken {");
            run(&place, &[])
        }
        "a file of the inbox was refused (`run --play --exit`)" => {
            std::fs::create_dir(place.project().join("inbox")).unwrap();
            std::fs::write(place.project().join("inbox/1.json"), "{").unwrap();
            run(&place, &["--play"])
        }
        "a workspace stands still (`state`)" => {
            let place = stopped();
            trigd(&["state", place.store().dir().to_str().unwrap()])
        }
        "the command line is not understood" => trigd(&["run", "--no-such-option"]),
        "a directory is no project, or holds several" => {
            place.write("one.d", "");
            trigd(&["run", &format!("{project}/one.d")])
        }
        "the store is in use, is damaged, lies inside a project, or is none" => {
            let inside = place.project().join("store").display().to_string();
            let inside = trigd(&["run", "--exit", "--store", &inside, &project]);
            assert!(inside.1.contains("lies inside"), "{inside:?}");
            let none = trigd(&["state", &project]);
            assert!(none.1.contains("no trig store"), "{none:?}");
            let other = trigd(&["run", "--exit", "--fresh", "--store", "/proc", &project]);
            assert!(other.1.contains("no trig store"), "{other:?}");
            let damaged = stopped();
            let revisions = damaged.store().dir().join("revisions");
            std::fs::remove_dir_all(&revisions).unwrap();
            std::fs::create_dir(&revisions).unwrap();
            let damaged = run(&damaged, &[]);
            assert_eq!(
                [inside.0, none.0, other.0, damaged.0],
                [2; 4],
                "{damaged:?}"
            );
            assert_eq!(run(&place, &[]).0, 0);
            let _open = place.store().open_log().unwrap();
            run(&place, &[])
        }
        "the address cannot be had" => {
            let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let port = taken.local_addr().unwrap().port().to_string();
            let (code, errors) = run(&place, &["--listen", &port]);
            // the system's words, and once
            let words = errors.matches("os error").count();
            assert_eq!(words, 1, "{errors}");
            (code, errors)
        }
        "no daemon answers, or it does not take the request (`start`)" => {
            trigd(&["start", "Sweep", "--to", "127.0.0.1:1", &project])
        }
        "a flow did not start (`start`)" => {
            let store = place.store().dir().display().to_string();
            let mut daemon = Command::new(env!("CARGO_BIN_EXE_trigd"))
                .args(["run", "--listen", "0", "--store", &store, &project])
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut lines = BufReader::new(daemon.stdout.take().unwrap()).lines();
            assert!(lines.any(|line| line.unwrap().contains("listening on")));
            let ended = trigd(&["start", "Nothing", &store]);
            daemon.kill().unwrap();
            daemon.wait().unwrap();
            ended
        }
        other => unreachable!("nothing brings this about: {other}"),
    }
}

#[test]
fn exit_codes_are_what_the_page_says() {
    let table = table();
    assert!(table.len() >= 9, "{table:?}");
    for (code, row) in &table {
        let (ended, errors) = happen(row);
        assert_eq!(ended, *code, "{row}: {errors}");
    }
    let codes: BTreeSet<i32> = table.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, BTreeSet::from([0, 1, 2]));
}

//! Z3, asked over its standard input.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::world::DECLARATIONS;

/// What it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Sat,
    Unsat,
    Unknown,
}

/// Asks whether each of these can hold.
pub(crate) fn ask(questions: &[String]) -> Vec<Verdict> {
    let mut z3 = Command::new("z3")
        .arg("-in")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("z3 is there: `cargo xtask test` installs it");
    let mut input = String::from(DECLARATIONS);
    for question in questions {
        input.push_str(&format!(
            "(push)\n(assert {question})\n(check-sat)\n(pop)\n"
        ));
    }
    let mut stdin = z3.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = z3.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let verdicts: Vec<Verdict> = text
        .lines()
        .map(|line| match line {
            "sat" => Verdict::Sat,
            "unsat" => Verdict::Unsat,
            "unknown" => Verdict::Unknown,
            other => panic!("z3 says {other}"),
        })
        .collect();
    assert_eq!(verdicts.len(), questions.len());
    verdicts
}

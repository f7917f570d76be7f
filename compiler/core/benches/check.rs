//! What a user waits for: a check of 10,000 triggers from cold, and from one keystroke to the diagnostics.
//!
//! `parse_alone` is the yardstick: the same texts, on the same cores, and nothing but the grammar.
//!
//! ```text
//! cargo bench -p trig-compiler --bench check
//! ```

use std::fmt::Write as _;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use rayon::prelude::*;
use smol_str::SmolStr;
use trig_compiler::{SourceSet, Workspace, compile};

const FILES: usize = 20;
const TRIGGERS: usize = 500;

fn main() {
    divan::main();
}

/// A project of `FILES * TRIGGERS` triggers that is clean.
fn project() -> SourceSet {
    let manifest = "[project]\nid = \"bench\"\nlanguage = \"1\"\nzone = \"Europe/Berlin\"\n\
                    [connectors.ops]\nkind = \"http\"\nurl = \"https://ops.example.com\"\n";
    let mut files: Vec<(SmolStr, Arc<str>)> = vec![("base.trig".into(), base().into())];
    for f in 0..FILES {
        let mut text = String::from("use kommo\n\n");
        for t in 0..TRIGGERS {
            trigger(&mut text, f, t);
        }
        files.push((format!("part{f}.trig").into(), text.into()));
    }
    SourceSet {
        manifest: Some(manifest.into()),
        files,
    }
}

fn base() -> String {
    let mut text = String::from(
        "use kommo\n\nschedule Office { mon..fri 09:00..13:00, 14:00..18:00 }\n\
         pipeline Sales for lead { stage New initial  stage Contacted  stage Proposal  stage Won success }\n",
    );
    for i in 0..50 {
        let low = i * 1_000;
        let _ = writeln!(
            text,
            "condition Worth{i} for lead = price in {low}..{} USD and tags has any [\"VIP\", \"t{i}\"]",
            low + 50_000
        );
    }
    text
}

fn trigger(text: &mut String, file: usize, number: usize) {
    let start = match number % 4 {
        0 => format!(
            "message.incoming(channel: \"telegram\", text contains any [\"price\", \"word{number}\"])"
        ),
        1 => "lead moved from Sales.New to Sales.Proposal".to_owned(),
        2 => format!("lead.tags gains \"tag{}\"", number % 97),
        _ => "lead enters Sales.Contacted".to_owned(),
    };
    let _ = write!(
        text,
        "/// Number {number} of part {file}.\n\
         trigger T{file}_{number} \"Trigger {number}\" for lead {{\n    \
             on       {start}\n    \
             when     Worth{} and stage in [New, Contacted] and (owner is not empty or name contains \"x{number}\")\n    \
             after    {}m while stage != Won unless message.outgoing(by: user)\n    \
             during   not Office\n    \
             cooldown 1d per subject\n    \
             do {{\n        \
                 webhook.post(to: \"ops\", task: \"call back\", lead: subject, number: {number})\n        \
                 set tags += \"seen{number}\"\n    \
             }}\n}}\n\n",
        number % 50,
        number % 60 + 1,
    );
}

fn bytes(project: &SourceSet) -> BytesCount {
    BytesCount::new(
        project
            .files
            .iter()
            .map(|(_, text)| text.len())
            .sum::<usize>(),
    )
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn parse_alone(bencher: Bencher<'_, '_>) {
    let project = project();
    bencher
        .counter(bytes(&project))
        .counter(ItemsCount::new(FILES * TRIGGERS))
        .bench(|| {
            project
                .files
                .par_iter()
                .map(|(_, text)| trig_grammar::parse(text).items.len())
                .sum::<usize>()
        });
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn check_cold(bencher: Bencher<'_, '_>) {
    let project = project();
    let clean = compile(&project);
    assert_eq!(clean.diagnostics, [], "the bench measures a clean project");
    bencher
        .counter(bytes(&project))
        .counter(ItemsCount::new(FILES * TRIGGERS))
        .bench(|| compile(&project).stats.triggers);
}

/// One character more in one of twenty files; then diagnostics and IR of the whole project.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn keystroke_to_diagnostics(bencher: Bencher<'_, '_>) {
    let project = project();
    let mut workspace = Workspace::new();
    workspace.set_manifest(project.manifest.clone());
    workspace.set_files(project.files.iter().cloned());
    workspace.compile();
    let Some((path, text)) = project.files.last() else {
        return;
    };
    let mut text = text.to_string();
    bencher.bench_local(|| {
        text.insert(0, '\n');
        workspace.set_file(path.clone(), text.as_str().into());
        workspace.compile().diagnostics.len()
    });
}

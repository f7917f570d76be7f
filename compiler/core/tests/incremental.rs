//! A project that changes under a workspace gives, at every step, what a fresh compilation gives; and nothing that is
//! broken makes the compiler panic.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;

use proptest::prelude::*;
use trig_compiler::{SourceSet, Workspace, compile};

const FILES: [&str; 4] = [
    "marketing.trig",
    "pipelines.trig",
    "sales.trig",
    "service.trig",
];

fn quickstart() -> SourceSet {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/quickstart/");
    let read = |name: &str| -> Arc<str> {
        std::fs::read_to_string(format!("{dir}{name}"))
            .unwrap()
            .into()
    };
    SourceSet {
        manifest: Some(read("trig.toml")),
        files: FILES
            .iter()
            .map(|name| ((*name).into(), read(name)))
            .collect(),
    }
}

/// An edit of one of the files.
#[derive(Clone, Debug)]
enum Edit {
    /// Cuts a piece out.
    Cut(usize, usize, usize),
    /// Copies a piece of one file into another.
    Paste(usize, usize, usize, usize, usize),
    /// Takes the file away, or brings it back.
    Toggle(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (0..4usize, 0..4000usize, 1..40usize).prop_map(|(f, at, n)| Edit::Cut(f, at, n)),
        (0..4usize, 0..4000usize, 0..4usize, 0..4000usize, 1..60usize)
            .prop_map(|(a, i, b, j, n)| Edit::Paste(a, i, b, j, n)),
        (0..4usize).prop_map(Edit::Toggle),
    ]
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edited_workspace_equals_a_fresh_one(edits in prop::collection::vec(edit(), 1..12)) {
        let start = quickstart();
        let mut texts: Vec<Option<String>> = start.files.iter().map(|(_, text)| Some(text.to_string())).collect();
        let mut workspace = Workspace::new();
        workspace.set_manifest(start.manifest.clone());
        workspace.set_files(start.files.iter().cloned());
        workspace.compile();
        for edit in edits {
            match edit {
                Edit::Cut(f, at, n) => {
                    if let Some(text) = &mut texts[f] {
                        let (from, to) = (floor(text, at), floor(text, at + n));
                        text.replace_range(from..to, "");
                    }
                }
                Edit::Paste(a, i, b, j, n) => {
                    let piece = texts[a].as_ref().map(|t| t[floor(t, i)..floor(t, i + n)].to_owned());
                    if let (Some(piece), Some(text)) = (piece, &mut texts[b]) {
                        let at = floor(text, j);
                        text.insert_str(at, &piece);
                    }
                }
                Edit::Toggle(f) => {
                    texts[f] = match texts[f] {
                        Some(_) => None,
                        None => Some(start.files[f].1.to_string()),
                    };
                }
            }
            let mut sources = SourceSet { manifest: start.manifest.clone(), files: Vec::new() };
            for (name, text) in FILES.iter().zip(&texts) {
                match text {
                    Some(text) => {
                        let text: Arc<str> = text.as_str().into();
                        workspace.set_file((*name).into(), text.clone());
                        sources.files.push(((*name).into(), text));
                    }
                    None => workspace.remove_file(name),
                }
            }
            let (edited, fresh) = (workspace.compile(), compile(&sources));
            prop_assert_eq!(
                common::render(&sources, &edited.diagnostics),
                common::render(&sources, &fresh.diagnostics)
            );
            prop_assert_eq!(edited.ir, fresh.ir);
        }
    }
}

/// A template, what applies it, and what both need, each in a file of its own.
#[test]
fn a_template_and_its_applies_in_other_files() {
    let pipeline = "use kommo\npipeline Sales for lead { stage New initial  stage Won success }\n";
    let template = |word: &str| {
        format!(
            "template Remind(s: stage of Sales, d: duration) {{\n    trigger {{ on lead enters s  after d  do log(text: {word:?}) }}\n}}\n"
        )
    };
    let apply = |stage: &str| format!("apply Remind({stage}, 1d) as RemindOne\n");
    let steps: [(&str, Option<String>); 12] = [
        ("c.trig", Some(template("one"))),
        ("a.trig", Some(apply("Sales.New"))),
        ("b.trig", Some(pipeline.to_owned())),
        ("c.trig", Some(template("two"))),
        // moved down: places change, nothing else
        ("c.trig", Some(format!("\n\n{}", template("two")))),
        ("a.trig", Some(apply("Sales.Won"))),
        ("a.trig", Some(apply("Sales.Lost"))),
        (
            "c.trig",
            Some(template("two").replace("lead enters", "led enters")),
        ),
        ("c.trig", None),
        (
            "c.trig",
            Some(template("three").replace("Remind(", "Other(")),
        ),
        (
            "a.trig",
            Some(format!("{}{}", apply("Sales.New"), template("four"))),
        ),
        ("c.trig", None),
    ];
    let manifest: Arc<str> = common::MANIFEST.into();
    let mut workspace = Workspace::new();
    workspace.set_manifest(Some(manifest.clone()));
    let mut files: std::collections::BTreeMap<&str, String> = Default::default();
    let mut compiled = 0;
    for (name, text) in steps {
        match text {
            Some(text) => {
                workspace.set_file(name.into(), text.as_str().into());
                files.insert(name, text);
            }
            None => {
                workspace.remove_file(name);
                files.remove(name);
            }
        }
        let sources = SourceSet {
            manifest: Some(manifest.clone()),
            files: files
                .iter()
                .map(|(name, text)| ((*name).into(), text.as_str().into()))
                .collect(),
        };
        let (edited, fresh) = (workspace.compile(), compile(&sources));
        assert_eq!(
            common::render(&sources, &edited.diagnostics),
            common::render(&sources, &fresh.diagnostics)
        );
        assert_eq!(edited.ir, fresh.ir);
        compiled += usize::from(edited.ir.is_some_and(|ir| {
            let one = &ir.triggers[0];
            // the trigger stands at its `apply`, its parts in the template
            assert_eq!(one.name, "RemindOne");
            assert_eq!(ir.files[one.loc.file.index()].path, "a.trig");
            let path = &ir.files[one.starts[0].loc.file.index()].path;
            let source = &files[path.as_str()];
            let loc = one.starts[0].loc;
            assert_eq!(
                &source[loc.start as usize..loc.end as usize],
                "on lead enters s"
            );
            true
        }));
    }
    assert_eq!(compiled, 6);
}

#[test]
fn every_prefix_of_a_file_compiles_to_something() {
    let start = quickstart();
    let mut workspace = Workspace::new();
    workspace.set_manifest(start.manifest.clone());
    workspace.set_files(start.files.iter().cloned());
    for (name, text) in &start.files {
        for (end, _) in text.char_indices().step_by(3) {
            workspace.set_file(name.clone(), text[..end].into());
            let compilation = workspace.compile();
            for diagnostic in &compilation.diagnostics {
                assert!(!diagnostic.labels.is_empty(), "{diagnostic:?}");
            }
        }
        workspace.set_file(name.clone(), text.clone());
    }
    assert_eq!(workspace.compile().diagnostics, []);
}

#[test]
fn an_empty_project_and_one_without_a_manifest() {
    let empty = compile(&SourceSet::default());
    assert!(empty.ir.is_none());
    assert_eq!(
        empty.diagnostics.iter().map(|d| d.rule).collect::<Vec<_>>(),
        ["manifest-missing"]
    );
    let bare = compile(&SourceSet {
        manifest: Some(common::MANIFEST.into()),
        files: Vec::new(),
    });
    assert_eq!(bare.diagnostics, []);
    assert!(bare.ir.is_some_and(|ir| ir.triggers.is_empty()));
}

/// A file with every clause and every kind of start.
const CLAUSES: &str = r#"use kommo
extend lead { meeting: datetime? was appointment  due: date? }
schedule Office { mon..fri 09:00..17:00 }
cooldown Marketing 3d per lead was Nagging
trigger A for lead {
    on first message.incoming(by: customer) per (lead, event.channel) each day { after 0s }
    on 2h before lead.meeting  on 1w before lead.due at 09:00  on day of lead.due yearly at 09:00
    on lead.score rises above 5
    debounce 5m up to 2h while owner is not empty unless lead deleted
    until Office within 2d else continue
    after 10m while owner is not empty unless message.outgoing(by: user)
    during Office  mode restart  once per lead each year  cooldown Marketing
    limit 3 in 1d per (owner, lead.source) else wait
    missed within 1h  was Before  allow(may-be-empty, "known")  zone "Asia/Tokyo"
    do log(text: "{name}")
}
trigger B {
    on every 15m  on every day at 09:00  on every week on mon..wed, fri at 09:00  on every month on last fri at 09:00
    on every month on day 31 at 09:00  on every year on 29 feb at 09:00  on date 2026-12-31 09:00
    for each lead where name is not empty
    do log(text: "{event.at}")
}
"#;

#[test]
fn clauses_that_are_cut_short_compile_to_something() {
    let mut workspace = Workspace::new();
    workspace.set_manifest(Some(common::MANIFEST.into()));
    let mut compile = |text: &str| {
        workspace.set_file("main.trig".into(), text.into());
        workspace.compile()
    };
    assert_eq!(compile(CLAUSES).diagnostics, []);
    for (end, _) in CLAUSES.char_indices().skip(10) {
        for diagnostic in compile(&CLAUSES[..end]).diagnostics {
            assert!(!diagnostic.labels.is_empty(), "{diagnostic:?}");
        }
    }
    let words: Vec<(usize, &str)> = CLAUSES
        .split_whitespace()
        .scan(0, |from, word| {
            let at = CLAUSES[*from..].find(word)? + *from;
            *from = at + word.len();
            Some((at, word))
        })
        .collect();
    for (at, word) in words {
        let text = format!("{}{}", &CLAUSES[..at], &CLAUSES[at + word.len()..]);
        for diagnostic in compile(&text).diagnostics {
            assert!(!diagnostic.labels.is_empty(), "{diagnostic:?}");
        }
    }
}

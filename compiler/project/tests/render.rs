//! How diagnostics look.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use proptest::prelude::*;
use smol_str::SmolStr;
use trig_compiler::{Diagnostic, SourceSet};
use trig_grammar::Span;
use trig_project::render::{Report, Summary, Texts, human};

fn set(files: &[(&str, &str)]) -> SourceSet {
    SourceSet {
        manifest: Some("[project]\nid = \"acme\"\ntoken = \"hunter2\"\n".into()),
        files: files
            .iter()
            .map(|(p, t)| (SmolStr::new(p), (*t).into()))
            .collect(),
    }
}

/// The place of `part` in `text`.
#[track_caller]
fn at(text: &str, part: &str) -> Span {
    let start = text.find(part).unwrap();
    Span::new(start as u32, (start + part.len()) as u32)
}

fn plain(set: &SourceSet, diagnostics: &[Diagnostic]) -> String {
    let mut out = Vec::new();
    let texts = Texts::new(Path::new("./shop/"), set);
    human(&texts, diagnostics, false, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn json(set: &SourceSet, diagnostics: &[Diagnostic]) -> serde_json::Value {
    let texts = Texts::new(Path::new("shop"), set);
    let mut report = Report::default();
    report.add(&texts, diagnostics);
    let mut summary = Summary {
        projects: 1,
        files: 2,
        triggers: 0,
        ..Summary::default()
    };
    summary.count(diagnostics);
    let mut out = Vec::new();
    report.write(summary, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

const MAIN: &str = "pipeline Sales for deal {\n    stage New\n    stage Won success\n}\n\ntrigger Größe for deal {\n\ton deal enters Sales.Wn\n}\n";

fn unknown_stage() -> Diagnostic {
    let catalogue = trig_compiler::catalogue_text("catalogue:kommo").unwrap();
    Diagnostic::error(
        "unknown-name",
        "there is no stage `Wn` in `Sales`",
        &"main.trig".into(),
        at(MAIN, "Wn"),
    )
    .here("no such stage")
    .label(
        "`Sales` is declared here",
        &"main.trig".into(),
        at(MAIN, "Sales"),
    )
    .label(
        "its entity",
        &"catalogue:kommo".into(),
        at(catalogue, "entity lead"),
    )
    .note("stages are `New`, `Won`")
    .did_you_mean("Wn", ["New", "Won"])
}

#[test]
fn several_places_with_a_catalogue() {
    insta::assert_snapshot!(plain(&set(&[("main.trig", MAIN)]), &[unknown_stage()]));
}

#[test]
fn in_colour() {
    let set = set(&[("main.trig", MAIN)]);
    let texts = Texts::new(Path::new("."), &set);
    let mut out = Vec::new();
    human(&texts, &[unknown_stage()], true, &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    insta::assert_snapshot!(out.replace('\u{1b}', "ESC"));
}

#[test]
fn for_programs() {
    let set = set(&[("main.trig", MAIN)]);
    insta::assert_json_snapshot!(json(&set, &[unknown_stage()]));
}

#[test]
fn a_label_over_many_lines() {
    let text = format!(
        "trigger A for deal {{\n{}}}\nb\n",
        "    // more\n".repeat(20)
    );
    let span = Span::new(0, text.rfind('b').unwrap() as u32);
    let few =
        Diagnostic::warning("shadowed", "`A` never runs", &"a.trig".into(), span).here("this");
    let long = "x\n".repeat(100_000);
    let all = Span::new(0, long.len() as u32);
    let many = Diagnostic::error("unclosed", "a bracket is not closed", &"b.trig".into(), all);
    let set = set(&[("a.trig", &text), ("b.trig", &long)]);
    insta::assert_snapshot!(plain(&set, &[few, many]));
}

#[test]
fn a_long_line_is_cut() {
    let text = format!("{}Wn{}", "ü".repeat(1_000_000), "日".repeat(1_000_000));
    let file = "long.trig".into();
    let first = Diagnostic::error("unknown-name", "there is no `Wn`", &file, at(&text, "Wn"))
        .label(
            "far away",
            &file,
            Span::new(text.len() as u32 - 3, text.len() as u32),
        );
    let end = Diagnostic::error(
        "unclosed",
        "here it ends",
        &file,
        Span::empty(text.len() as u32),
    );
    insta::assert_snapshot!(plain(&set(&[("long.trig", &text)]), &[first, end]));
}

#[test]
fn tabs_wide_letters_and_windows_newlines() {
    let text = "\ta 日本 b\r\n\r\nc";
    let file = "a.trig".into();
    let all: Vec<Diagnostic> = ["日本", "b", "\r\n\r", "c"]
        .into_iter()
        .map(|part| Diagnostic::error("x", "look", &file, at(text, part)).here(part.trim()))
        .collect();
    insta::assert_snapshot!(plain(&set(&[("a.trig", text)]), &all));
}

#[test]
fn a_file_cannot_drive_the_terminal() {
    let text = "\u{1b}[2J\u{202e}evil\u{7}";
    let file = "a.trig".into();
    let diagnostic =
        Diagnostic::error("x", format!("`{text}`"), &file, at(text, "evil")).note(text);
    let shown = plain(&set(&[("a.trig", text)]), &[diagnostic]);
    assert!(
        shown.chars().all(|c| c == '\n' || !c.is_control()),
        "{shown:?}"
    );
    insta::assert_snapshot!(shown);
}

#[test]
fn no_secret_of_the_manifest_is_shown() {
    let set = set(&[]);
    let text = set.manifest.clone().unwrap();
    let (_, found) = trig_compiler::manifest::parse(Some(&text));
    let shown = plain(&set, &found);
    assert!(!shown.contains("hunter2"));
    insta::assert_snapshot!(shown);
    assert!(!json(&set, &found).to_string().contains("hunter2"));
}

/// Hiding keeps bytes in their places, but not characters: places are those of the file as it was read.
#[test]
fn a_secret_moves_no_place() {
    let line = "x = { secret = \"üüü\", kind = \"htp\" }";
    let mut set = set(&[]);
    set.manifest = Some(format!("[connectors]\n{line}\n").as_str().into());
    let (_, found) = trig_compiler::manifest::parse(set.manifest.as_deref());
    let all = json(&set, &found);
    let label = all["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .find(|d| d["message"] == "`htp` is no kind of connector")
        .map(|d| &d["labels"][0])
        .unwrap();
    assert_eq!((&label["line"], &label["column"]), (&2.into(), &30.into()));
    assert!(!all.to_string().contains("üüü"));
}

#[test]
fn a_file_without_text() {
    let set = SourceSet::default();
    let (_, found) = trig_compiler::manifest::parse(None);
    insta::assert_snapshot!(plain(&set, &found));
    assert_eq!(
        json(&set, &found)["diagnostics"][0]["labels"][0]["line"],
        serde_json::Value::Null
    );
}

#[test]
fn an_empty_file() {
    let file = "a.trig".into();
    let diagnostic = Diagnostic::error("x", "nothing here", &file, Span::empty(0));
    insta::assert_snapshot!(plain(&set(&[("a.trig", "")]), &[diagnostic]));
}

proptest! {
    /// Even a place that is none is drawn, or left out, and never a panic.
    #[test]
    fn any_place_is_drawn(text in "[a-zü日\t\r\n]{0,300}", places in prop::collection::vec((0u32..1000, 0u32..1000), 1..5)) {
        let file = SmolStr::new("a.trig");
        let mut diagnostic = Diagnostic::error("x", "look", &file, Span::new(places[0].0, places[0].1));
        for (start, end) in &places[1..] {
            diagnostic = diagnostic.label("there", &file, Span::new(*start, *end));
        }
        let set = set(&[("a.trig", &text)]);
        prop_assert!(plain(&set, std::slice::from_ref(&diagnostic)).starts_with("error[x]: look\n"));
        json(&set, &[diagnostic]);
    }
}

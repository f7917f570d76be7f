//! Diagnostics for other programs: SARIF, GitHub's workflow commands, JUnit.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;
use smol_str::SmolStr;
use trig_compiler::{Diagnostic, SourceSet, compile};
use trig_grammar::Span;
use trig_project::render::{Junit, Sarif, Texts, github};

const MANIFEST: &str = "[project]\nid = \"acme\"\nzone = \"Europe/Berln\"\n";
const MAIN: &str = r#"use kommo

pipeline Sales for lead { stage New  stage Won success }

trigger Praise for lead {
    on   lead enters Sales.Nw
    when name != "😀" and prce > 5 USD
    do   log(text: "a lead
}
"#;
const OTHER: &str = "trigger Note for lead {\n    on lead created\n    do log(text: \"😀 {name}\")\n}\n\
                     condition Praise for lead = true\n";

fn set(files: &[(&str, &str)]) -> SourceSet {
    let file = |(path, text): &(&str, &str)| (SmolStr::new(*path), (*text).into());
    SourceSet {
        manifest: Some(MANIFEST.into()),
        files: files.iter().map(file).collect(),
    }
}

/// A project with an error of each kind: in the manifest, in its syntax, in its names, and a warning.
fn broken() -> (SourceSet, Vec<Diagnostic>) {
    let main = MAIN
        .replace("a lead\n", "a lead\")\n")
        .replace("trigger Praise", "condition = \n\ntrigger Praise");
    let sources = set(&[
        ("main.trig", &main),
        ("sub/other one.trig", OTHER),
        ("third.trig", ""),
    ]);
    let diagnostics = compile(&sources).diagnostics;
    (sources, diagnostics)
}

fn sarif(root: &str, sources: &SourceSet, diagnostics: &[Diagnostic]) -> Value {
    let mut out = Vec::new();
    let mut sarif = Sarif::default();
    sarif.add(&Texts::new(Path::new(root), sources), diagnostics);
    sarif.write(&mut out).unwrap();
    assert!(out.ends_with(b"\n") && out.iter().filter(|b| **b == b'\n').count() == 1);
    serde_json::from_slice(&out).unwrap()
}

fn commands(sources: &SourceSet, diagnostics: &[Diagnostic]) -> String {
    let mut out = Vec::new();
    let texts = Texts::new(Path::new("shop"), sources);
    github(&texts, diagnostics, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn junit(sources: &SourceSet, diagnostics: &[Diagnostic]) -> String {
    let mut out = Vec::new();
    let texts = Texts::new(Path::new("shop"), sources);
    let mut junit = Junit::default();
    let files = sources.files.iter().map(|(path, _)| path.as_str());
    junit
        .add(
            "shop",
            &texts,
            std::iter::once("trig.toml").chain(files),
            diagnostics,
        )
        .unwrap();
    junit.write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_broken_project_as_sarif() {
    let (sources, diagnostics) = broken();
    let mut log = sarif("./shop/", &sources, &diagnostics);
    assert_eq!(
        log["runs"][0]["tool"]["driver"]["version"],
        env!("CARGO_PKG_VERSION")
    );
    for key in ["version", "semanticVersion"] {
        log["runs"][0]["tool"]["driver"][key] = "VERSION".into();
    }
    // of the rules, one is enough to see
    let rules = log["runs"][0]["tool"]["driver"]["rules"]
        .as_array_mut()
        .unwrap();
    rules.retain(|rule| rule["id"] == "may-be-empty");
    for result in log["runs"][0]["results"].as_array_mut().unwrap() {
        result["ruleIndex"] = "INDEX".into();
    }
    insta::assert_json_snapshot!(log);
}

#[test]
fn sarif_has_what_the_schema_requires() {
    let (sources, diagnostics) = broken();
    let log = sarif("shop", &sources, &diagnostics);
    assert!(
        log["$schema"]
            .as_str()
            .unwrap()
            .ends_with("/sarif-schema-2.1.0.json")
    );
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|r| r["id"].as_str().unwrap()).collect();
    assert!(ids.is_sorted() && ids.len() > 30, "{ids:?}");
    for rule in rules {
        for text in [
            "/shortDescription/text",
            "/fullDescription/text",
            "/help/text",
            "/help/markdown",
        ] {
            let text = rule.pointer(text).and_then(Value::as_str);
            assert!(text.is_some_and(|t| !t.is_empty()), "{rule}");
        }
        let level = rule.pointer("/defaultConfiguration/level").unwrap();
        assert!(level == "error" || level == "warning", "{rule}");
    }
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), diagnostics.len());
    let mut fingerprints: Vec<&str> = Vec::new();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], ids[index]);
        let location = &result["locations"][0]["physicalLocation"];
        let uri = location["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.starts_with("shop/"), "{uri}");
        assert!(location["region"]["startLine"].as_u64().unwrap() >= 1);
        assert!(location["region"]["startColumn"].as_u64().unwrap() >= 1);
        fingerprints.push(result["partialFingerprints"]["trigc/v1"].as_str().unwrap());
    }
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(
        fingerprints.len(),
        results.len(),
        "each result is known by its own"
    );
}

#[test]
fn fingerprints_stay_where_lines_move() {
    let prints = |text: &str| -> Vec<Value> {
        let sources = set(&[("a.trig", text)]);
        let log = sarif(".", &sources, &compile(&sources).diagnostics);
        let results = log["runs"][0]["results"].as_array().unwrap();
        results
            .iter()
            .map(|r| r["partialFingerprints"].clone())
            .collect()
    };
    let text = "use kommo\ntrigger Note for lead { on lead created  do log(text: \"{name}\") }\n";
    assert_eq!(prints(text), prints(&text.replace('\n', "\n\n// more\n\n")));
    assert_ne!(prints(text), prints(&text.replace("Note", "Not")));
}

#[test]
fn columns_of_sarif_are_units_of_utf16() {
    let text =
        "use kommo\ntrigger Note for lead { on lead created  do log(text: \"😀ü {name}\") }\n";
    let sources = set(&[("a.trig", text)]);
    let log = sarif(".", &sources, &compile(&sources).diagnostics);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let result = results
        .iter()
        .find(|r| r["ruleId"] == "may-be-empty")
        .unwrap();
    let region = &result["locations"][0]["physicalLocation"]["region"];
    let line: Vec<u16> = text.lines().nth(1).unwrap().encode_utf16().collect();
    let column = |name: &str| usize::try_from(region[name].as_u64().unwrap()).unwrap() - 1;
    let part = String::from_utf16(&line[column("startColumn")..column("endColumn")]).unwrap();
    assert_eq!(
        (region["startLine"].as_u64(), part.as_str()),
        (Some(2), "name")
    );
}

#[test]
fn a_secret_moves_no_column() {
    let manifest = "[project]\nid = \"acme\"\n[connectors.a]\nkind = \"http\"\nsecret = { token = \"öäü\", x = 1 }\n";
    let sources = SourceSet {
        manifest: Some(manifest.into()),
        files: vec![("a.trig".into(), "use crm\n".into())],
    };
    let diagnostics = compile(&sources).diagnostics;
    let log = sarif(".", &sources, &diagnostics);
    let found = diagnostics
        .iter()
        .position(|d| d.message.contains("`x`"))
        .unwrap();
    let region = &log["runs"][0]["results"][found]["locations"][0]["physicalLocation"]["region"];
    let column = manifest.lines().nth(4).unwrap().find("x =").unwrap() - "öäü".len() + 3 + 1;
    assert_eq!(region["startColumn"], column, "{region}");
    let all = format!(
        "{log}{}{}",
        junit(&sources, &diagnostics),
        commands(&sources, &diagnostics)
    );
    assert!(!all.contains("öäü"));
}

#[test]
fn an_absolute_path_is_an_address() {
    let (sources, diagnostics) = broken();
    let log = sarif("/srv/my shop", &sources, &diagnostics);
    let text = log.to_string();
    assert!(
        text.contains("\"uri\":\"file:///srv/my%20shop/main.trig\""),
        "{text}"
    );
    assert!(!text.contains("uriBaseId"));
}

#[test]
fn a_broken_project_as_workflow_commands() {
    let (sources, diagnostics) = broken();
    insta::assert_snapshot!(commands(&sources, &diagnostics));
}

#[test]
fn a_broken_project_as_junit() {
    let (sources, diagnostics) = broken();
    insta::assert_snapshot!(junit(&sources, &diagnostics));
}

#[test]
fn a_clean_project() {
    let sources = set(&[("main.trig", "use kommo\n")]);
    assert_eq!(
        sarif(".", &sources, &[])["runs"][0]["results"],
        Value::Array(Vec::new())
    );
    assert_eq!(commands(&sources, &[]), "");
    insta::assert_snapshot!(junit(&sources, &[]));
}

#[test]
fn what_lies_in_no_file() {
    let catalogue: SmolStr = "catalogue:kommo".into();
    let sources = SourceSet::default();
    let diagnostics = [
        Diagnostic::error("x", "in a catalogue", &catalogue, Span::new(3, 9)),
        Diagnostic::error("x", "not there", &"gone.trig".into(), Span::empty(7)).label(
            "there",
            &catalogue,
            Span::new(3, 9),
        ),
    ];
    assert_eq!(
        commands(&sources, &diagnostics),
        "::error title=x::in a catalogue\n::error file=shop/gone.trig,title=x::not there\n"
    );
    let log = sarif("shop", &sources, &diagnostics);
    insta::assert_json_snapshot!(log["runs"][0]["results"]);
    assert!(junit(&sources, &diagnostics).contains("shop/gone.trig"));
}

/// Text that is hard to quote.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~]{0,6}",
        "[\\x00-\\x1f\\x7f-\\x9f]{1,2}",
        Just("]]>".to_owned()),
        Just("::error file=x::".to_owned()),
        Just("%0A".to_owned()),
        Just("\r\n".to_owned()),
        Just("\u{fffe}\u{ffff}\u{202e}\u{feff}".to_owned()),
        Just("\u{1b}[31m".to_owned()),
        Just("<b a=\"&'\">".to_owned()),
        Just("😀日".to_owned()),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn hostile_names_and_messages_break_nothing(
        file in hostile(), message in hostile(), text in hostile(), note in hostile(),
        start in 0u32..40, end in 0u32..40,
    ) {
        let sources = set(&[(&file, &text)]);
        let place = Span::new(start, end);
        let file = SmolStr::new(&file);
        let diagnostics = [
            Diagnostic::error("unknown-name", message.clone(), &file, place)
                .label(note.clone(), &file, place).note(note.clone()).replace_with(text.clone()),
            Diagnostic::warning("may-be-empty", message, &file, place).help(note),
        ];
        let log = sarif("shop", &sources, &diagnostics);
        for result in log["runs"][0]["results"].as_array().unwrap() {
            let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~%".contains(c);
            prop_assert!(uri.as_str().unwrap().chars().all(plain), "{uri}");
        }

        let commands = commands(&sources, &diagnostics);
        let lines: Vec<&str> = commands.split_terminator('\n').collect();
        prop_assert_eq!(lines.len(), 2);
        for (line, start) in lines.iter().zip(["::error file=shop/", "::warning file=shop/"]) {
            prop_assert!(line.starts_with(start), "{line:?}");
            let (properties, _) = line[2..].split_once("::").unwrap();
            prop_assert!(properties.contains(",title="), "{line:?}");
            prop_assert!(line.chars().all(|c| !c.is_control() || c == '\t'), "{line:?}");
        }

        let xml = junit(&sources, &diagnostics);
        let document = roxmltree::Document::parse(&xml);
        prop_assert!(document.is_ok(), "{:?}\n{xml}", document.err());
        let document = document.unwrap();
        let count = |name: &str| document.descendants().filter(|n| n.has_tag_name(name)).count();
        prop_assert_eq!((count("testcase"), count("failure"), count("system-out")), (2, 1, 1));
    }
}

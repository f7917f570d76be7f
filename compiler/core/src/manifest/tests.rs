//! A broken manifest, drawn with its diagnostics; and laws that hold for any text.

use std::fmt::Write;

use proptest::prelude::*;

use super::*;

/// Compares input and diagnostics with the snapshot `name`.
#[track_caller]
pub(super) fn check(name: &str, text: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!(name, draw(text));
    });
}

fn draw(text: &str) -> String {
    let (_, diagnostics) = parse(Some(text));
    assert_ne!(diagnostics, [], "this manifest is broken on purpose");
    let mut drawn = String::new();
    for (n, line) in text.lines().enumerate() {
        writeln!(drawn, "{:>2} | {line}", n + 1).unwrap();
    }
    for d in diagnostics {
        writeln!(drawn, "\n{:?}[{}]: {}", d.severity, d.rule, d.message).unwrap();
        for l in &d.labels {
            let before = &text[..l.start as usize];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
            let place = &text[l.start as usize..l.end as usize];
            writeln!(drawn, "  at {line}:{column} {place:?} {}", l.message).unwrap();
        }
        for note in &d.notes {
            writeln!(drawn, "  note: {note}").unwrap();
        }
        if let Some(help) = &d.help {
            writeln!(drawn, "  help: {help}").unwrap();
        }
        for edit in d.fixes.iter().flat_map(|f| &f.edits) {
            writeln!(drawn, "  fix: {}", edit.text).unwrap();
        }
    }
    drawn
        .lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n")
}

const FULL: &str = r#"
[project]
id = "acme-eu"
name = "Acme Europe"
language = "1"
zone = "Europe/Berlin"
locale = "de-DE"
currency = "EUR"

[lints]
conflicting-moves = "deny"
slow-loop = "allow"

[ids]
Sales = 12
"Sales.New" = "C9:NEW"
lead.budget = 77

[connectors.kommo]
kind = "kommo"
url = "https://acme.kommo.com"
secret = { env = "KOMMO_TOKEN" }
limits = { requests = 7, per = "1s", parallel = 2, timeout = "10s", attempts = 8 }

[connectors.relay]
kind = "http"
deliver = "https://hooks.acme.com/T0/hidden?x=1"
secret = { file = "secrets/relay" }

[http]
allow = ["API.acme.com", "*.acme.org", "127.0.0.1"]

[daemon]
listen = "127.0.0.1:8080"
store = "../state"
max_body = "1 MiB"
retention = "30d"
debounce = "1s"
token = { env = "TRIG_TOKEN" }
"#;

#[test]
fn everything_that_can_be_said() {
    let (manifest, diagnostics) = parse(Some(FULL));
    assert_eq!(diagnostics, []);
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_debug_snapshot!("full", manifest);
    });
    let relay = &manifest.connectors["relay"].value;
    assert_eq!(
        relay.deliver.as_ref().map(WebUrl::as_str),
        Some("https://hooks.acme.com/T0/hidden?x=1")
    );
}

#[test]
fn nothing_secret_is_shown_for_debugging() {
    let (manifest, _) = parse(Some(FULL));
    assert!(!format!("{manifest:?}").contains("hidden"));
}

#[test]
fn spans_point_at_what_they_name() {
    let (manifest, _) = parse(Some(FULL));
    let new = &manifest.ids["Sales.New"];
    assert_eq!(&FULL[new.key.range()], "\"Sales.New\"");
    assert_eq!(&FULL[new.span.range()], "\"C9:NEW\"");
    assert_eq!(&FULL[manifest.ids["lead.budget"].key.range()], "budget");
    assert_eq!(&FULL[manifest.lints["slow-loop"].key.range()], "slow-loop");
    assert_eq!(&FULL[manifest.connectors["kommo"].key.range()], "kommo");
    assert_eq!(&FULL[manifest.project.id.span.range()], "\"acme-eu\"");
}

#[test]
fn a_byte_order_mark_and_windows_newlines() {
    let text = "\u{feff}[project]\r\nid = \"acme\"\r\nzone = \"nowhere\"\r\n";
    let (manifest, diagnostics) = parse(Some(text));
    assert_eq!(manifest.project.id.value, "acme");
    let place = diagnostics[0].labels[0].start as usize..diagnostics[0].labels[0].end as usize;
    assert_eq!(&text[place], "\"nowhere\"");
}

#[test]
fn deep_nesting_is_refused() {
    let text = format!(
        "[project]\nid = \"a\"\n[ids]\nx = {}",
        "{a=".repeat(100_000)
    );
    let (_, diagnostics) = parse(Some(&text));
    assert_eq!(diagnostics[0].rule, rules::syntax::RULE.name);
    let dotted = format!("[project]\nid = \"a\"\n[ids]\n{}b = 1", "a.".repeat(20_000));
    let (_, diagnostics) = parse(Some(&dotted));
    assert!(!diagnostics.is_empty());
}

#[test]
fn rules_are_sorted() {
    assert!(RULES.is_sorted_by_key(|r| r.name));
}

fn lawful(text: &str) -> Result<(), TestCaseError> {
    let (_, diagnostics) = parse(Some(text));
    for d in &diagnostics {
        prop_assert!(RULES.iter().any(|r| r.name == d.rule));
        prop_assert!(!d.labels.is_empty());
        for l in &d.labels {
            prop_assert!(
                text.get(l.start as usize..l.end as usize).is_some(),
                "{d:?}"
            );
        }
    }
    prop_assert!(diagnostics.is_sorted_by(|a, b| a.sort_key() <= b.sort_key()));
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_judged(text in any::<String>()) {
        lawful(&text)?;
    }

    #[test]
    fn any_damage_is_judged(at in 0..FULL.len(), len in 0usize..20, new in "[\\[\\]{}=\"'.#,\na1ü]{0,4}") {
        let mut text = FULL.to_owned();
        let end = (at + len).min(text.len());
        text.replace_range(at..end, &new);
        lawful(&text)?;
    }
}

/// `docs/reference/projects.md` names every table, every key and every kind of connector.
#[test]
fn every_key_stands_in_the_reference() {
    let page = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/reference/projects.md"
    );
    let page = std::fs::read_to_string(page).unwrap();
    let (_, section) = page.split_once("\n## Every key\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let row = |table: &str, key: &str| format!("| `{table}` | `{key}` |");
    let mut expected: Vec<String> = Vec::new();
    for (table, keys) in [
        ("[project]", &project::KEYS[..]),
        ("[connectors.NAME]", &connectors::KEYS),
        ("[connectors.NAME.limits]", &connectors::LIMITS),
        ("[daemon]", &daemon::KEYS),
        ("[http]", &http::KEYS),
    ] {
        let is_table = |key: &&&str| !(table == "[connectors.NAME]" && **key == "limits");
        expected.extend(keys.iter().filter(is_table).map(|key| row(table, key)));
    }
    for table in TABLES {
        let heads = [format!("`[{table}]`"), format!("`[{table}.NAME]`")];
        assert!(heads.iter().any(|h| section.contains(h)), "[{table}]");
    }
    for row in &expected {
        assert!(section.contains(row.as_str()), "{row}");
    }
    for words in secret::KEYS
        .into_iter()
        .chain(connectors::KINDS.map(ConnectorKind::name))
    {
        assert!(
            section.contains(&format!("`{words}`")) || section.contains(&format!("{{ {words} = ")),
            "{words}"
        );
    }
}

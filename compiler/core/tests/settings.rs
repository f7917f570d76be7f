//! What the manifest asks for and there is not.

mod common;

use trig_compiler::{SourceSet, compile};

#[test]
fn settings_that_nothing_obeys_are_errors() {
    let manifest = format!(
        "{}\n[connectors.slow]\nkind = \"http\"\nurl = \"https://x.example\"\nlimits = {{ requests = 5, per = \"1s\" }}\n\
         [http]\nallow = [\"ops.example.com\"]\n\
         [daemon]\nretention = \"30d\"\n\
         [lints]\nmay-be-emty = \"deny\"\nunknown-name = \"allow\"\nmay-be-empty = \"deny\"\n",
        common::MANIFEST
    );
    let text = "use kommo\ntrigger A for lead { on lead created  do log(text: \"{name}\") }\n";
    let sources = SourceSet {
        manifest: Some(manifest.as_str().into()),
        files: vec![("main.trig".into(), text.into())],
    };
    let rendered = common::render(&sources, &compile(&sources).diagnostics);
    insta::assert_snapshot!(format!("{manifest}\n=====\n{rendered}"));
}

#[test]
fn a_broken_manifest_hides_no_receivers() {
    let text =
        "use kommo\ntrigger A for lead { on lead created  do webhook.post(to: \"ops\", a: 1) }\n";
    for manifest in [
        None,
        Some("[project]\nid = \"acme\"\n[connectors.ops]\nkind = \"htp\"\n".into()),
    ] {
        let sources = SourceSet {
            manifest,
            files: vec![("main.trig".into(), text.into())],
        };
        let diagnostics = compile(&sources).diagnostics;
        assert!(!diagnostics.is_empty());
        assert!(
            diagnostics.iter().all(|d| d.rule.starts_with("manifest-")),
            "{diagnostics:?}"
        );
    }
}

#[test]
fn what_a_trigger_allows_is_allowed_at_every_level() {
    let allowed = "use kommo\ntrigger A for lead { on lead created  allow(may-be-empty, \"known\")  do log(text: \"{name}\") }\n";
    let unused = "use kommo\ntrigger A for lead { on lead created  allow(may-be-empty, \"known\")  do log(text: \"x\") }\n";
    for (lint, text, expected) in [
        ("may-be-empty = \"deny\"", allowed, ""),
        ("may-be-empty = \"allow\"", allowed, ""),
        ("unused-allow = \"deny\"", allowed, ""),
        ("unused-allow = \"deny\"", unused, "Error unused-allow"),
        ("unused-allow = \"warn\"", unused, "Warning unused-allow"),
        ("unused-allow = \"allow\"", unused, ""),
    ] {
        let manifest = format!("{}\n[lints]\n{lint}\n", common::MANIFEST);
        let sources = SourceSet {
            manifest: Some(manifest.as_str().into()),
            files: vec![("main.trig".into(), text.into())],
        };
        let said: Vec<String> = compile(&sources)
            .diagnostics
            .iter()
            .map(|d| format!("{:?} {}", d.severity, d.rule))
            .collect();
        assert_eq!(said.join(", "), expected, "{lint}: {text}");
    }
}

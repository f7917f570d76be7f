//! Commands that show something: documents, graphs, rules, manual pages, completions.

use std::fs;
use std::path::Path;

use crate::common::{bad, good, run, tree};

#[test]
fn a_document() {
    let dir = good();
    let (code, out, err) = run(dir.path(), &["doc"]);
    assert_eq!(
        (code, out.as_str(), err.as_str()),
        (0, "", "wrote `doc/index.html`\n")
    );
    let page = fs::read_to_string(dir.path().join("doc/index.html")).unwrap();
    assert!(page.contains("id=\"trigger-Welcome\"") && page.ends_with("</html>\n"));
    let (code, _, err) = run(dir.path(), &["doc", "main.trig", "-o", "main.trig"]);
    assert_eq!(code, 2);
    assert!(
        err.starts_with("error: `main.trig` cannot be created: "),
        "{err}"
    );
    // as it was called before
    let (code, _, err) = run(dir.path(), &["doc", "--out", "pages"]);
    assert_eq!((code, err.as_str()), (0, "wrote `pages/index.html`\n"));
    let dir = bad();
    let (code, _, err) = run(dir.path(), &["doc"]);
    assert_eq!(code, 2);
    assert!(err.contains("error[unknown-name]") && !dir.path().join("doc").exists());
}

#[test]
fn rules_are_explained() {
    let dir = tree(&[]);
    let (code, list, err) = run(dir.path(), &["explain"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let (code, page, _) = run(dir.path(), &["explain", "may-be-empty"]);
    assert_eq!(code, 0);
    assert!(
        list.contains("\nWarnings in `.trig` files\n") && list.contains("\n  may-be-empty "),
        "{list}"
    );
    assert!(
        list.lines()
            .any(|l| l.ends_with("  a name that nothing declares")),
        "{list}"
    );
    insta::assert_snapshot!(page);
    for (written, rule) in [
        ("[unknown-name]", "unknown-name"),
        ("error[unknown-name]:", "unknown-name"),
        ("warning[may-be-empty]", "may-be-empty"),
        ("manifest-value", "manifest-value"),
        ("file-not-utf8", "file-not-utf8"),
    ] {
        let (code, page, _) = run(dir.path(), &["explain", written]);
        assert_eq!(code, 0, "{written}");
        assert!(page.starts_with(&format!("{rule}: ")), "{page}");
    }
    let (code, out, err) = run(dir.path(), &["explain", "may-be-emty"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(
        err,
        "error: there is no rule `may-be-emty`: did you mean `may-be-empty`?\n"
    );
    let (_, _, err) = run(dir.path(), &["explain", "whatever-it-was"]);
    assert_eq!(
        err,
        "error: there is no rule `whatever-it-was`: `trigc explain` lists all\n"
    );
}

/// What is shown is what `trigc fmt` leaves as it is; a syntax error is not formatted.
#[test]
fn examples_of_rules_are_in_the_one_style() {
    let mut seen = 0;
    for rule in trig_project::explained() {
        for block in rule.explain.split("```trig").skip(1) {
            let (info, rest) = block.split_once('\n').unwrap();
            let text = rest.split("```").next().unwrap();
            match trig_fmt::format(text) {
                Ok(formatted) => assert_eq!(formatted, text, "{}", rule.name),
                Err(error) => {
                    assert_eq!((rule.name, info), ("syntax-error", " fails"), "{error}");
                }
            }
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn manual_pages() {
    let dir = tree(&[]);
    let (code, page, err) = run(dir.path(), &["man"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(page.contains(".TH trigc 1"), "{page}");
    let (code, out, err) = run(dir.path(), &["man", "share/man1"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));
    let names = |dir: &Path| -> Vec<String> {
        let entries = fs::read_dir(dir).unwrap();
        let mut names: Vec<String> = entries
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let pages = names(&dir.path().join("share/man1"));
    // each command that the help names has its page
    let (_, help, _) = run(dir.path(), &["--help"]);
    let commands = help
        .split("Commands:")
        .nth(1)
        .unwrap()
        .split("Options:")
        .next()
        .unwrap();
    let mut expected: Vec<String> = commands
        .lines()
        .filter_map(|l| l.strip_prefix("  ")?.split_whitespace().next())
        .filter(|c| *c != "help")
        .map(|c| format!("trigc-{c}.1"))
        .collect();
    expected.push("trigc.1".to_owned());
    expected.sort();
    assert_eq!(pages, expected);
    for page in pages {
        let text = fs::read_to_string(dir.path().join("share/man1").join(&page)).unwrap();
        assert!(
            text.contains(".SH NAME") && text.contains(".SH SYNOPSIS"),
            "{page}"
        );
    }
    fs::write(dir.path().join("file"), "").unwrap();
    let (code, _, err) = run(dir.path(), &["man", "file"]);
    assert_eq!(code, 2);
    assert!(
        err.starts_with("error: `file` cannot be written: "),
        "{err}"
    );
}

#[test]
fn graphs() {
    let dir = good();
    for (format, start) in [
        ("dot", "digraph "),
        ("mermaid", "flowchart "),
        ("json", "{\n"),
    ] {
        let (code, out, err) = run(dir.path(), &["graph", "--format", format]);
        assert_eq!((code, err.as_str()), (0, ""), "{format}");
        assert!(
            out.starts_with(start) && out.contains("Welcome") && out.ends_with('\n'),
            "{out}"
        );
        let (_, nothing, _) = run(dir.path(), &["graph", "--format", format, "-o", "graph"]);
        assert_eq!(nothing, "");
        assert_eq!(fs::read_to_string(dir.path().join("graph")).unwrap(), out);
    }
    let (code, out, err) = run(bad().path(), &["graph"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("error["), "{err}");
}

#[test]
fn completions() {
    let dir = tree(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, out, err) = run(dir.path(), &["completions", shell]);
        assert_eq!((code, err.as_str()), (0, ""), "{shell}");
        assert!(out.contains("deny-warnings"), "{shell}");
    }
}

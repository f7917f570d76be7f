//! What this repository offers to CI: the action and the hooks are what they say, and call what there is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use saphyr::{LoadableYamlNode, Yaml};
use tempfile::TempDir;

use crate::common::TRIGC;

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(repository(path)).unwrap()
}

/// The only document of a YAML text.
fn yaml(text: &str) -> Yaml<'_> {
    let mut documents = Yaml::load_from_str(text).unwrap();
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

fn text<'a>(node: &'a Yaml<'_>, key: &str) -> Option<&'a str> {
    node.as_mapping_get(key)?.as_str()
}

/// The steps of the action that run something, by name.
fn script(action: &Yaml<'_>, name: &str) -> String {
    let steps = action["runs"]["steps"].as_vec().unwrap();
    let step = steps
        .iter()
        .find(|s| text(s, "name") == Some(name))
        .unwrap();
    text(step, "run").unwrap().to_owned()
}

/// A directory with a clean project, one with a warning and one with an error.
fn projects() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, body) in [
        ("good", "log(text: \"new\")"),
        ("doubtful", "log(text: \"{name}\")"),
        ("not good", "lgo(text: \"new\")"),
    ] {
        let project = dir.path().join(name);
        fs::create_dir(&project).unwrap();
        fs::write(project.join("trig.toml"), "[project]\nid = \"acme\"\n").unwrap();
        let source =
            format!("use kommo\n\ntrigger A for lead {{\n    on lead created\n    do {body}\n}}\n");
        fs::write(project.join("main.trig"), source).unwrap();
    }
    dir
}

/// Runs a script as GitHub does.
fn bash(dir: &Path, script: &str, env: &[(&str, &str)]) -> Output {
    let file = dir.join("step.sh");
    fs::write(&file, script).unwrap();
    Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail"])
        .arg(&file)
        .current_dir(dir)
        .env("TRIGC", TRIGC)
        .envs(env.iter().copied())
        .output()
        .unwrap()
}

#[test]
fn the_action_is_one() {
    let source = read("action.yml");
    let action = yaml(&source);
    assert_eq!(text(&action, "name"), Some("trigc check"));
    assert_eq!(action["runs"]["using"].as_str(), Some("composite"));
    for step in action["runs"]["steps"].as_vec().unwrap() {
        let runs = text(step, "run").is_some();
        assert_ne!(runs, text(step, "uses").is_some(), "{step:?}");
        assert!(!runs || text(step, "shell") == Some("bash"), "{step:?}");
        // what a pull request writes is never part of a script
        assert!(
            !text(step, "run").unwrap_or_default().contains("${{"),
            "{step:?}"
        );
    }
    let inputs = action["inputs"].as_mapping().unwrap();
    let declared: BTreeSet<&str> = inputs
        .iter()
        .map(|(name, _)| name.as_str().unwrap())
        .collect();
    let used: BTreeSet<&str> = source
        .split("inputs.")
        .skip(1)
        .map(|rest| {
            rest.split(|c: char| !c.is_ascii_lowercase() && c != '-')
                .next()
                .unwrap()
        })
        .collect();
    assert_eq!(used, declared);
    for (name, input) in inputs {
        assert!(text(input, "default").is_some(), "{name:?} has no default");
    }
    let builds = repository("compiler/cli/Cargo.toml");
    assert!(script(&action, "Install trigc").contains("--path \"$SOURCE/compiler/cli\""));
    assert!(builds.is_file());
}

#[test]
fn the_action_checks() {
    let source = read("action.yml");
    let check = script(&yaml(&source), "Check");
    let dir = projects();
    for (paths, deny, code, found) in [
        ("good", "false", 0, 0),
        ("good\n\ndoubtful\n", "false", 0, 1),
        ("good\n\ndoubtful\n", "true", 1, 1),
        ("not good\n", "false", 1, 1),
        (".", "false", 1, 2),
        ("", "false", 1, 2),
        ("--help", "false", 2, 0),
    ] {
        let output = bash(
            dir.path(),
            &check,
            &[("PATHS", paths), ("DENY_WARNINGS", deny)],
        );
        let out = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{paths:?}: {out}");
        assert_eq!(out.lines().count(), found, "{paths:?}: {out}");
        assert!(out.lines().all(|l| l.starts_with("::")), "{out}");
    }
}

#[test]
fn the_action_uploads() {
    let source = read("action.yml");
    let find = script(&yaml(&source), "Find what code scanning shows");
    let dir = projects();
    let file = dir.path().join("out.sarif");
    let output = bash(
        dir.path(),
        &find,
        &[
            ("PATHS", "good\nnot good\n"),
            ("SARIF", file.to_str().unwrap()),
        ],
    );
    assert!(output.status.success(), "{output:?}");
    let log: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 1);
    // but a command that was not understood is
    let output = bash(
        dir.path(),
        &find,
        &[("PATHS", "nothing"), ("SARIF", file.to_str().unwrap())],
    );
    assert!(!output.status.success());
}

#[test]
fn hooks_call_what_there_is() {
    let source = read(".pre-commit-hooks.yaml");
    let hooks = yaml(&source);
    let hooks = hooks.as_vec().unwrap();
    let ids: Vec<&str> = hooks.iter().filter_map(|h| text(h, "id")).collect();
    assert_eq!(ids, ["trigc-check", "trigc-fmt"]);
    for hook in hooks {
        for key in ["name", "description", "language", "files"] {
            assert!(text(hook, key).is_some(), "{hook:?} has no `{key}`");
        }
        let words: Vec<&str> = text(hook, "entry").unwrap().split(' ').collect();
        let ["trigc", command, flags @ ..] = words.as_slice() else {
            panic!("{words:?}");
        };
        let help = Command::new(TRIGC)
            .args([command, "--help"])
            .output()
            .unwrap();
        assert!(help.status.success(), "{words:?}");
        let help = String::from_utf8(help.stdout).unwrap();
        assert!(flags.iter().all(|flag| help.contains(flag)), "{words:?}");
    }
}

#[test]
fn the_page_names_what_there_is() {
    let page = read("docs/ci.md");
    let source = read("action.yml");
    let action = yaml(&source);
    for (name, _) in action["inputs"].as_mapping().unwrap() {
        let name = format!("          {}:", name.as_str().unwrap());
        assert!(page.contains(&name), "{name}");
    }
    let hooks = read(".pre-commit-hooks.yaml");
    for hook in yaml(&hooks).as_vec().unwrap() {
        assert!(page.contains(&format!("- id: {}", text(hook, "id").unwrap())));
    }
    let mut blocks = 0;
    for block in page.split("```yaml\n").skip(1) {
        yaml(block.split("```").next().unwrap());
        blocks += 1;
    }
    assert_eq!(blocks, 3);
    let help = Command::new(TRIGC)
        .args(["check", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for format in ["human", "json", "github", "sarif", "junit"] {
        assert!(
            page.contains(&format!("| `{format}` |")) && help.contains(&format!("- {format}:"))
        );
    }
}

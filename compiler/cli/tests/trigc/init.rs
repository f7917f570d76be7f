//! What `trigc init` writes is a project that checks.

use std::fs;
use std::path::Path;

use saphyr::{LoadableYamlNode, Yaml};
use serde_json::Value;

use crate::common::run;

/// What `trigc check` finds.
fn findings(dir: &Path, project: &str) -> Vec<Value> {
    let (_, out, err) = run(dir, &["check", project, "--format", "json"]);
    let report: Value = serde_json::from_str(&out).expect(&err);
    report["diagnostics"].as_array().unwrap().clone()
}

/// The tests of a project pass, and show all of its triggers and guards.
fn tests_pass(dir: &Path, project: &str) {
    let args = ["test", project, "--format", "json", "--min-coverage", "100"];
    let (code, out, err) = run(dir, &args);
    assert_eq!(code, 0, "{out}{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert!(report["summary"]["passed"].as_u64() >= Some(2), "{out}");
}

#[test]
fn a_project_of_each_system_is_clean() {
    for catalogue in ["kommo", "bitrix24", "activecampaign", "none"] {
        let dir = tempfile::tempdir().unwrap();
        let args = ["init", "My Shop", "--catalogue", catalogue];
        let (code, out, err) = run(dir.path(), &args);
        assert_eq!(out, "");
        assert_eq!(code, 0, "{err}");
        assert_eq!(
            findings(dir.path(), "My Shop"),
            [] as [Value; 0],
            "{catalogue}"
        );
        tests_pass(dir.path(), "My Shop");
        let formatted = run(dir.path(), &["fmt", "--check", "My Shop"]);
        assert_eq!(formatted.0, 0, "{catalogue}: {formatted:?}");
        let read = |path: &str| fs::read_to_string(dir.path().join("My Shop").join(path)).unwrap();
        assert!(read("trig.toml").contains("\nid = \"my-shop\"\nname = \"My Shop\"\n"));
        let workflow = read(".github/workflows/trig.yml");
        let parsed = Yaml::load_from_str(&workflow).unwrap();
        assert!(parsed[0]["jobs"]["check"]["steps"].as_vec().is_some());
        assert!(read(".gitignore").contains("/project.json"));
        if catalogue == "kommo" {
            let all = ["trig.toml", "main.trig", "tests.trig"].map(read);
            insta::assert_snapshot!(format!("{err}=====\n{}", all.join("=====\n")));
            insta::assert_snapshot!(
                "workflow",
                workflow.replace(env!("CARGO_PKG_VERSION"), "VERSION")
            );
        }
    }
}

/// What stands behind `#` in the manifest is right, too.
#[test]
fn connectors_can_be_switched_on() {
    for catalogue in ["kommo", "bitrix24", "activecampaign"] {
        let dir = tempfile::tempdir().unwrap();
        run(dir.path(), &["init", "--catalogue", catalogue]);
        let path = dir.path().join("trig.toml");
        let mut manifest = String::new();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let key = |l: &&str| l.starts_with('[') || l.contains(" = ");
            manifest.push_str(line.strip_prefix("# ").filter(key).unwrap_or(line));
            manifest.push('\n');
        }
        assert!(manifest.contains("\n[connectors.ops]\n"), "{manifest}");
        fs::write(&path, &manifest).unwrap();
        assert_eq!(findings(dir.path(), "."), [] as [Value; 0], "{manifest}");
    }
}

#[test]
fn a_folder_of_a_repository_is_told_where_workflows_are_looked_for() {
    let dir = tempfile::tempdir().unwrap();
    let top = fs::canonicalize(dir.path()).unwrap();
    fs::create_dir(top.join(".git")).unwrap();
    let told = |dir: &str| {
        let (code, _, err) = run(&top, &["init", dir]);
        assert_eq!(code, 0, "{err}");
        let next: Vec<&str> = err.lines().filter(|l| l.starts_with("next: ")).collect();
        next.join("\n").replace(&top.display().to_string(), "TOP")
    };
    insta::assert_snapshot!(told("crm/shop"));
    let at_the_top = told(".");
    assert!(
        !at_the_top.contains("move `./.github` to `TOP`"),
        "{at_the_top}"
    );
}

#[test]
fn nothing_is_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("main.trig"), "// mine").unwrap();
    let (code, out, err) = run(dir.path(), &["init"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(
        err,
        "error: `./main.trig` would be overwritten: nothing was written\n"
    );
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);

    fs::remove_file(dir.path().join("main.trig")).unwrap();
    fs::write(dir.path().join(".gitignore"), "mine\n").unwrap();
    let (code, _, err) = run(dir.path(), &["init"]);
    assert_eq!(code, 0);
    assert!(
        err.contains("kept `./.gitignore`\n") && err.contains("wrote `./main.trig`\n"),
        "{err}"
    );
    let kept = fs::read_to_string(dir.path().join(".gitignore")).unwrap();
    assert_eq!(kept, "mine\n");

    let (code, _, err) = run(dir.path(), &["init"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("`./trig.toml`, `./main.trig`, `./tests.trig` would be"),
        "{err}"
    );
}

#[test]
fn a_directory_that_cannot_be() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    let (code, _, err) = run(dir.path(), &["init", "file"]);
    assert_eq!(code, 2);
    assert!(
        err.starts_with("error: `file` cannot be created: "),
        "{err}"
    );
}

//! `trigc check` and `trigc build`: exit codes, streams and files.

use std::fs;
use std::process::Stdio;

use crate::common::{GOOD, MANIFEST, bad, drawn, good, run, seen, tree, trigc};

#[test]
fn a_clean_project() {
    let dir = good();
    insta::assert_snapshot!(drawn(run(dir.path(), &["check"])), @r"
    exit 0
    --- out
    --- err
    checked 1 file, 1 trigger: no errors
    ");
}

#[test]
fn findings() {
    insta::assert_snapshot!(drawn(run(bad().path(), &["check"])));
}

/// A link to nothing refuses to be read, whoever asks.
#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_not_checked() {
    let dir = good();
    std::os::unix::fs::symlink("nothing", dir.path().join("more.trig")).unwrap();
    for format in ["human", "json", "sarif", "github", "junit"] {
        let (code, out, _) = run(dir.path(), &["check", "--format", format]);
        assert_eq!(code, 2, "{format}: {out}");
        assert!(out.contains("more.trig"), "{format}: {out}");
    }
    assert_eq!(run(dir.path(), &["check", "--deny-warnings"]).0, 2);
    let (code, _, err) = run(dir.path(), &["fmt", "--check"]);
    assert_eq!(code, 2, "{err}");
    // what is wrong beside it is said all the same
    fs::write(
        dir.path().join("main.trig"),
        GOOD.replace("Sales.New", "Sales.Nw"),
    )
    .unwrap();
    let (code, out, _) = run(dir.path(), &["check"]);
    assert_eq!(code, 2);
    assert!(out.contains("error[unknown-name]") && out.contains("error[file-unreadable]"));
    fs::remove_file(dir.path().join("more.trig")).unwrap();
    assert_eq!(run(dir.path(), &["check"]).0, 1);
}

#[test]
fn what_cannot_be_written_is_said_plainly() {
    let dir = good();
    let (code, _, err) = run(dir.path(), &["build", "-o", "none/x.json"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(err, @"error: `none/x.json` cannot be written: No such file or directory");
}

#[test]
fn findings_as_json() {
    let dir = bad();
    let (code, out, err) = run(dir.path(), &["check", "main.trig", "--format", "json"]);
    assert_eq!((code, err.as_str()), (1, ""));
    assert_eq!(out.lines().count(), 1);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    insta::assert_json_snapshot!(report);
}

#[test]
fn findings_for_other_programs() {
    // a project below the current directory, however it is named, has its paths from there
    let dir = bad();
    let name = dir.path().file_name().unwrap().to_str().unwrap();
    let above = dir.path().parent().unwrap();
    let up = format!("{name}/../{name}");
    for path in [name, up.as_str(), dir.path().to_str().unwrap()] {
        let check = |format| run(above, &["check", path, "--format", format]);
        let (code, out, err) = check("github");
        assert_eq!(
            (code, err.as_str()),
            (1, "checked 1 file, 1 trigger: 2 errors\n")
        );
        let start = format!("::error file={name}/main.trig,line=9,endLine=9,col=26,endColumn=");
        assert!(out.starts_with(&start), "{out}");

        let (code, out, err) = check("sarif");
        assert_eq!((code, err.as_str()), (1, ""));
        let log: serde_json::Value = serde_json::from_str(&out).unwrap();
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];

        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri == format!("{name}/main.trig"), "{uri}");

        let (code, out, err) = check("junit");
        assert_eq!((code, err.as_str()), (1, ""));
        let xml = roxmltree::Document::parse(&out).unwrap();
        let suite = xml
            .descendants()
            .find(|n| n.has_tag_name("testsuite"))
            .unwrap();
        assert_eq!(suite.attribute("name"), Some(name));
        assert_eq!(
            (suite.attribute("tests"), suite.attribute("failures")),
            (Some("2"), Some("2"))
        );
    }
    let (code, out, _) = run(good().path(), &["check", "--format", "junit"]);
    assert_eq!(code, 0);
    assert!(out.contains("name=\".\" tests=\"2\""), "{out}");
}

#[test]
fn a_clean_project_as_json() {
    let (code, out, _) = run(good().path(), &["check", "--format", "json"]);
    assert_eq!(code, 0);
    assert_eq!(
        out,
        "{\"version\":1,\"diagnostics\":[],\"summary\":{\"projects\":1,\"files\":1,\"triggers\":1,\"errors\":0,\"warnings\":0}}\n"
    );
}

#[test]
fn warnings_are_findings_where_that_is_asked_for() {
    let doubtful = "use kommo\n\ntrigger Note for lead {\n    on lead created\n    do log(text: \"new: {lead.name}\")\n}\n";
    let dir = tree(&[("trig.toml", MANIFEST), ("main.trig", doubtful)]);
    let (code, out, err) = run(dir.path(), &["check"]);
    assert_eq!(
        (code, err.as_str()),
        (0, "checked 1 file, 1 trigger: 1 warning\n")
    );
    assert!(out.starts_with("warning["), "{out}");
    let (code, _, _) = run(dir.path(), &["check", "--deny-warnings"]);
    assert_eq!(code, 1);
}

#[test]
fn several_projects() {
    let dir = tree(&[
        ("a/trig.toml", MANIFEST),
        ("a/main.trig", GOOD),
        ("b/trig.toml", "[project]\n"),
        ("b/x/main.trig", GOOD),
        ("c/trig.toml", MANIFEST),
    ]);
    insta::assert_snapshot!(drawn(run(dir.path(), &["check", "."])));
    // named in two ways, checked once
    let (code, _, err) = run(dir.path(), &["check", "a", "a/main.trig", "./a"]);
    assert_eq!(
        (code, err.as_str()),
        (0, "checked 1 file, 1 trigger: no errors\n")
    );
}

#[test]
fn nothing_at_all() {
    let dir = tree(&[]);
    insta::assert_snapshot!(drawn(run(dir.path(), &["check"])));
}

#[test]
fn a_file_that_is_not_utf8_is_a_finding() {
    let dir = good();
    fs::write(dir.path().join("other.trig"), b"// \xff").unwrap();
    let (code, out, err) = run(dir.path(), &["check"]);
    assert_eq!(code, 1);
    assert!(
        out.starts_with("error[file-not-utf8]: `other.trig` is not UTF-8"),
        "{out}"
    );
    assert_eq!(err, "checked 2 files, 1 trigger: 1 error\n");
    let (code, out, _) = run(dir.path(), &["build", "-o", "-"]);
    assert_eq!((code, out.as_str()), (2, ""));
}

#[test]
fn what_is_not_understood() {
    let dir = good();
    for args in [
        &["check", "nothing"][..],
        &["check", "--formt", "json"],
        &["check", "--format", "xml"],
        &["chek"],
        &[],
        &["build"],
        &["build", "nothing", "-o", "x"],
        &["graph", "--format", "svg"],
        &["completions", "basic"],
    ] {
        let (code, out, err) = run(dir.path(), args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert!(!err.is_empty(), "{args:?}");
    }
    let (_, _, err) = run(dir.path(), &["check", "nothing"]);
    assert_eq!(err, "error: `nothing` does not exist\n");
    let file = run(dir.path(), &["check", "/dev/null"]);
    assert_eq!(
        file.2,
        "error: `/dev/null` is neither a directory nor a `.trig` file\n"
    );
}

#[test]
fn help_has_examples() {
    let dir = tree(&[]);
    for args in [
        &["--help"][..],
        &["check", "--help"],
        &["build", "--help"],
        &["graph", "--help"],
        &["completions", "--help"],
        &["explain", "--help"],
        &["man", "--help"],
        &["doc", "--help"],
        &["init", "--help"],
    ] {
        let (code, out, err) = run(dir.path(), args);
        assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
        assert!(out.contains("\nExamples:\n  trigc "), "{args:?}");
    }
}

/// What was asked for could not be done: that is no finding.
#[test]
fn nothing_is_made_of_what_does_not_compile() {
    let dir = bad();
    for args in [
        &["build", "-o", "-"][..],
        &["doc"],
        &["graph"],
        &["next"],
        &["test"],
    ] {
        let (code, out, err) = run(dir.path(), args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert!(err.contains("error[unknown-name]"), "{args:?}: {err}");
    }
}

#[test]
fn build_writes_what_the_daemon_reads() {
    let dir = good();
    let (code, out, err) = run(dir.path(), &["build", "-o", "out.json"]);
    assert_eq!((code, out.as_str()), (0, ""));
    assert!(err.starts_with("wrote `out.json`: revision "), "{err}");
    let file = fs::read(dir.path().join("out.json")).unwrap();
    let ir = trig_ir::Ir::from_json(&file).unwrap();
    assert_eq!(ir.project.id, "acme");
    assert_eq!(ir.triggers.len(), 1);
    let again = trigc(dir.path(), &["build", ".", "-o", "-"])
        .output()
        .unwrap();
    assert_eq!(again.stdout, file, "the same project gives the same bytes");
}

#[test]
fn build_leaves_the_old_file_where_there_are_errors() {
    let dir = bad();
    fs::write(dir.path().join("out.json"), "old").unwrap();
    let (code, out, err) = run(dir.path(), &["build", "-o", "out.json"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("error[manifest-value]"), "{err}");
    assert_eq!(
        fs::read_to_string(dir.path().join("out.json")).unwrap(),
        "old"
    );
}

#[test]
fn build_says_where_it_cannot_write() {
    let dir = good();
    let (code, _, err) = run(dir.path(), &["build", "-o", "no/such/out.json"]);
    assert_eq!(code, 2);
    assert!(
        err.starts_with("error: `no/such/out.json` cannot be written: "),
        "{err}"
    );
    let (code, _, err) = run(dir.path(), &["build", "-o", "."]);
    assert_eq!(code, 2, "{err}");
}

#[test]
fn build_needs_one_project() {
    let dir = tree(&[("a/trig.toml", MANIFEST), ("b/trig.toml", MANIFEST)]);
    let (code, _, err) = run(dir.path(), &["build", "-o", "-"]);
    assert_eq!(code, 2);
    assert_eq!(
        err,
        "error: `.` holds 2 projects, and one is needed: `./a`, `./b`\n"
    );
}

#[test]
fn colours() {
    let dir = bad();
    let escape = '\u{1b}';
    let (_, out, _) = run(dir.path(), &["check", "--color", "always"]);
    assert!(out.contains(escape));
    for args in [&["check"][..], &["check", "--color", "never"]] {
        let (_, out, err) = run(dir.path(), args);
        assert!(!out.contains(escape) && !err.contains(escape), "{args:?}");
    }
    let mut forced = trigc(dir.path(), &["check"]);
    let (_, out, _) = seen(forced.env("CLICOLOR_FORCE", "1").output().unwrap());
    assert!(out.contains(escape));
    let (_, out, _) = seen(forced.env("NO_COLOR", "1").output().unwrap());
    assert!(!out.contains(escape));
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    // more than a pipe holds
    let many: String = (0..2_000).map(|n| format!("unknown-{n} = 1\n")).collect();
    let dir = tree(&[
        ("trig.toml", &format!("{MANIFEST}{many}")),
        ("main.trig", GOOD),
    ]);
    for format in ["human", "json", "sarif", "github", "junit"] {
        let mut child = trigc(dir.path(), &["check", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let (code, _, err) = seen(child.wait_with_output().unwrap());
        assert_eq!(code, 1, "{err}");
        assert!(
            !err.contains("panicked") && !err.contains("error:"),
            "{err}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = trigc(bad().path(), &["check"])
        .stdout(full)
        .output()
        .unwrap();
    let (code, _, err) = seen(output);
    assert_eq!(code, 2);
    assert!(
        err.starts_with("error: the standard output cannot be written"),
        "{err}"
    );
}

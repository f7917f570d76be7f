//! `trigc fmt` as it is run.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::common::{self, MANIFEST, drawn, tree};

const GOOD: &str = "use kommo\n\ntrigger A for lead {\n    on lead created\n    do stop this\n}\n";
const UGLY: &str = "trigger B for lead {\n  do stop this\n  on   lead created // at once\n}\n";
const NEAT: &str = "trigger B for lead {\n    on lead created // at once\n    do stop this\n}\n";
const BROKEN: &str = "trigger C {\n  wen x\n}\n";

fn run(dir: &Path, args: &[&str]) -> String {
    drawn(common::run(dir, args))
}

fn piped(dir: &Path, args: &[&str], input: &[u8]) -> String {
    drawn(common::piped(dir, args, input))
}

fn project() -> TempDir {
    tree(&[
        ("trig.toml", MANIFEST),
        ("good.trig", GOOD),
        ("more/ugly.trig", UGLY),
    ])
}

fn read(dir: &TempDir, path: &str) -> String {
    fs::read_to_string(dir.path().join(path)).unwrap()
}

#[test]
fn a_project_is_formatted_and_then_left_alone() {
    let dir = project();
    let modified = || {
        fs::metadata(dir.path().join("good.trig"))
            .unwrap()
            .modified()
            .unwrap()
    };
    let before = modified();
    insta::assert_snapshot!(run(&dir.path().join("more"), &["fmt"]));
    assert_eq!(read(&dir, "more/ugly.trig"), NEAT);
    assert_eq!(read(&dir, "good.trig"), GOOD);
    assert_eq!(before, modified(), "what is in order is not written");
    insta::assert_snapshot!(run(dir.path(), &["fmt"]));
    insta::assert_snapshot!(run(dir.path(), &["fmt", "--check"]));
}

#[test]
fn check_shows_what_would_change() {
    let dir = project();
    insta::assert_snapshot!(run(dir.path(), &["fmt", "--check"]));
    assert_eq!(read(&dir, "more/ugly.trig"), UGLY);
    insta::assert_snapshot!(run(dir.path(), &["fmt", "--check", "good.trig"]));
}

#[test]
fn a_path_means_what_lies_in_it() {
    let dir = project();
    fs::write(dir.path().join("ugly.trig"), UGLY).unwrap();
    insta::assert_snapshot!(run(dir.path(), &["fmt", "more", "more/ugly.trig"]));
    assert_eq!(read(&dir, "ugly.trig"), UGLY);
    assert_eq!(read(&dir, "more/ugly.trig"), NEAT);
}

#[test]
fn a_file_with_errors_is_left() {
    let dir = project();
    fs::write(dir.path().join("broken.trig"), BROKEN).unwrap();
    insta::assert_snapshot!(run(dir.path(), &["fmt"]));
    assert_eq!(read(&dir, "broken.trig"), BROKEN);
    assert_eq!(read(&dir, "more/ugly.trig"), NEAT);
}

#[test]
fn from_the_standard_input_to_the_standard_output() {
    let dir = tree(&[]);
    assert_eq!(
        piped(
            dir.path(),
            &["fmt", "-"],
            UGLY.replace('\n', "\r\n").as_bytes()
        ),
        format!("exit 0\n--- out\n{NEAT}--- err\n")
    );
    insta::assert_snapshot!(piped(dir.path(), &["fmt", "-"], BROKEN.as_bytes()));
    insta::assert_snapshot!(piped(
        dir.path(),
        &["fmt", "-", "--check"],
        b"use   kommo\r\n"
    ));
    insta::assert_snapshot!(piped(dir.path(), &["fmt", "-", "--check"], GOOD.as_bytes()));
    insta::assert_snapshot!(piped(dir.path(), &["fmt", "-"], b"\xff"));
}

#[test]
fn a_file_cannot_drive_the_terminal() {
    let ugly = UGLY.replace("// at once", "// \u{202e}at\u{1b}[31m once\u{7f}");
    let dir = tree(&[("trig.toml", MANIFEST), ("u\u{202e}gly.trig", &ugly)]);
    let out = run(dir.path(), &["fmt", "--check"]);
    let harmless = |c: char| c == '\n' || !c.is_control() && c != '\u{202e}';
    assert!(out.chars().all(harmless), "{out:?}");
    insta::assert_snapshot!(out);
}

#[test]
fn a_file_that_is_no_text() {
    let dir = tree(&[]);
    fs::write(dir.path().join("a.trig"), b"// \xff").unwrap();
    insta::assert_snapshot!(run(dir.path(), &["fmt", "a.trig"]));
    assert_eq!(fs::read(dir.path().join("a.trig")).unwrap(), b"// \xff");
}

#[test]
fn what_cannot_be_asked_for() {
    let dir = project();
    insta::assert_snapshot!(run(dir.path(), &["fmt", "-", "good.trig"]));
    insta::assert_snapshot!(run(dir.path(), &["fmt", "trig.toml"]));
    insta::assert_snapshot!(run(dir.path(), &["fmt", "none.trig"]));
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = tree(&[("real/ugly.trig", UGLY)]);
    let path = dir.path().join("real/ugly.trig");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/ugly.trig", dir.path().join("link.trig")).unwrap();
    run(dir.path(), &["fmt", "link.trig"]);
    assert_eq!(read(&dir, "real/ugly.trig"), NEAT);
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    let link = fs::symlink_metadata(dir.path().join("link.trig")).unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read_dir(dir.path().join("real")).unwrap().count(), 1);
}

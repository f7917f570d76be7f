//! What all of these tests need: directories with files, and `trigc` run in them.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

pub(crate) const TRIGC: &str = env!("CARGO_BIN_EXE_trigc");

pub(crate) const MANIFEST: &str = "[project]\nid = \"acme\"\nzone = \"Europe/Berlin\"\n";

pub(crate) const GOOD: &str = "use kommo

pipeline Sales for lead {
    stage New
    stage Won success
}

trigger Welcome for lead {
    on lead enters Sales.New
    do move to Won
}
";

/// A directory with these files.
pub(crate) fn tree(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

/// A project without findings.
pub(crate) fn good() -> TempDir {
    tree(&[("trig.toml", MANIFEST), ("main.trig", GOOD)])
}

/// A project that does not compile.
pub(crate) fn bad() -> TempDir {
    let broken = GOOD.replace("Sales.New", "Sales.Nw");
    let manifest = MANIFEST.replace("Berlin", "Berln");
    tree(&[("trig.toml", &manifest), ("main.trig", &broken)])
}

/// The command, to be run in a directory. What the developer's terminal wants is no matter of these tests.
pub(crate) fn trigc(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(TRIGC);
    command.current_dir(dir).args(args);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
}

/// Exit code, standard output, standard error.
pub(crate) fn run(dir: &Path, args: &[&str]) -> (i32, String, String) {
    seen(trigc(dir, args).output().unwrap())
}

/// The same, with something on the standard input.
pub(crate) fn piped(dir: &Path, args: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = trigc(dir, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    seen(child.wait_with_output().unwrap())
}

pub(crate) fn seen(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// All three in one text.
pub(crate) fn drawn((code, out, err): (i32, String, String)) -> String {
    format!("exit {code}\n--- out\n{out}--- err\n{err}")
}

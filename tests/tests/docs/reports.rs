//! The reports that a page shows: bodies of CloudEvents, taken by a daemon that runs the page's blocks.

use std::fs;
use std::process::{Command, Output};

use crate::binary::binary;
use crate::page::Page;
use crate::project::MANIFEST;

/// Posts a page's reports to a daemon of its own; says what was not taken as it is. How many reports there are.
pub(crate) fn check(page: &Page, wrong: &mut Vec<String>) -> usize {
    let reports = page
        .of("json")
        .filter(|block| block.text.contains("\"specversion\""));
    let reports: Vec<_> = reports.collect();
    if reports.is_empty() {
        return 0;
    }
    let place = tempfile::tempdir().unwrap();
    let project = place.path().join("project");
    let inbox = project.join("inbox");
    fs::create_dir_all(&inbox).unwrap();
    fs::write(project.join("trig.toml"), MANIFEST).unwrap();
    for block in page.trig() {
        fs::write(project.join(format!("{}.trig", block.line)), &block.text).unwrap();
    }
    for (n, block) in reports.iter().enumerate() {
        fs::write(inbox.join(format!("{n:02}-report.json")), &block.text).unwrap();
    }
    let output = Command::new(binary("trigd"))
        .arg("run")
        .arg(&project)
        .args([
            "--play",
            "--exit",
            "--fresh",
            "--listen",
            "127.0.0.1:0",
            "--store",
        ])
        .arg(place.path().join("store"))
        .output()
        .unwrap();
    let Output {
        status,
        stdout,
        stderr,
    } = output;
    let said = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    if !status.success() {
        wrong.push(format!("{}: {}{}", page.path, said[0], said[1]));
    }
    let played = said[0].lines().filter(|line| line.starts_with("in "));
    if played.count() != reports.len() {
        wrong.push(format!(
            "{}: not all reports came in:\n{}",
            page.path, said[0]
        ));
    }
    let kept = said[0]
        .lines()
        .filter(|line| line.trim_start().starts_with("kept "));
    wrong.extend(kept.map(|line| format!("{}: {}", page.path, line.trim())));
    reports.len()
}

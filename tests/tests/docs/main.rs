//! The book (`docs/`) and the README are true.
//!
//! * All `trig` blocks of a page are the files of one project, which is clean and whose tests pass.
//! * A `trig fails` block is a further file of that project, alone, and gives exactly the diagnostics that stand in it:
//!   `//~ rule` or `//~ rule: part of what it says` at the end of the line where the diagnostic begins.
//! * A `toml` block with `[project]` is a manifest, and clean.
//! * `trig` blocks are in the style of `trigc fmt`.
//! * What `sh` blocks call, there is.
//! * Every page stands in the summary, and every link leads somewhere.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/binary.rs"]
mod binary;
mod command;
mod expected;
mod link;
mod page;
mod project;
mod reports;

use std::collections::BTreeSet;

use page::{Page, all};

/// Pages that show Trig: all of these folders, and these.
fn shows_trig(page: &Page) -> bool {
    let path = page.path.as_str();
    path.starts_with("docs/reference/")
        || path.starts_with("docs/systems/")
        || ["README.md", "docs/tutorial.md"].contains(&path)
}

/// Fails with all that is wrong, one finding a paragraph.
fn nothing(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} wrong:\n\n{}\n",
        wrong.len(),
        wrong.join("\n\n")
    );
}

#[test]
fn blocks_are_clean_and_their_tests_pass() {
    let mut wrong = Vec::new();
    for page in all() {
        if page.trig().next().is_some() {
            project::check(&page, &mut wrong);
        } else if shows_trig(&page) {
            wrong.push(format!("{}: no `trig` block", page.path));
        }
    }
    nothing(&wrong);
}

#[test]
fn blocks_are_in_the_one_style() {
    let mut wrong = Vec::new();
    for page in all() {
        for block in page.trig() {
            match trig_fmt::format(&block.text) {
                Ok(formatted) if formatted == block.text => {}
                Ok(formatted) => wrong.push(format!(
                    "{}: `trigc fmt` writes this block so:\n{formatted}",
                    page.at(block.line)
                )),
                Err(why) => wrong.push(format!("{}: {why}", page.at(block.line))),
            }
        }
    }
    nothing(&wrong);
}

#[test]
fn blocks_that_fail_give_what_stands_in_them() {
    let mut wrong = Vec::new();
    let mut failing = 0;
    for page in all() {
        for block in page.of("trig fails") {
            failing += 1;
            project::check_failing(&page, block, &mut wrong);
        }
    }
    assert!(failing >= 10);
    nothing(&wrong);
}

#[test]
fn manifests_are_clean() {
    let mut wrong = Vec::new();
    let mut manifests = 0;
    for page in all() {
        for block in page.of("toml").filter(|b| b.text.contains("[project]")) {
            manifests += 1;
            project::check_manifest(&page, block, &mut wrong);
        }
    }
    assert!(manifests > 0);
    nothing(&wrong);
}

#[test]
fn blocks_are_of_a_known_kind() {
    let known = ["trig", "trig fails", "toml", "sh", "yaml", "text", "json"];
    let mut wrong = Vec::new();
    for page in all() {
        for block in &page.blocks {
            if !known.contains(&block.info.as_str()) {
                wrong.push(format!(
                    "{}: a block is `{}`",
                    page.at(block.line),
                    block.info
                ));
            }
        }
    }
    nothing(&wrong);
}

#[test]
fn reports_are_taken() {
    let mut wrong = Vec::new();
    let reports: usize = all()
        .iter()
        .map(|page| reports::check(page, &mut wrong))
        .sum();
    assert!(reports > 0);
    nothing(&wrong);
}

#[test]
fn commands_are_there() {
    let mut wrong = Vec::new();
    let mut commands = command::Commands::default();
    let mut called = BTreeSet::new();
    for page in all() {
        let in_blocks = page.of("sh").flat_map(command::lines);
        // the README's tour names commands in its text
        let in_text = page.code.iter().filter(|_| page.path == "README.md");
        for (line, words) in in_blocks.chain(in_text.cloned()) {
            for call in command::calls(&words) {
                called.insert(call[..call.len().min(2)].join(" "));
                if let Err(why) = commands.check(&call) {
                    wrong.push(format!("{}: `{}`: {why}", page.at(line), call.join(" ")));
                }
            }
        }
    }
    for expected in ["trigc check", "trigc init", "trigc test", "trigd run"] {
        assert!(called.contains(expected), "{called:?}");
    }
    nothing(&wrong);
}

#[test]
fn links_lead_somewhere() {
    let pages = all();
    let mut wrong = Vec::new();
    for page in &pages {
        link::check(page, &mut wrong);
    }
    nothing(&wrong);
}

#[test]
fn every_page_is_in_the_summary() {
    let pages = all();
    let summary = pages.iter().find(|p| p.path == "docs/SUMMARY.md").unwrap();
    let listed: Vec<String> = summary
        .links
        .iter()
        .map(|l| format!("docs/{}", l.to))
        .collect();
    let set: BTreeSet<&str> = listed.iter().map(String::as_str).collect();
    assert_eq!(listed.len(), set.len(), "a page is listed twice");
    let there: BTreeSet<&str> = pages
        .iter()
        .map(|p| p.path.as_str())
        .filter(|p| p.starts_with("docs/") && *p != "docs/SUMMARY.md")
        .collect();
    assert_eq!(set, there);
}

#[test]
fn the_book_is_one() {
    let text = std::fs::read_to_string(page::repository("docs/book.toml")).unwrap();
    let book: toml::Table = text.parse().unwrap();
    assert_eq!(book["book"]["src"].as_str(), Some("."));
    assert!(book["book"]["title"].is_str());
}

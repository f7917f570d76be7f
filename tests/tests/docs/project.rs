//! The project that a page's blocks are.

use trig_compiler::{Diagnostic, MANIFEST_PATH, SourceSet, compile};
use trig_test::{Options, Suite};

use crate::expected::{self, Expected};
use crate::page::{Block, Page};

/// The manifest of every page.
pub(crate) const MANIFEST: &str = r#"[project]
id = "docs"
language = "1"
zone = "Europe/Berlin"
currency = "USD"

[connectors.kommo]
kind = "kommo"

[connectors.bitrix24]
kind = "bitrix24"

[connectors.activecampaign]
kind = "activecampaign"

[connectors.ops]
kind = "http"
url = "https://ops.example.com/hook"
"#;

/// The path of a block that fails.
const FAILING: &str = "fails.trig";

fn sources(page: &Page) -> SourceSet {
    let files = page
        .trig()
        .map(|b| (format!("{}.trig", b.line).into(), b.text.as_str().into()));
    SourceSet {
        manifest: Some(MANIFEST.into()),
        files: files.collect(),
    }
}

/// The line of a file on which a diagnostic's primary place begins, counted from 0, and that file.
fn place<'a>(diagnostic: &'a Diagnostic, sources: &SourceSet) -> (&'a str, usize) {
    let label = &diagnostic.labels[0];
    let text = match label.file.as_str() {
        MANIFEST_PATH => sources.manifest.as_deref(),
        path => sources
            .files
            .iter()
            .find(|(p, _)| p == path)
            .map(|(_, text)| &**text)
            .or_else(|| trig_compiler::catalogue_text(path)),
    };
    let before = &text.unwrap()[..label.start as usize];
    (label.file.as_str(), before.matches('\n').count())
}

/// Where a diagnostic of a page's project stands: in the page, where it can be said.
fn at(page: &Page, diagnostic: &Diagnostic, sources: &SourceSet) -> String {
    let (file, line) = place(diagnostic, sources);
    let block = file
        .strip_suffix(".trig")
        .and_then(|n| n.parse::<usize>().ok());
    match block {
        Some(first) => page.at(first + line),
        None => format!("{}: {file}:{}", page.path, line + 1),
    }
}

/// What a diagnostic says, all of it.
fn told(diagnostic: &Diagnostic) -> String {
    let mut out = format!("{}: {}", diagnostic.rule, diagnostic.message);
    let labels = diagnostic.labels.iter().map(|l| &l.message);
    for more in labels.chain(&diagnostic.notes).chain(&diagnostic.help) {
        if !more.is_empty() {
            out.push_str("\n    ");
            out.push_str(more);
        }
    }
    out
}

/// The page's project is clean, and its tests pass.
pub(crate) fn check(page: &Page, wrong: &mut Vec<String>) {
    let sources = sources(page);
    let compilation = compile(&sources);
    for diagnostic in &compilation.diagnostics {
        wrong.push(format!(
            "{}: expected nothing, got {}",
            at(page, diagnostic, &sources),
            told(diagnostic)
        ));
    }
    let Some(ir) = compilation.ir else {
        return;
    };
    let suite = Suite::new(ir, compilation.tests);
    let report = suite.run(Options::default(), &|_| {}).unwrap();
    for test in report.tests {
        if let Some(failure) = test.failure {
            wrong.push(format!(
                "{}: expected \"{}\" to pass, got ({})\n{failure}",
                page.path, test.title, test.place
            ));
        }
    }
}

/// A block gives exactly what stands in it.
pub(crate) fn check_failing(page: &Page, block: &Block, wrong: &mut Vec<String>) {
    let mut sources = sources(page);
    sources
        .files
        .push((FAILING.into(), block.text.as_str().into()));
    let mut missing: Vec<Expected> = expected::of(&block.text);
    if missing.is_empty() {
        wrong.push(format!("{}: nothing is expected", page.at(block.line)));
    }
    for diagnostic in &compile(&sources).diagnostics {
        let (file, line) = place(diagnostic, &sources);
        let told = told(diagnostic);
        let fulfilled = missing.iter().position(|e| {
            file == FAILING
                && e.line == line
                && e.rule == diagnostic.rule
                && e.part.as_ref().is_none_or(|part| told.contains(part))
        });
        match fulfilled {
            Some(i) => drop(missing.remove(i)),
            None if file == FAILING => wrong.push(format!(
                "{}: not expected, got {told}",
                page.at(block.line + line)
            )),
            None => wrong.push(format!(
                "{}: not expected, got {told}",
                at(page, diagnostic, &sources)
            )),
        }
    }
    for expected in missing {
        wrong.push(format!(
            "{}: expected {expected}, got nothing of it",
            page.at(block.line + expected.line)
        ));
    }
}

/// A block is a manifest without findings.
pub(crate) fn check_manifest(page: &Page, block: &Block, wrong: &mut Vec<String>) {
    // its native ids are those of the page's project
    let mut sources = sources(page);
    sources.manifest = Some(block.text.as_str().into());
    for diagnostic in &compile(&sources).diagnostics {
        let (file, line) = place(diagnostic, &sources);
        if file == MANIFEST_PATH {
            wrong.push(format!(
                "{}: expected nothing, got {}",
                page.at(block.line + line),
                told(diagnostic)
            ));
        }
    }
}

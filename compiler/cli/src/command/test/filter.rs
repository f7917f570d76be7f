//! Filters that select nothing: a word that was mistyped must not look like tests that pass.

use std::collections::BTreeSet;
use std::path::Path;

use trig_compiler::nearest;
use trig_ir::{Ir, TestCase, TestStepKind};
use trig_project::render::message;

use crate::project::Project;
use crate::report::Noun;

/// By what a test can be asked for.
struct Known<'a> {
    title: &'a str,
    file: &'a str,
    triggers: Vec<&'a str>,
}

impl<'a> Known<'a> {
    fn of(ir: &'a Ir, test: &'a TestCase) -> Self {
        let file = ir.files.get(test.loc.file.index());
        let named = test.steps.iter().filter_map(|step| match &step.kind {
            TestStepKind::Fired { trigger, .. } => Some(trigger.as_str()),
            TestStepKind::Start { flow, .. } => Some(flow.as_str()),
            _ => None,
        });
        Self {
            title: &test.title,
            file: file.map_or("", |f| f.path.as_str()),
            triggers: named.collect(),
        }
    }

    fn whole(&self) -> impl Iterator<Item = &'a str> {
        [self.title, self.file]
            .into_iter()
            .chain(self.triggers.iter().copied())
    }

    /// Whether a filter, in small letters, selects it.
    fn is_selected(&self, filter: &str) -> bool {
        self.whole()
            .any(|text| text.to_lowercase().contains(filter))
    }
}

/// Says which filter selects no test of the projects, if any does.
pub(super) fn idle(projects: &[Project], filters: &[String]) -> Option<String> {
    let known: Vec<Known<'_>> = projects
        .iter()
        .filter_map(|project| Some((project.ir().ok()?, project.tests())))
        .flat_map(|(ir, tests)| tests.iter().map(move |test| Known::of(ir, test)))
        .collect();
    let idle = filters.iter().find(|filter| {
        let lower = filter.to_lowercase();
        !known.iter().any(|test| test.is_selected(&lower))
    })?;
    let path = if Path::new(idle).exists() {
        ""
    } else {
        ", and there is no such path"
    };
    let next = match near(&known, idle) {
        Some(near) => format!("did you mean `{}`?", message(near)),
        None => "`trigc test --verbose` names all tests".to_owned(),
    };
    let none = match known.len() {
        0 => "there are no tests, and so none".to_owned(),
        n => format!("none of {}", Noun("test").of(n)),
    };
    Some(format!(
        "{none} has to do with `{idle}`, by its title, its file or the triggers that it names{path}: {next}"
    ))
}

/// What may be meant: a title, a file or a trigger; else the title of which a word may be meant.
fn near<'a>(known: &[Known<'a>], filter: &str) -> Option<&'a str> {
    let whole: BTreeSet<&str> = known.iter().flat_map(Known::whole).collect();
    nearest(filter, whole).or_else(|| {
        let words = known.iter().flat_map(|test| test.title.split_whitespace());
        let word = nearest(filter, words)?;
        let of = |test: &&Known<'_>| test.title.split_whitespace().any(|w| w == word);
        Some(known.iter().find(of)?.title)
    })
}

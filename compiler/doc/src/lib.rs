//! A project as a document to browse: one HTML file that needs no network and no script, and is the same for the same
//! project.
//!
//! What is written (doc comments, clauses) comes from the syntax trees, what it means (who starts whom, which fields are
//! used) from the IR. Everything that somebody wrote is escaped; Markdown of doc comments is rendered without raw HTML,
//! pictures and any address but `http`, `https` and `mailto`.

mod causes;
mod condition;
mod entity;
mod escape;
mod markdown;
mod outline;
mod page;
mod pipeline;
mod schedule;
mod trigger;
mod usage;

use trig_compiler::SourceSet;
use trig_ir::Ir;

use causes::Causes;
use outline::Outline;
use page::Section;

/// The document of a project that compiled without errors: an HTML page.
pub fn html(sources: &SourceSet, ir: &Ir) -> String {
    let outline = Outline::of(sources, ir);
    let causes = Causes::of(ir);
    let sections = Section::ALL.map(|section| {
        let body = match section {
            Section::Pipelines => pipeline::section(&outline, ir),
            Section::Triggers => trigger::section(&outline, &causes, ir),
            Section::Conditions => condition::section(&outline),
            Section::Schedules => schedule::section(&outline, ir),
            Section::Entities => entity::section(&outline, ir),
        };
        (section, body)
    });
    page::page(&ir.project, &outline, &sections)
}

//! The incremental computation: which results follow from which texts.
//!
//! ```text
//! text ─► parsed ─┬─► declarations ─► model ─┐
//! manifest ───────┘                          ├─► checked (per file)
//!         parsed ────────────────────────────┘
//! ```
//!
//! The model holds no positions, so an edit inside a trigger changes `parsed` and `checked` of its own file, finds the
//! model equal, and stops there.

use std::sync::Arc;

use smol_str::SmolStr;
use trig_grammar::{Span, ast};

use crate::catalogue;
use crate::check::{Checked, FileText, check};
use crate::line_index::LineIndex;
use crate::manifest::{Connector, ConnectorKind, Manifest};
use crate::model::{Facts, Model, Unit, build};
use crate::problem::Problem;
use crate::{Diagnostic, rules};

/// A text of the project, or a catalogue.
#[salsa::input]
pub(crate) struct Source {
    #[returns(ref)]
    pub(crate) path: SmolStr,
    #[returns(ref)]
    pub(crate) text: Arc<str>,
    #[returns(copy)]
    pub(crate) catalogue: Option<&'static str>,
}

/// What a project consists of.
#[salsa::input]
pub(crate) struct Project {
    #[returns(ref)]
    pub(crate) manifest: Option<Arc<str>>,
    /// By path.
    #[returns(ref)]
    pub(crate) files: Vec<Source>,
    /// All of them, used or not.
    #[returns(ref)]
    pub(crate) catalogues: Vec<Source>,
}

/// A file's tree.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parsed {
    pub(crate) file: ast::File,
    pub(crate) lines: LineIndex,
}

#[salsa::tracked(returns(ref), no_eq)]
pub(crate) fn parsed(db: &dyn salsa::Database, source: Source) -> Parsed {
    let text = source.text(db);
    Parsed {
        file: trig_grammar::parse(text),
        lines: LineIndex::new(text),
    }
}

#[salsa::tracked(returns(ref))]
pub(crate) fn manifest(db: &dyn salsa::Database, project: Project) -> (Manifest, Vec<Diagnostic>) {
    crate::manifest::parse(project.manifest(db).as_deref())
}

/// The catalogues that a project uses, each with those that it uses itself; and what is wrong with the uses.
#[salsa::tracked(returns(ref))]
pub(crate) fn used(db: &dyn salsa::Database, project: Project) -> (Vec<Source>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut wanted: Vec<&str> = vec![catalogue::PRELUDE];
    let mut queue: Vec<Source> = project.files(db).clone();
    while let Some(source) = queue.pop() {
        for item in &parsed(db, source).file.items {
            let ast::ItemKind::Use(path) = &item.kind else {
                continue;
            };
            if path.is_missing() {
                continue;
            }
            let name = path.text();
            match catalogue::find(&name) {
                Some(found) if !wanted.contains(&found.name) => {
                    wanted.push(found.name);
                    queue.extend(
                        project
                            .catalogues(db)
                            .iter()
                            .filter(|s| s.catalogue(db) == Some(found.name)),
                    );
                }
                Some(_) => {}
                None => {
                    let known: Vec<&str> = catalogue::CATALOGUES
                        .iter()
                        .map(|c| c.name)
                        .filter(|n| *n != catalogue::PRELUDE)
                        .collect();
                    problems.push(rules::unknown_name::catalogue(
                        source.path(db),
                        path.span,
                        &name,
                        &known,
                    ));
                }
            }
        }
    }
    let is_wanted = |s: &&Source| s.catalogue(db).is_some_and(|c| wanted.contains(&c));
    (
        project
            .catalogues(db)
            .iter()
            .filter(is_wanted)
            .copied()
            .collect(),
        problems,
    )
}

/// Every text that counts, catalogues first, each kind by name.
pub(crate) fn sources(db: &dyn salsa::Database, project: Project) -> impl Iterator<Item = Source> {
    used(db, project).0.iter().chain(project.files(db)).copied()
}

#[salsa::tracked(returns(ref))]
pub(crate) fn facts(db: &dyn salsa::Database, project: Project) -> Facts {
    let (manifest, errors) = manifest(db, project);
    let http = |c: &Connector| c.kind == Some(ConnectorKind::Http);
    Facts {
        project: trig_ir::Project {
            id: manifest.project.id.value.clone(),
            name: manifest.project.name.to_string(),
            zone: manifest.project.zone.value.clone(),
            currency: manifest.project.currency.as_ref().map(|c| c.value.clone()),
            connectors: manifest.connectors.keys().cloned().collect(),
        },
        // of a manifest that could not be read well, nothing is said to be missing
        receivers_known: project.manifest(db).is_some() && errors.is_empty(),
        receivers: manifest
            .connectors
            .iter()
            .filter(|(_, c)| http(&c.value))
            .map(|(n, _)| n.clone())
            .collect(),
        ids: manifest
            .ids
            .iter()
            .map(|(path, id)| (path.clone(), id.value.clone(), id.key))
            .collect(),
    }
}

#[salsa::tracked(returns(ref), no_eq)]
fn declarations(db: &dyn salsa::Database, project: Project) -> (Arc<Model>, Vec<Problem>) {
    let units: Vec<Unit<'_>> = sources(db, project)
        .map(|s| Unit {
            catalogue: s.catalogue(db),
            path: s.path(db),
            file: &parsed(db, s).file,
        })
        .collect();
    let (model, problems) = build(&units, facts(db, project));
    (Arc::new(model), problems)
}

/// The declarations alone: equal as long as no signature changes, wherever things stand.
#[salsa::tracked(returns(ref))]
pub(crate) fn model(db: &dyn salsa::Database, project: Project) -> Arc<Model> {
    declarations(db, project).0.clone()
}

/// What is wrong with the declarations.
pub(crate) fn declaration_problems(db: &dyn salsa::Database, project: Project) -> &[Problem] {
    &declarations(db, project).1
}

#[salsa::tracked(returns(ref), no_eq)]
pub(crate) fn checked(db: &dyn salsa::Database, project: Project, source: Source) -> Checked {
    let text = |source: Source| {
        let tree = parsed(db, source);
        FileText {
            path: source.path(db),
            text: source.text(db),
            lines: &tree.lines,
            file: &tree.file,
        }
    };
    // INVARIANT (template files): only a file that applies a template depends on the file in which that one stands
    let texts = |path: &str| sources(db, project).find(|s| s.path(db) == path).map(text);
    check(
        model(db, project),
        source.catalogue(db),
        text(source),
        &texts,
    )
}

/// Where a full name is declared.
pub(crate) fn place_of(
    db: &dyn salsa::Database,
    project: Project,
    name: &str,
) -> Option<(SmolStr, Span)> {
    sources(db, project).find_map(|source| {
        let span = crate::places::find(&parsed(db, source).file, source.catalogue(db), name)?;
        Some((source.path(db).clone(), span))
    })
}

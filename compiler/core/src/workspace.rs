//! A project that is compiled again and again, as its texts change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use salsa::{Durability, Setter};
use smol_str::SmolStr;
use trig_grammar::ast;
use trig_ir::{
    ActionDecl, Breaker, Condition, ConditionId, FileId, IR_VERSION, Ir, Loc, Renamed, SourceFile,
    TestCase, Trigger, Versions,
};

use crate::allowed::{self, Allow};
use crate::db::{self, Project, Source};
use crate::manifest::{Level, Manifest};
use crate::model::Model;
use crate::problem::Problem;
use crate::{
    Diagnostic, Severity, SourceSet, catalogue, conditions, relocate, rules, settings, tests_of,
};

/// What compiling a project gives.
#[derive(Clone, Debug)]
pub struct Compilation {
    /// The compiled project; `None` if there are errors.
    pub ir: Option<Ir>,
    /// Its tests, by file and place. They belong to `ir`: without it, they are worth nothing.
    pub tests: Vec<TestCase>,
    /// What is wrong, in a stable order.
    pub diagnostics: Vec<Diagnostic>,
    /// What the manifest says.
    pub manifest: Manifest,
    /// What was compiled.
    pub stats: Stats,
}

/// How much was compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Stats {
    /// Files of the project, catalogues not counted.
    pub files: usize,
    /// Their bytes.
    pub bytes: usize,
    /// The triggers in them.
    pub triggers: usize,
}

/// Compiles a project once.
pub fn compile(sources: &SourceSet) -> Compilation {
    let mut workspace = Workspace::new();
    workspace.set_manifest(sources.manifest.clone());
    workspace.set_files(sources.files.iter().cloned());
    workspace.compile()
}

/// A project whose texts change. After a change, only what depends on it is computed again.
pub struct Workspace {
    db: salsa::DatabaseImpl,
    project: Project,
    files: BTreeMap<SmolStr, Source>,
}

impl Default for Workspace {
    fn default() -> Self {
        Self::new()
    }
}

impl Workspace {
    /// A project without files.
    pub fn new() -> Self {
        let db = salsa::DatabaseImpl::new();
        let catalogues = catalogue::CATALOGUES
            .iter()
            .map(|c| {
                Source::builder(c.path.into(), c.text.into(), Some(c.name))
                    .durability(Durability::HIGH)
                    .new(&db)
            })
            .collect();
        let project = Project::new(&db, None, Vec::new(), catalogues);
        Self {
            db,
            project,
            files: BTreeMap::new(),
        }
    }

    /// Sets the text of the manifest; `None` if there is none.
    pub fn set_manifest(&mut self, text: Option<Arc<str>>) {
        if self.project.manifest(&self.db) != &text {
            self.project.set_manifest(&mut self.db).to(text);
        }
    }

    /// Sets the text of a file, new or not.
    pub fn set_file(&mut self, path: SmolStr, text: Arc<str>) {
        self.set_files([(path, text)]);
    }

    /// Sets the texts of several files, new or not.
    pub fn set_files(&mut self, files: impl IntoIterator<Item = (SmolStr, Arc<str>)>) {
        let mut added = false;
        for (path, text) in files {
            match self.files.get(&path) {
                Some(source) if source.text(&self.db) == &text => {}
                Some(source) => {
                    source.set_text(&mut self.db).to(text);
                }
                None => {
                    let source = Source::new(&self.db, path.clone(), text, None);
                    self.files.insert(path, source);
                    added = true;
                }
            }
        }
        if added {
            self.list_files();
        }
    }

    /// Takes a file out of the project.
    pub fn remove_file(&mut self, path: &str) {
        if self.files.remove(path).is_some() {
            self.list_files();
        }
    }

    fn list_files(&mut self) {
        let files = self.files.values().copied().collect();
        self.project.set_files(&mut self.db).to(files);
    }

    /// Compiles the project as it is now.
    pub fn compile(&mut self) -> Compilation {
        self.compute();
        let (db, project) = (&self.db, self.project);
        let (manifest, manifest_diagnostics) = db::manifest(db, project);
        let mut problems: Vec<Problem> = Vec::new();
        problems.extend(manifest_diagnostics.iter().cloned().map(Problem::from));
        problems.extend(settings::check(manifest));
        problems.extend(db::used(db, project).1.iter().cloned());
        problems.extend(db::declaration_problems(db, project).iter().cloned());
        let sources: Vec<Source> = db::sources(db, project).collect();
        for source in &sources {
            let path = source.path(db);
            let errors = &db::parsed(db, *source).file.errors;
            problems.extend(errors.iter().map(|e| rules::syntax_error::problem(path, e)));
            // what stands right before an error of syntax was not read to its end: nothing can be said of it
            let text = source.text(db);
            let cut_short = |problem: &&Problem| {
                let Some(label) = problem.diagnostic.labels.first() else {
                    return false;
                };
                errors.iter().any(|e| {
                    let between = text.get(label.end as usize..e.span.start as usize);
                    between.is_some_and(|t| t.chars().all(|c| c == ' '))
                        && e.span.start > label.start
                })
            };
            let checked = &db::checked(db, project, *source).problems;
            problems.extend(checked.iter().filter(|p| !cut_short(p)).cloned());
        }
        problems.extend(self.template_problems(&sources));
        let model = db::model(db, project);
        let (conditions, triggers) = self.assemble(model, &sources, &mut problems);
        let tests = tests_of::assemble(db, project, &sources, &triggers, &mut problems);
        let stats = Stats {
            files: self.files.len(),
            bytes: self.files.values().map(|s| s.text(db).len()).sum(),
            triggers: triggers.len(),
        };
        let mut allows = Vec::new();
        for source in &sources {
            allowed::collect(source.path(db), &db::parsed(db, *source).file, &mut allows);
        }
        let diagnostics = self.finish(problems, &allows, manifest);
        let failed = diagnostics.iter().any(|d| d.severity == Severity::Error);
        let ir = (!failed).then(|| Ir {
            version: IR_VERSION,
            versions: Versions::current(),
            project: model.project.clone(),
            files: sources
                .iter()
                .map(|s| SourceFile {
                    path: s.path(db).to_string(),
                })
                .collect(),
            entities: model.entities.clone(),
            enums: model.enums.clone(),
            events: model.events.iter().map(|e| e.event.clone()).collect(),
            actions: self.actions(model, &sources),
            pipelines: model.pipelines.clone(),
            conditions,
            schedules: model.schedules.clone(),
            feeds: model.feeds.clone(),
            breakers: self.breakers(&sources),
            renamed_cooldowns: model
                .cooldowns
                .iter()
                .filter_map(|c| {
                    Some(Renamed {
                        name: c.name.clone(),
                        was: c.was.clone()?,
                    })
                })
                .collect(),
            triggers,
        });
        Compilation {
            ir,
            tests,
            diagnostics,
            manifest: manifest.clone(),
            stats,
        }
    }

    /// Computes trees and checks of all files, on all cores.
    fn compute(&self) {
        let (db, project) = (&self.db, self.project);
        let files = project.files(db);
        files.par_iter().for_each_with(db.clone(), |db, file| {
            db::parsed(db, *file);
        });
        db::model(db, project);
        files.par_iter().for_each_with(db.clone(), |db, file| {
            db::checked(db, project, *file);
        });
    }

    /// Puts the files' conditions and triggers together.
    fn assemble(
        &self,
        model: &Model,
        sources: &[Source],
        problems: &mut Vec<Problem>,
    ) -> (Vec<Condition>, Vec<Trigger>) {
        let db = &self.db;
        let mut conditions: BTreeMap<ConditionId, (Condition, &SmolStr)> = BTreeMap::new();
        let mut triggers: Vec<Trigger> = Vec::new();
        let mut seen: BTreeSet<SmolStr> = BTreeSet::new();
        for (file, source) in (0..).map(FileId).zip(sources) {
            let checked = db::checked(db, self.project, *source);
            for (id, condition) in &checked.conditions {
                let mut condition = condition.clone();
                relocate::condition(&mut condition, file);
                conditions
                    .entry(*id)
                    .or_insert((condition, source.path(db)));
            }
            for trigger in &checked.triggers {
                // of triggers that share a name, which is an error, the first is looked at further
                if seen.insert(trigger.name.clone()) {
                    let mut trigger = trigger.clone();
                    relocate::trigger(&mut trigger, file);
                    triggers.push(trigger);
                }
            }
            for made in &checked.applied {
                for (path, trigger) in &made.triggers {
                    if !seen.insert(trigger.name.clone()) {
                        continue;
                    }
                    let of = (0..)
                        .map(FileId)
                        .zip(sources)
                        .find(|(_, s)| s.path(db) == path);
                    let mut trigger = trigger.clone();
                    relocate::trigger(&mut trigger, of.map_or(file, |(id, _)| id));
                    // the trigger stands where the template is applied, its parts in the template
                    let lines = &db::parsed(db, *source).lines;
                    trigger.loc = Loc {
                        file,
                        line: lines.line(made.name.span.start),
                        start: made.name.span.start,
                        end: made.name.span.end,
                    };
                    triggers.push(trigger);
                }
            }
        }
        // INVARIANT (run order): triggers run by priority, higher first, then by name
        triggers.sort_by(|a, b| {
            b.priority
                .cmp(&a.priority)
                .then_with(|| a.name.cmp(&b.name))
        });
        problems.extend(conditions::problems(&conditions));
        let complete = conditions.len() == model.conditions.len();
        let conditions = conditions
            .into_values()
            .map(|(condition, _)| condition)
            .collect();
        // an incomplete table has left a diagnostic behind: its dense ids are never used
        debug_assert!(complete || !problems.is_empty());
        (conditions, triggers)
    }

    /// What is wrong inside of templates: each once, with the places where that template is applied.
    fn template_problems(&self, sources: &[Source]) -> Vec<Problem> {
        /// More places say nothing more.
        const MOST: usize = 3;
        let db = &self.db;
        let mut found: Vec<(Problem, Vec<(SmolStr, ast::Name)>)> = Vec::new();
        for source in sources {
            for made in &db::checked(db, self.project, *source).applied {
                for problem in &made.problems {
                    let place = (source.path(db).clone(), made.name.clone());
                    match found.iter_mut().find(|(p, _)| p == problem) {
                        Some((_, places)) if places.contains(&place) => {}
                        Some((_, places)) => places.push(place),
                        None => found.push((problem.clone(), vec![place])),
                    }
                }
            }
        }
        found
            .into_iter()
            .map(|(mut problem, places)| {
                for (path, name) in places.iter().take(MOST) {
                    let message = format!("applied here, as `{}`", name.text);
                    problem.diagnostic = problem.diagnostic.label(message, path, name.span);
                }
                if let Some(more) = places.len().checked_sub(MOST).filter(|n| *n > 0) {
                    let places = if more == 1 { "place" } else { "places" };
                    let note = format!("and in {more} more {places}");
                    problem.diagnostic = problem.diagnostic.note(note);
                }
                problem
            })
            .collect()
    }

    /// The actions, with what must hold when they are done.
    fn actions(&self, model: &Model, sources: &[Source]) -> Vec<ActionDecl> {
        let mut actions: Vec<ActionDecl> = model.actions.iter().map(|a| a.decl.clone()).collect();
        for source in sources {
            for (id, when) in &db::checked(&self.db, self.project, *source).sends {
                if let Some(action) = actions.get_mut(id.index()) {
                    action.when = Some(when.clone());
                }
            }
        }
        actions
    }

    /// The breakers, by name.
    fn breakers(&self, sources: &[Source]) -> Vec<Breaker> {
        let mut breakers = Vec::new();
        for (file, source) in (0..).map(FileId).zip(sources) {
            for breaker in &db::checked(&self.db, self.project, *source).breakers {
                let mut breaker = breaker.clone();
                breaker.loc.file = file;
                breakers.push(breaker);
            }
        }
        breakers.sort_by(|a, b| a.name.cmp(&b.name));
        breakers
    }

    /// Finds the places of declarations, takes out what is allowed, applies the levels of the manifest, and sorts.
    fn finish(
        &self,
        problems: Vec<Problem>,
        allows: &[Allow],
        manifest: &Manifest,
    ) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::with_capacity(problems.len());
        for problem in problems {
            let mut diagnostic = problem.diagnostic;
            for (message, name) in problem.declared {
                if let Some((path, span)) = db::place_of(&self.db, self.project, &name) {
                    diagnostic = diagnostic.label(message, &path, span);
                }
            }
            diagnostics.push(diagnostic);
        }
        allowed::apply(&mut diagnostics, allows);
        diagnostics.retain_mut(|diagnostic| {
            if diagnostic.severity == Severity::Warning {
                match manifest.lints.get(diagnostic.rule).map(|l| l.value) {
                    Some(Level::Allow) => return false,
                    Some(Level::Deny) => diagnostic.severity = Severity::Error,
                    Some(Level::Warn) | None => {}
                }
            }
            true
        });
        diagnostics.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        diagnostics.dedup();
        diagnostics
    }
}

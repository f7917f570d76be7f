//! The tests of a project, put together: their titles, and the triggers that they name.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use trig_grammar::Span;
use trig_ir::{FileId, TestCase, Trigger};

use crate::check::test::Named;
use crate::db::{self, Project, Source};
use crate::diagnostic::listed;
use crate::model::{Decl, Lookup, Model, short};
use crate::problem::Problem;
use crate::{relocate, rules};

/// The tests of all files.
pub(crate) fn assemble(
    db: &dyn salsa::Database,
    project: Project,
    sources: &[Source],
    triggers: &[Trigger],
    problems: &mut Vec<Problem>,
) -> Vec<TestCase> {
    let model = db::model(db, project);
    let by_name: BTreeMap<&str, &Trigger> = triggers.iter().map(|t| (t.name.as_str(), t)).collect();
    let mut titles: BTreeMap<&str, (&SmolStr, Span)> = BTreeMap::new();
    let mut tests = Vec::new();
    for (file, source) in (0..).map(FileId).zip(sources) {
        let path = source.path(db);
        for test in &db::checked(db, project, *source).tests {
            match titles.get(test.case.title.as_str()) {
                Some(first) => problems.push(rules::duplicate_test::problem(
                    path,
                    test.title,
                    &test.case.title,
                    *first,
                )),
                None => {
                    titles.insert(&test.case.title, (path, test.title));
                }
            }
            for named in &test.named {
                problems.extend(problem(model, &by_name, path, named));
            }
            let mut case = test.case.clone();
            relocate::test(&mut case, file);
            tests.push(case);
        }
    }
    tests
}

/// What is wrong with the trigger or flow that a test names.
fn problem(
    model: &Model,
    triggers: &BTreeMap<&str, &Trigger>,
    path: &SmolStr,
    named: &Named,
) -> Option<Problem> {
    let name = named.name.as_str();
    let Some(trigger) = triggers.get(name) else {
        if is_broken(model, triggers, name) {
            return None;
        }
        if let Lookup::Found(full, decl) = model.scope.lookup(None, name)
            && !matches!(decl, Decl::Breaker | Decl::Apply | Decl::Feed)
        {
            let wanted = if named.started {
                "a flow"
            } else {
                "a trigger or flow"
            };
            let kind = decl.kind();
            return Some(rules::wrong_kind::problem(
                path, named.span, full, kind, wanted,
            ));
        }
        let flows = triggers.values().filter(|t| t.flow || !named.started);
        let known: Vec<&str> = flows.map(|t| t.name.as_str()).collect();
        let what = if named.started {
            "flow"
        } else {
            "trigger or flow"
        };
        let mut found = rules::unknown_name::problem(path, named.span, what, name, &known);
        // what a template has made is known by the names of its uses
        let inside = format!("{name}.");
        let parts: Vec<&&str> = known.iter().filter(|k| k.starts_with(&inside)).collect();
        if !parts.is_empty() {
            let list = listed(parts.iter().map(|p| **p), ", ");
            found.diagnostic = found.diagnostic.note(format!("it stands for {list}"));
        }
        return Some(found);
    };
    if named.started && !trigger.flow {
        let message = format!("`{name}` is a trigger: only flows are started by hand");
        let help = format!("let happen what starts it, and then `expect fired {name}`");
        return Some(rules::misplaced_clause::RULE.with_help(path, named.span, message, help));
    }
    let (entity, span) = named.subject?;
    if trigger.subject == Some(entity) {
        return None;
    }
    let is = match trigger.subject {
        Some(subject) => format!("is about a `{}`", model.entity_name(subject)),
        None => "is about no record".to_owned(),
    };
    let message = format!("`{name}` {is}, not about a `{}`", model.entity_name(entity));
    Some(rules::type_mismatch::message(path, span, message))
}

/// Whether a name is declared, only that nothing came of it: then that has been said.
fn is_broken(model: &Model, triggers: &BTreeMap<&str, &Trigger>, name: &str) -> bool {
    let runs = |decl| matches!(decl, Decl::Trigger | Decl::Flow(_));
    if let Lookup::Found(full, decl) = model.scope.lookup(None, name) {
        let inside = format!("{}.", short(full));
        return runs(decl)
            || decl == Decl::Apply && !triggers.keys().any(|t| t.starts_with(&inside));
    }
    let Some((owner, _)) = name.rsplit_once('.') else {
        return false;
    };
    let inside = format!("{owner}.");
    matches!(
        model.scope.lookup(None, owner),
        Lookup::Found(_, Decl::Apply)
    ) && !triggers.keys().any(|t| t.starts_with(&inside))
}

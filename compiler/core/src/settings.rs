//! The manifest against what this version of Trig knows and carries out.

use smol_str::SmolStr;
use trig_grammar::Span;

use crate::manifest::Manifest;
use crate::problem::Problem;
use crate::{MANIFEST_PATH, Severity, rules};

/// What the manifest asks for that there is not: rules that do not exist, and settings that nothing obeys yet.
pub(crate) fn check(manifest: &Manifest) -> Vec<Problem> {
    let file = SmolStr::new_static(MANIFEST_PATH);
    let mut problems = Vec::new();
    let warnings: Vec<&str> = rules::ALL
        .iter()
        .filter(|r| r.level == Severity::Warning)
        .map(|r| r.name)
        .collect();
    for (name, level) in &manifest.lints {
        match rules::ALL.iter().find(|r| r.name == name) {
            None => problems.push(rules::unknown_name::problem(
                &file, level.key, "rule", name, &warnings,
            )),
            Some(rule) if rule.level == Severity::Error => {
                problems.push(rules::misplaced_clause::RULE.with_help(
                    &file,
                    level.key,
                    format!("`{name}` is an error whatever its level"),
                    "levels are for warnings",
                ))
            }
            Some(_) => {}
        }
    }
    let mut later = |span: Span, what: &str| {
        problems.push(rules::not_yet_supported::problem(&file, span, what));
    };
    if let Some(locale) = &manifest.project.locale {
        later(locale.span, "`[project] locale`");
    }
    if let Some(host) = manifest.http.allow.first() {
        later(host.span, "`[http] allow`");
    }
    if let Some(retention) = &manifest.daemon.retention {
        later(retention.span, "`[daemon] retention`");
    }
    for connector in manifest.connectors.values() {
        let limits = connector.value.limits;
        if limits.requests.is_some() || limits.per.is_some() || limits.parallel.is_some() {
            later(connector.key, "a limit of `requests`, `per` or `parallel`");
        }
    }
    problems
}

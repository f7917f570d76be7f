//! Takes out the warnings that `allow(rule, "reason")` silences, and finds each `allow` that silences none.

use smol_str::SmolStr;
use trig_grammar::{Span, ast};

use crate::rules;
use crate::{Diagnostic, Severity};

/// An `allow` of a trigger or flow.
pub(crate) struct Allow {
    file: SmolStr,
    /// The declaration in which it stands.
    within: Span,
    /// The name of that declaration.
    name: String,
    rule: String,
    span: Span,
}

/// Every `allow` of a file.
pub(crate) fn collect(path: &SmolStr, file: &ast::File, out: &mut Vec<Allow>) {
    collect_in(path, &file.items, out);
}

fn collect_in(path: &SmolStr, items: &[ast::Item], out: &mut Vec<Allow>) {
    for item in items {
        let (name, clauses) = match &item.kind {
            ast::ItemKind::Trigger(node) => (node.name.as_ref(), &node.clauses),
            ast::ItemKind::Flow(node) => (Some(&node.name), &node.clauses),
            ast::ItemKind::Pipeline(node) => {
                collect_in(path, &node.others, out);
                for stage in &node.stages {
                    collect_in(path, &stage.items, out);
                }
                continue;
            }
            ast::ItemKind::Template(node) => {
                collect_in(path, &node.items, out);
                continue;
            }
            _ => continue,
        };
        for clause in clauses {
            if let ast::ClauseKind::Allow { rule, .. } = &clause.kind {
                out.push(Allow {
                    file: path.clone(),
                    within: item.span,
                    name: name.map_or("this trigger", |n| n.text.as_str()).to_owned(),
                    rule: rule.text.clone(),
                    span: clause.span,
                });
            }
        }
    }
}

impl Allow {
    /// Whether it silences a diagnostic: a warning of its rule whose first place lies in its declaration.
    fn covers(&self, diagnostic: &Diagnostic) -> bool {
        diagnostic.severity == Severity::Warning
            && diagnostic.rule == self.rule
            && diagnostic.labels.first().is_some_and(|label| {
                label.file == self.file
                    && label.start >= self.within.start
                    && label.end <= self.within.end
            })
    }
}

/// Takes out what is allowed. In a project without errors, says which `allow` allows nothing: where there are errors, not
/// every warning has been looked for.
pub(crate) fn apply(diagnostics: &mut Vec<Diagnostic>, allows: &[Allow]) {
    if allows.is_empty() {
        return;
    }
    let failed = diagnostics.iter().any(|d| d.severity == Severity::Error);
    let mut used = vec![false; allows.len()];
    diagnostics.retain(|diagnostic| {
        let mut covered = false;
        for (allow, used) in allows.iter().zip(&mut used) {
            if allow.covers(diagnostic) {
                *used = true;
                covered = true;
            }
        }
        !covered
    });
    if failed {
        return;
    }
    for (allow, _) in allows.iter().zip(used).filter(|(_, used)| !used) {
        let problem =
            rules::unused_allow::problem(&allow.file, allow.span, &allow.rule, &allow.name);
        diagnostics.push(problem.diagnostic);
    }
}

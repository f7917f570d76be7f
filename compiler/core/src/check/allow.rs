//! `allow(rule, "reason")`.

use trig_grammar::{Span, ast};

use super::cx::Cx;
use crate::{Severity, rules};

impl Cx<'_> {
    /// Checks that there is something to allow, and that it says why. What it allows is taken out at the end, when all
    /// warnings are known.
    pub(super) fn allow(&mut self, rule: &ast::Name, reason: Option<&ast::TextLit>, span: Span) {
        if rule.is_missing() {
            return;
        }
        let name = rule.text.as_str();
        match rules::ALL.iter().find(|r| r.name == name) {
            None => {
                let warnings: Vec<&str> = rules::ALL
                    .iter()
                    .filter(|r| r.level == Severity::Warning)
                    .map(|r| r.name)
                    .collect();
                self.report(rules::unknown_name::problem(
                    self.path, rule.span, "rule", name, &warnings,
                ));
            }
            Some(found) if found.level == Severity::Error => {
                self.report(rules::misplaced_clause::RULE.with_help(
                    self.path,
                    rule.span,
                    format!("`{name}` is an error, and errors cannot be allowed"),
                    "mend what it reports; `allow` is for warnings",
                ));
            }
            Some(_) if name == rules::unused_allow::RULE.name => {
                self.report(rules::misplaced_clause::RULE.with_help(
                    self.path,
                    rule.span,
                    format!("`{name}` cannot be allowed"),
                    "leave out the `allow` that allows nothing",
                ));
            }
            Some(_) => {}
        }
        let blank = match reason {
            // a text that is not there has been asked for
            Some(text) if text.span.start == text.span.end => false,
            Some(text) => text.plain().is_some_and(|t| t.trim().is_empty()),
            None => true,
        };
        if blank {
            self.report(rules::missing_clause::RULE.with_help(
                self.path,
                span,
                "`allow` does not say why",
                format!("say it for those who read it later: `allow({name}, \"…\")`"),
            ));
        }
    }
}

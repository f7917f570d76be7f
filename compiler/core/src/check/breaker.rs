//! Breakers.

use trig_grammar::ast;
use trig_ir::{Breaker, BreakerOf, Millis, Type};

use super::cx::Cx;
use super::literal;
use crate::model::{Decl, Lookup, full_name, short};
use crate::rules;

impl Cx<'_> {
    pub(super) fn breaker(&mut self, node: &ast::Breaker) -> Option<Breaker> {
        let name = &node.name;
        if name.is_missing() {
            return None;
        }
        let mut missing = |what: &str, help: &str| {
            self.report(rules::missing_clause::no_part(
                self.path, name.span, &name.text, what, help,
            ));
        };
        if node.over.is_none() {
            missing(
                "how many changes are too many",
                "write `over 25_000 tags changes in 1h`",
            );
        }
        if node.pause.is_none() {
            missing("for how long triggers pause", "write `pause 1h`");
        }
        let of = self.breaker_of(node);
        let over = node.over.as_ref().and_then(|n| {
            let over = n.text.parse().ok().filter(|n: &u32| *n > 0);
            if over.is_none() && !n.text.is_empty() {
                let message = "this must be a whole number from 1 to 4 billion".to_owned();
                self.report(rules::invalid_literal::problem(self.path, n.span, message));
            }
            over
        });
        let window = self.breaker_time(node.window.as_ref());
        let pause = self.breaker_time(node.pause.as_ref());
        Some(Breaker {
            name: full_name(self.catalogue, &name.text),
            loc: self.loc(name.span),
            of: of?,
            over: over?,
            window: window?,
            pause: pause?,
        })
    }

    fn breaker_time(&mut self, lit: Option<&ast::DurationLit>) -> Option<Millis> {
        let lit = lit.filter(|l| !l.parts.is_empty())?;
        let message = match literal::duration(lit) {
            Ok(d) if d >= Millis::SECOND => return Some(d),
            Ok(_) => "this must be at least a second".to_owned(),
            Err(message) => message,
        };
        self.report(rules::invalid_literal::problem(
            self.path, lit.span, message,
        ));
        None
    }

    /// `tags changes`: of the fields of this name. `field changes`: of all but tags.
    fn breaker_of(&mut self, node: &ast::Breaker) -> Option<BreakerOf> {
        // that one is missing, the syntax error says
        let of = node.of.as_ref()?;
        if of.is_missing() {
            return None;
        }
        let text = of.text();
        if text == "field" || text == "fields" {
            return Some(BreakerOf::AnyField);
        }
        let mut known = vec!["field"];
        for entity in &self.model.entities {
            for field in &entity.fields {
                if field.name == text && !matches!(field.ty, Type::Stage(_)) {
                    return Some(BreakerOf::Field(field.name.clone()));
                }
                known.push(&field.name);
            }
        }
        if let Lookup::Found(full, Decl::Entity(_)) = self.model.scope.lookup(self.catalogue, &text)
        {
            let name = short(full).to_owned();
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                of.span,
                format!("a breaker counts changes of fields, and `{name}` is an entity"),
                "write `tags changes`, another field's name, or `field changes` for all but tags",
            ));
            return None;
        }
        known.sort_unstable();
        known.dedup();
        let problem = rules::unknown_name::problem(self.path, of.span, "field", &text, &known);
        self.report(problem);
        None
    }
}

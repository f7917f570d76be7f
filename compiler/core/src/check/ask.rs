//! Conditions where they are asked.

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::{ConditionId, Expr, Place, Value};

use super::cx::{Cx, Env, Typed};
use crate::rules;

impl Cx<'_> {
    /// A condition with arguments.
    pub(super) fn ask(
        &mut self,
        env: &Env,
        call: &ast::Call,
        id: ConditionId,
        full: SmolStr,
    ) -> Typed {
        let params = match self.model.condition(id) {
            Some(sig) => sig.params.clone(),
            None => return Typed::poison(),
        };
        for arg in &call.args {
            if let Some(name) = &arg.name {
                self.report(rules::misplaced_clause::problem(
                    self.path,
                    name.span,
                    "a condition takes its arguments by position",
                ));
                return Typed::poison();
            }
        }
        if !self.arity(call, &call.callee.text(), call.args.len(), params.len()) {
            return Typed::poison();
        }
        let args = call
            .args
            .iter()
            .zip(&params)
            .map(|(arg, param)| {
                self.known_value(&param.name, &arg.value);
                let value = self.value(env, &arg.value, &param.ty);
                let empty = match &value {
                    Expr::Const(Value::List(items)) => items.is_empty(),
                    Expr::Const(Value::Set(items)) => items.is_empty(),
                    _ => false,
                };
                if empty {
                    let problem = rules::empty_choice::argument(self.path, arg.span, &param.name);
                    self.report(problem);
                }
                value
            })
            .collect();
        match self.asked(env, call.callee.span, id, &full) {
            Some(place) => Typed::bool(Expr::Condition(id, place, args)),
            None => Typed::poison(),
        }
    }

    /// A condition without arguments.
    pub(super) fn ask_bare(
        &mut self,
        env: &Env,
        span: Span,
        id: ConditionId,
        full: &SmolStr,
    ) -> Typed {
        let params = self.model.condition(id).map_or(0, |c| c.params.len());
        if params > 0 {
            let values = if params == 1 { "a value" } else { "values" };
            let names: Vec<&str> = self
                .model
                .condition(id)
                .map(|c| c.params.iter().map(|p| p.name.as_str()).collect())
                .unwrap_or_default();
            let name = crate::model::short(full);
            let help = format!("write `{name}({})`", names.join(", "));
            let message = format!("`{name}` asks for {values}");
            self.report(rules::type_mismatch::message(self.path, span, message).help(help));
            return Typed::poison();
        }
        match self.asked(env, span, id, full) {
            Some(place) => Typed::bool(Expr::Condition(id, place, Vec::new())),
            None => Typed::poison(),
        }
    }

    /// Of which record a condition is asked; says so where there is none of its kind.
    fn asked(
        &mut self,
        env: &Env,
        span: Span,
        id: ConditionId,
        full: &SmolStr,
    ) -> Option<Option<Place>> {
        let of = self.model.condition(id).and_then(|c| c.subject);
        match (of, env.bare()) {
            (None, _) => Some(None),
            (Some(of), Some((root, subject))) if of == subject => Some(Some(Place::root(root))),
            (Some(of), _) => {
                let message = format!(
                    "`{full}` asks something of a `{}`, and the subject here is {}",
                    self.model.entity_name(of),
                    env.subject.map_or("nothing".to_owned(), |s| format!(
                        "a `{}`",
                        self.model.entity_name(s)
                    )),
                );
                self.report(rules::type_mismatch::message(self.path, span, message));
                None
            }
        }
    }
}

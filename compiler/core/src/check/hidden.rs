//! Variables whose names mean something already.

use trig_grammar::ast;
use trig_ir::Type;

use super::arith::FUNCTIONS;
use super::cx::{Cx, Env};
use crate::model::{Decl, Lookup};
use crate::rules;

/// The words of the language that stand where names do.
const WORDS: &[&str] = &["subject", "event", "old", "now", "today", "unknown"];

impl Cx<'_> {
    /// Says so where a variable, of this type as far as it is known, is called like what is visible.
    pub(super) fn refuse_hidden(&mut self, env: &Env, name: &ast::Name, ty: &Type) {
        let hidden = self
            .word(&name.text)
            .or_else(|| self.visible(env, &name.text))
            .or_else(|| self.value_called(ty, &name.text));
        if let Some(what) = hidden {
            self.report(rules::hidden_name::problem(
                self.path, name.span, &name.text, &what,
            ));
        }
    }

    fn word(&self, name: &str) -> Option<String> {
        if WORDS.contains(&name) {
            return Some("a word of the language".to_owned());
        }
        let function = FUNCTIONS.iter().any(|(function, _)| *function == name);
        function.then(|| format!("the function `{name}`"))
    }

    /// A variant or stage of the variable's own type: where one of that type is asked for, its name would mean both.
    fn value_called(&self, ty: &Type, name: &str) -> Option<String> {
        match ty {
            Type::Enum(id) => {
                let of = self.model.enums.get(id.index())?;
                let found = of.variants.iter().any(|v| v.name == name);
                found.then(|| format!("the variant `{name}` of its own type"))
            }
            Type::Stage(_) | Type::StageOf(_) => {
                let stages = self.model.stages_called(ty, name);
                let stage = stages.first()?;
                Some(format!("the stage `{stage}`"))
            }
            _ => None,
        }
    }

    /// What a name means already where a variable is to be called so.
    fn visible(&self, env: &Env, name: &str) -> Option<String> {
        if self.bound.params.iter().any(|(n, _)| n == name) {
            return Some("a parameter of the template".to_owned());
        }
        self.visible_beside(env, name)
    }

    /// The same, beside parameters of a template.
    pub(super) fn visible_beside(&self, env: &Env, name: &str) -> Option<String> {
        if env.binders.iter().any(|(n, _)| n == name) {
            return Some("another variable".to_owned());
        }
        if let Some(entity) = env.subject.and_then(|s| self.model.entity(s))
            && entity.fields.iter().any(|f| f.name == name)
        {
            return Some(format!(
                "a field of `{}`",
                crate::model::short(&entity.name)
            ));
        }
        if let Some(candidate) = &env.candidate
            && candidate.fields.iter().any(|f| f.name == name)
        {
            return Some(format!("a field of {}", candidate.what));
        }
        match self.model.scope.lookup(self.catalogue, name) {
            Lookup::Found(_, Decl::Entity(id))
                if env.subject == Some(id) || env.outer == Some(id) =>
            {
                Some("the record that the trigger is about".to_owned())
            }
            Lookup::Found(_, Decl::Entity(_)) | Lookup::Missing => None,
            Lookup::Found(_, decl) => Some(decl.kind().to_owned()),
            Lookup::Ambiguous(_) => None,
        }
    }
}

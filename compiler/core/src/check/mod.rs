//! The check of one file: types, and the lowering of what it declares.

mod action;
mod allow;
mod arith;
mod attribute;
mod body;
mod clauses;
mod clock;
mod correlate;
mod cx;
mod delay;
mod duration;
mod expr;
mod fan_out;
mod filter;
mod guards;
mod home;
mod limit;
pub(crate) mod literal;
mod names;
mod operator;
mod pacing;
mod path;
mod pattern;
mod start;
mod subject;
mod text;
mod trigger;
mod until;

use smol_str::SmolStr;
use trig_grammar::ast;
use trig_ir::{Condition, ConditionId, Trigger};

use cx::{Cx, Env};
use home::Home;

use crate::line_index::LineIndex;
use crate::model::{Decl, Lookup, Model, full_name};
use crate::problem::Problem;
use crate::rules;

/// What the check of a file gives.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Checked {
    pub(crate) triggers: Vec<Trigger>,
    pub(crate) conditions: Vec<(ConditionId, Condition)>,
    pub(crate) problems: Vec<Problem>,
}

/// Checks a file against the declarations of its project.
pub(crate) fn check(
    model: &Model,
    catalogue: Option<&'static str>,
    path: &SmolStr,
    text: &str,
    lines: &LineIndex,
    file: &ast::File,
) -> Checked {
    let mut cx = Cx {
        model,
        catalogue,
        path,
        text,
        lines,
        problems: Vec::new(),
    };
    let mut checked = Checked::default();
    // INVARIANT (unclosed): nothing of a file with an unclosed block is compiled
    if !file.unclosed {
        for item in &file.items {
            cx.item(item, &mut checked);
        }
    }
    checked.problems = cx.problems;
    checked
}

impl Cx<'_> {
    fn item(&mut self, item: &ast::Item, out: &mut Checked) {
        use ast::ItemKind as K;
        match &item.kind {
            K::Trigger(node) => out.triggers.extend(self.trigger(node, None)),
            K::Pipeline(node) => self.pipeline(node, out),
            K::Condition(node) => self.condition_item(node, out),
            K::Group(_) => self.later(item, "`group`"),
            K::Feed(_) => self.later(item, "`feed`"),
            K::Known(_) => self.later(item, "`known`"),
            K::Breaker(_) => self.later(item, "`breaker`"),
            K::Flow(_) => self.later(item, "`flow`"),
            K::Template(_) => self.later(item, "`template`"),
            K::Apply(_) => self.later(item, "`apply`"),
            K::Test(_) => self.later(item, "`test`"),
            K::Use(_)
            | K::Extend(_)
            | K::Entity(_)
            | K::Enum(_)
            | K::Event(_)
            | K::Action(_)
            | K::Schedule(_)
            | K::Cooldown(_)
            | K::Bad => {}
        }
    }

    fn later(&mut self, item: &ast::Item, what: &str) {
        self.report(rules::not_yet_supported::problem(
            self.path, item.span, what,
        ));
    }

    fn pipeline(&mut self, node: &ast::Pipeline, out: &mut Checked) {
        let Lookup::Found(_, Decl::Pipeline(id)) =
            self.model.scope.lookup(self.catalogue, &node.name.text)
        else {
            return;
        };
        for item in &node.others {
            self.item(item, out);
        }
        for stage in &node.stages {
            let home = Home {
                pipeline: id,
                stage: stage.name.text.as_str().into(),
            };
            for item in &stage.items {
                match &item.kind {
                    ast::ItemKind::Trigger(node) => {
                        out.triggers.extend(self.trigger(node, Some(&home)))
                    }
                    _ => self.item(item, out),
                }
            }
        }
    }

    fn condition_item(&mut self, node: &ast::Condition, out: &mut Checked) {
        let Lookup::Found(full, Decl::Condition(id)) =
            self.model.scope.lookup(self.catalogue, &node.name.text)
        else {
            return;
        };
        if *full != full_name(self.catalogue, &node.name.text) {
            return;
        }
        let name = full.clone();
        let subject = self.model.condition(id).and_then(|c| c.subject);
        // parameters are not carried out yet, which has been said
        let binders = node
            .params
            .iter()
            .map(|p| (p.name.text.as_str().into(), trig_ir::Type::Any))
            .collect();
        let lenient = subject.is_none() && node.subject.is_some();
        let env = Env {
            subject,
            binders,
            lenient,
            ..Env::default()
        };
        let body = self.condition(&env, &node.body);
        out.conditions.push((
            id,
            Condition {
                name,
                params: 0,
                body,
                loc: self.loc(node.name.span),
            },
        ));
    }
}

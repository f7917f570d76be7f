//! The check of one file: types, and the lowering of what it declares.

mod action;
mod allow;
mod arith;
mod ask;
mod attribute;
mod body;
mod branch;
mod breaker;
mod call;
mod clauses;
mod clock;
mod correlate;
mod create;
mod cx;
mod delay;
mod duration;
mod expect;
mod expr;
mod fan_out;
mod field;
mod filter;
mod flow;
mod format;
mod goal;
mod guards;
mod hidden;
mod home;
mod known;
mod limit;
mod membership;
mod mend;
mod moves;
mod names;
mod operator;
mod pacing;
mod path;
mod pattern;
mod present;
mod send;
mod set;
mod start;
mod subject;
mod template;
pub(crate) mod test;
mod text;
mod trigger;
mod unknown;
mod until;
mod wait;

use smol_str::SmolStr;
use trig_grammar::ast;
use trig_ir::{ActionId, Breaker, Condition, ConditionId, Expr, Trigger};

use cx::{Cx, Env};
use home::Home;
use template::Bound;
pub(crate) use template::{Applied, FileText, Texts};
use test::CheckedTest;

use crate::literal;
use crate::model::{Decl, Lookup, Model, full_name};
use crate::problem::Problem;

/// What the check of a file gives.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Checked {
    pub(crate) triggers: Vec<Trigger>,
    pub(crate) conditions: Vec<(ConditionId, Condition)>,
    /// What templates have become.
    pub(crate) applied: Vec<Applied>,
    pub(crate) breakers: Vec<Breaker>,
    /// What must hold when an action is done.
    pub(crate) sends: Vec<(ActionId, Expr)>,
    pub(crate) tests: Vec<CheckedTest>,
    pub(crate) problems: Vec<Problem>,
}

/// Checks a file against the declarations of its project.
pub(crate) fn check<'a>(
    model: &'a Model,
    catalogue: Option<&'static str>,
    of: FileText<'a>,
    texts: &'a Texts<'a>,
) -> Checked {
    let file = of.file;
    let mut cx = Cx {
        model,
        catalogue,
        path: of.path,
        text: of.text,
        lines: of.lines,
        texts,
        bound: Bound::default(),
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
            K::Breaker(node) => out.breakers.extend(self.breaker(node)),
            K::Action(node) => out.sends.extend(self.action_when(node)),
            K::Flow(node) => out.triggers.extend(self.flow(node)),
            K::Template(node) => self.template(node),
            K::Apply(node) => self.apply(node, None, out),
            K::Test(node) => out.tests.extend(self.test(node, item.span)),
            K::Use(_)
            | K::Extend(_)
            | K::Entity(_)
            | K::Enum(_)
            | K::Group(_)
            | K::Event(_)
            | K::Feed(_)
            | K::Known(_)
            | K::Schedule(_)
            | K::Cooldown(_)
            | K::Bad => {}
        }
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
                    ast::ItemKind::Apply(node) => self.apply(node, Some(&home), out),
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
        let params = self
            .model
            .condition(id)
            .map(|c| c.params.as_slice())
            .unwrap_or_default();
        let mut binders: Vec<(SmolStr, trig_ir::Type)> = Vec::new();
        for param in params {
            let outer = Env {
                subject,
                ..Env::default()
            };
            let at = node.params.iter().find(|p| p.name.text == param.name);
            if let Some(at) = at {
                self.refuse_hidden(&outer, &at.name, &param.ty);
            }
            binders.push((param.name.clone(), param.ty.clone()));
        }
        let params = u32::try_from(binders.len()).unwrap_or(u32::MAX);
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
                params,
                body,
                loc: self.loc(node.name.span),
            },
        ));
    }
}

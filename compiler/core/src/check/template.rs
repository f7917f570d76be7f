//! Templates: what each `apply` makes of them.
//!
//! A template is checked once for each `apply`, its parameters bound to that one's constants, and lowered to triggers of
//! the apply's name. What is wrong inside is said once, however often it is applied. A template that nothing applies
//! is checked with a value of each parameter's type.

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::{Expr, Money, StageName, Trigger, Type, Value};

use super::Checked;
use super::cx::{Cx, Env, Typed};
use super::home::Home;
use crate::line_index::LineIndex;
use crate::literal;
use crate::model::{Decl, MOST_MADE, Model, ParamDefault, TemplateSig, part_name};
use crate::problem::Problem;
use crate::rules;

/// A text of the project, by its path: templates may stand in other files than what applies them.
pub(crate) type Texts<'a> = dyn Fn(&str) -> Option<FileText<'a>> + 'a;

/// A text of the project, and its tree.
#[derive(Clone, Copy)]
pub(crate) struct FileText<'a> {
    pub(crate) path: &'a SmolStr,
    pub(crate) text: &'a str,
    pub(crate) lines: &'a LineIndex,
    pub(crate) file: &'a ast::File,
}

/// What an `apply` makes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Applied {
    /// The name after `as`, in the file of the `apply`.
    pub(crate) name: ast::Name,
    /// The triggers, and the paths of the files in which their templates stand.
    pub(crate) triggers: Vec<(SmolStr, Trigger)>,
    /// What is wrong inside of the template.
    pub(crate) problems: Vec<Problem>,
    /// How many triggers and templates it has gone through.
    steps: usize,
    /// At so many steps it ends.
    most: usize,
}

/// So many templates stand inside one another at most.
const MOST_NESTED: usize = 64;

/// What stands for the parameters while a template is checked.
#[derive(Default)]
pub(super) struct Bound {
    pub(super) params: Vec<(SmolStr, Typed)>,
    /// The values are only examples: nothing applies the template.
    pub(super) sample: bool,
    /// The templates that are being applied, the outermost first.
    applying: Vec<SmolStr>,
}

impl<'a> Cx<'a> {
    /// The value that a path names, where it is a parameter of the template that is being checked.
    pub(super) fn param(&self, path: &ast::Path) -> Option<&Typed> {
        let name = path.single()?;
        let mut params = self.bound.params.iter();
        params
            .find(|(n, _)| *n == name.text)
            .map(|(_, typed)| typed)
    }

    /// A literal, or a parameter of the template, which stands for one.
    pub(super) fn constant(
        &self,
        expr: &ast::Expr,
    ) -> Result<Option<(Value, Type)>, (Span, String)> {
        if let ast::ExprKind::Path(path) = &expr.kind
            && let Some(typed) = self.param(path)
            && let Expr::Const(value) = &typed.expr
        {
            return Ok(Some((value.clone(), typed.ty.clone())));
        }
        literal::constant(expr)
    }

    /// A template where it is declared: its shape; all of it, where nothing applies it.
    pub(super) fn template(&mut self, node: &ast::Template) {
        let Some(sig) = self.template_sig(&node.name) else {
            return;
        };
        self.template_shape(node);
        for param in &node.params {
            let ty = sig.params.iter().find(|p| p.name == param.name.text);
            let ty = ty.map_or(Type::Any, |p| p.ty.clone());
            self.refuse_hidden(&Env::default(), &param.name, &ty);
        }
        if sig.applied {
            return;
        }
        let params = sig.params.iter().map(|p| {
            let value = sample(self.model, &p.ty).map(|v| Typed::constant(v, p.ty.clone()));
            (p.name.clone(), value.unwrap_or_else(Typed::poison))
        });
        let bound = Bound {
            params: params.collect(),
            sample: true,
            applying: vec![sig.name.clone()],
        };
        let outer = std::mem::replace(&mut self.bound, bound);
        let mut made = Applied::of(&node.name, MOST_MADE);
        self.expand(node, &node.name.text, None, None, &mut made);
        self.problems.extend(made.problems);
        self.bound = outer;
    }

    fn template_sig(&self, name: &ast::Name) -> Option<TemplateSig> {
        match self.model.scope.lookup(self.catalogue, &name.text) {
            crate::model::Lookup::Found(_, Decl::Template(i)) => {
                self.model.templates.get(i as usize).cloned()
            }
            _ => None,
        }
    }

    /// One nameless trigger, or named ones.
    fn template_shape(&mut self, node: &ast::Template) {
        let mut names: Vec<&str> = Vec::new();
        let count = node
            .items
            .iter()
            .filter(|i| matches!(i.kind, ast::ItemKind::Trigger(_) | ast::ItemKind::Apply(_)))
            .count();
        if count == 0 && !node.name.is_missing() {
            self.report(rules::missing_clause::no_trigger(
                self.path,
                node.name.span,
                &node.name.text,
            ));
        }
        for item in &node.items {
            let name = match &item.kind {
                ast::ItemKind::Trigger(trigger) => trigger.name.as_ref(),
                ast::ItemKind::Apply(apply) => Some(&apply.name),
                _ => continue,
            };
            match name {
                None if count > 1 => {
                    let span = Span::new(item.span.start, item.span.start + 7);
                    self.report(rules::misplaced_clause::RULE.with_help(
                        self.path,
                        span,
                        "where a template holds several triggers, each needs a name",
                        "name it: `trigger First { … }` becomes `APPLIED.First`",
                    ));
                }
                Some(name) if !name.is_missing() => {
                    if names.contains(&name.text.as_str()) {
                        self.report(rules::duplicate_field::problem(
                            self.path,
                            name.span,
                            "trigger",
                            &name.text,
                            &node.name.text.as_str().into(),
                        ));
                    }
                    names.push(&name.text);
                }
                _ => {}
            }
        }
    }

    /// `apply TEMPLATE(…) as NAME`
    pub(super) fn apply(&mut self, node: &ast::Apply, home: Option<&Home>, out: &mut Checked) {
        // no more than that in a whole file
        let used: usize = out.applied.iter().map(|a| a.steps).sum();
        let most = MOST_MADE.saturating_sub(used);
        let mut made = Applied::of(&node.name, most);
        let was = node.was.as_ref().filter(|w| !w.is_missing());
        self.apply_as(
            node,
            &node.name.text,
            was.map(|w| w.text.as_str()),
            home,
            &mut made,
        );
        if made.steps > most {
            made.triggers.clear();
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                node.template.span,
                "the templates of this file make more than 10,000 triggers",
                "apply fewer templates inside of one another",
            ));
        }
        out.applied.push(made);
    }

    fn apply_as(
        &mut self,
        node: &ast::Apply,
        name: &str,
        was: Option<&str>,
        home: Option<&Home>,
        made: &mut Applied,
    ) {
        let Some((_, i)) = self.declaration(&node.template, "a template", Decl::template) else {
            return;
        };
        let Some(sig) = self.model.templates.get(i as usize).cloned() else {
            return;
        };
        let params = self.template_args(node, &sig);
        if node.name.is_missing() {
            return;
        }
        if self.bound.applying.contains(&sig.name) {
            self.report(rules::misplaced_clause::problem(
                self.path,
                node.template.span,
                format!("`{}` applies itself, and would never end", sig.name),
            ));
            return;
        }
        let Some(text) = (self.texts)(&sig.path).filter(|t| !t.file.unclosed) else {
            return;
        };
        let Some(template) = find(text.file, &sig) else {
            return;
        };
        if self.bound.applying.len() >= MOST_NESTED {
            self.report(rules::misplaced_clause::problem(
                self.path,
                node.template.span,
                format!("templates stand more than {MOST_NESTED} deep inside of one another"),
            ));
            return;
        }
        let mut applying = self.bound.applying.clone();
        applying.push(sig.name.clone());
        let mut inner = Cx {
            model: self.model,
            catalogue: sig.catalogue,
            path: text.path,
            text: text.text,
            lines: text.lines,
            texts: self.texts,
            bound: Bound {
                params,
                sample: self.bound.sample,
                applying,
            },
            problems: Vec::new(),
        };
        inner.expand(template, name, was, home, made);
        made.problems.append(&mut inner.problems);
    }

    /// Lowers what a template holds.
    fn expand(
        &mut self,
        node: &ast::Template,
        name: &str,
        was: Option<&str>,
        home: Option<&Home>,
        made: &mut Applied,
    ) {
        for item in &node.items {
            made.steps += 1;
            if made.steps > made.most {
                return;
            }
            match &item.kind {
                ast::ItemKind::Trigger(trigger) => {
                    let own = trigger.name.as_ref();
                    let part = own.map_or("", |n| n.text.as_str());
                    let mut named = trigger.clone();
                    named.name = Some(ast::Name {
                        span: own
                            .map_or(Span::new(item.span.start, item.span.start + 7), |n| n.span),
                        text: part_name(name, part).into(),
                    });
                    if let Some(mut lowered) = self.trigger(&named, home) {
                        if let (Some(was), None) = (was, &lowered.was) {
                            lowered.was = Some(part_name(was, part));
                        }
                        made.triggers.push((self.path.clone(), lowered));
                    }
                }
                ast::ItemKind::Apply(apply) => {
                    let inner = part_name(name, &apply.name.text);
                    let was = was.map(|w| part_name(w, &apply.name.text));
                    self.apply_as(apply, &inner, was.as_deref(), home, made);
                }
                _ => {}
            }
        }
    }

    /// The values of a template's parameters, in their order.
    fn template_args(&mut self, node: &ast::Apply, sig: &TemplateSig) -> Vec<(SmolStr, Typed)> {
        let mut values: Vec<Option<Typed>> = vec![None; sig.params.len()];
        let mut position = 0;
        let mut too_many = 0;
        for arg in &node.args {
            let at = match &arg.name {
                Some(name) if name.is_missing() => continue,
                Some(name) => {
                    let Some(at) = sig.params.iter().position(|p| p.name == name.text) else {
                        let known: Vec<&str> = sig.params.iter().map(|p| p.name.as_str()).collect();
                        self.report(rules::unknown_argument::problem(
                            self.path, name.span, &sig.name, &name.text, &known,
                        ));
                        continue;
                    };
                    at
                }
                None => {
                    position += 1;
                    position - 1
                }
            };
            let (Some(param), Some(value)) = (sig.params.get(at), values.get_mut(at)) else {
                too_many += 1;
                continue;
            };
            if value.is_some() {
                self.report(rules::unknown_argument::twice(
                    self.path,
                    arg.span,
                    &param.name,
                ));
                continue;
            }
            *value = Some(self.template_arg(&arg.value, &param.name, &param.ty));
        }
        if too_many > 0 {
            let (wanted, found) = (sig.params.len(), position);
            let word = if wanted == 1 { "value" } else { "values" };
            self.report(rules::type_mismatch::message(
                self.path,
                node.template.span,
                format!(
                    "`{}` takes {wanted} {word}, and {found} are given",
                    sig.name
                ),
            ));
        }
        let mut params = Vec::with_capacity(values.len());
        for (param, value) in sig.params.iter().zip(values) {
            let value = match (value, sig.defaults.get(&param.name)) {
                (Some(value), _) => value,
                (None, Some(ParamDefault::Const(value, ty))) => {
                    Typed::constant(value.clone(), ty.clone())
                }
                (None, _) => {
                    let ty = self.model.type_name(&param.ty);
                    self.report(rules::missing_argument::problem(
                        self.path,
                        node.template.span,
                        &sig.name,
                        &param.name,
                        &ty,
                    ));
                    Typed::poison()
                }
            };
            // with an example for what is wrong, nothing inside complains about it once more
            let example = || {
                let value = sample(self.model, &param.ty)?;
                Some(Typed::constant(value, param.ty.clone()))
            };
            let value = match value {
                wrong if wrong.is_poison() => example().unwrap_or(wrong),
                value => value,
            };
            params.push((param.name.clone(), value));
        }
        params
    }

    fn template_arg(&mut self, value: &ast::Expr, name: &str, ty: &Type) -> Typed {
        self.known_value(name, value);
        let env = Env::default();
        let typed = self.expr(&env, value, Some(ty));
        if typed.is_poison() || !self.require_type(value.span, &typed, ty) {
            return Typed::poison();
        }
        self.require_value(&env, value.span, &typed);
        match typed.expr {
            Expr::Const(constant) => Typed::constant(constant, ty.clone()),
            Expr::Neg(inner) => match *inner {
                Expr::Const(positive) => match literal::negative(positive) {
                    Some(negative) => Typed::constant(negative, ty.clone()),
                    None => self.not_constant(value.span),
                },
                _ => self.not_constant(value.span),
            },
            _ => self.not_constant(value.span),
        }
    }

    fn not_constant(&mut self, span: Span) -> Typed {
        self.report(rules::misplaced_clause::problem(
            self.path,
            span,
            "an argument of a template is a constant: the template is filled in before anything happens",
        ));
        Typed::poison()
    }
}

impl Applied {
    fn of(name: &ast::Name, most: usize) -> Self {
        Self {
            name: name.clone(),
            triggers: Vec::new(),
            problems: Vec::new(),
            steps: 0,
            most,
        }
    }
}

/// The tree of a template, in the file in which it stands.
fn find<'f>(file: &'f ast::File, sig: &TemplateSig) -> Option<&'f ast::Template> {
    file.items.iter().find_map(|item| match &item.kind {
        ast::ItemKind::Template(node)
            if crate::model::full_name(sig.catalogue, &node.name.text) == sig.name =>
        {
            Some(node)
        }
        _ => None,
    })
}

/// Some value of a type; `None` where there is none.
fn sample(model: &Model, ty: &Type) -> Option<Value> {
    Some(match ty {
        Type::Bool => Value::Bool(true),
        Type::Int => Value::Int(1),
        Type::Decimal => Value::Decimal(1.into()),
        Type::Money => Value::Money(Money {
            currency: model.project.currency.clone().unwrap_or("USD".into()),
            amount: 1.into(),
        }),
        Type::Text => Value::Text("text".into()),
        Type::Url => Value::Text("https://example.com".into()),
        Type::Date => Value::Date(trig_ir::Date::constant(2026, 1, 1)),
        Type::Time => Value::Time(trig_ir::Time::constant(9, 0, 0, 0)),
        Type::DateTime => Value::DateTime(trig_ir::Timestamp(0)),
        Type::Duration => Value::Duration(trig_ir::Millis::DAY),
        Type::Weekday => Value::Weekday(1),
        Type::User => Value::User("user".into()),
        Type::Tag => Value::Tag("tag".into()),
        Type::Enum(id) => {
            let of = model.enums.get(id.index())?;
            Value::Variant(of.variants.first()?.name.clone())
        }
        Type::Stage(entity) => {
            let (_, pipeline) = model.pipelines_of(*entity).next()?;
            stage(pipeline)?
        }
        Type::StageOf(id) => stage(model.pipeline(*id)?)?,
        Type::List(of) => Value::List(vec![sample(model, of)?]),
        Type::Set(of) => Value::Set([sample(model, of)?].into_iter().collect()),
        Type::Receiver | Type::Entity(_) | Type::Any => return None,
    })
}

fn stage(pipeline: &trig_ir::Pipeline) -> Option<Value> {
    Some(Value::Stage(StageName {
        pipeline: pipeline.name.clone(),
        stage: pipeline.stages.first()?.name.clone(),
    }))
}

//! Guards as formulas: expressions of the IR, with each place that they read a variable.

mod atom;
mod place;
mod schedule;
mod term;

use std::collections::BTreeMap;

use smol_str::SmolStr;
use trig_ir::{ActorKind, CompareOp, Expr, Function, HasOp, Ir, Place, Test, TextOp, Value};

pub use place::{Frame, Spot};
pub use schedule::Schedules;

use crate::formula::{Decl, Domain, Formula, Pred, Var};
use crate::search::Vars;
use crate::text::{Lang, url_like};
use term::Term;

/// What a variable stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// The value at a place.
    Value(Spot),
    /// The URL at a place, as `like` compares it.
    Url(Spot),
    /// Who caused the event.
    By,
    /// The instant of evaluation, in milliseconds since 1970: by the number of its frame.
    Now(u32),
    /// Something that is not looked into, as text.
    Opaque(String),
}

/// Turns guards into formulas. Guards of one `Guards` share their variables: where two read the same place of the same
/// event, they read the same value.
pub struct Guards<'i> {
    ir: &'i Ir,
    vars: Vars,
    meanings: Vec<Meaning>,
    known: BTreeMap<Meaning, Var>,
    schedules: &'i Schedules<'i>,
}

/// Where an expression stands: its frame; inside a condition, the record of which it is asked and the arguments.
#[derive(Clone, Copy)]
struct Env<'e> {
    frame: &'e Frame<'e>,
    inside: Option<&'e Inside<'e>>,
}

struct Inside<'e> {
    subject: Option<Spot>,
    args: &'e [Expr],
    outside: Env<'e>,
    depth: u32,
}

/// Conditions that ask conditions are followed so deep.
const DEEPEST: u32 = 64;
/// An expression of more alternatives is not looked into.
const MOST_CASES: usize = 64;

impl<'i> Guards<'i> {
    /// Guards of the project whose schedules these are. The clock may stand anywhere.
    pub fn new(schedules: &'i Schedules<'i>) -> Self {
        Self {
            ir: schedules.ir(),
            vars: Vars::default(),
            meanings: Vec::new(),
            known: BTreeMap::new(),
            schedules,
        }
    }

    /// The variables of all formulas so far.
    pub fn vars(&self) -> &Vars {
        &self.vars
    }

    /// What a variable stands for.
    pub fn meaning(&self, var: Var) -> Option<&Meaning> {
        self.meanings.get(usize::try_from(var.0).ok()?)
    }

    /// The formula of a guard's test.
    pub fn test(&mut self, test: &Test, frame: &Frame<'_>) -> Formula {
        match test {
            Test::By(kinds) => {
                let which = kinds.iter().map(|kind| actor(*kind)).collect();
                let var = self.var(Meaning::By, Domain::Finite(4), false);
                Formula::Atom(var, Pred::OneOf(which))
            }
            Test::Expr(expr) => self.expr(expr, frame),
        }
    }

    /// The formula of a truth value.
    pub fn expr(&mut self, expr: &Expr, frame: &Frame<'_>) -> Formula {
        let env = Env {
            frame,
            inside: None,
        };
        self.holds(expr, env)
    }

    fn var(&mut self, meaning: Meaning, domain: Domain, optional: bool) -> Var {
        if let Some(var) = self.known.get(&meaning) {
            return *var;
        }
        let opaque = matches!(meaning, Meaning::Opaque(_));
        let var = self.vars.declare(Decl {
            domain,
            optional,
            opaque,
        });
        self.meanings.push(meaning.clone());
        self.known.insert(meaning, var);
        var
    }

    fn opaque(&mut self, text: String) -> Formula {
        let var = self.var(Meaning::Opaque(text), Domain::Truth, false);
        Formula::Atom(var, Pred::True)
    }

    /// An expression that is not looked into: the same one, of the same things, is the same.
    fn closed(&mut self, expr: &Expr, env: Env<'_>) -> Formula {
        let text = env.describe(expr);
        self.opaque(text)
    }

    fn holds(&mut self, expr: &Expr, env: Env<'_>) -> Formula {
        match expr {
            Expr::Const(value) => Formula::constant(*value == Value::Bool(true)),
            Expr::And(all) => Formula::And(all.iter().map(|e| self.holds(e, env)).collect()),
            Expr::Or(all) => Formula::Or(all.iter().map(|e| self.holds(e, env)).collect()),
            Expr::Not(inner) => self.holds(inner, env).not(),
            Expr::Compare(op @ (CompareOp::Eq | CompareOp::Ne), a, b)
                if let (Expr::Call(Function::Currency, of), Expr::Const(Value::Text(currency)))
                | (Expr::Const(Value::Text(currency)), Expr::Call(Function::Currency, of)) =
                    (&**a, &**b)
                    && let [amount] = of.as_slice() =>
            {
                let whole = |guards: &mut Self| guards.closed(expr, env);
                let is = |guards: &mut Self, v: &Term| {
                    let is = guards.is_of_currency(v, currency)?;
                    Some(if *op == CompareOp::Eq { is } else { is.not() })
                };
                self.each(amount, env, &is, &whole)
            }
            Expr::Compare(op, a, b) => {
                let whole = |guards: &mut Self| guards.closed(expr, env);
                self.pairs(a, b, env, &|guards, a, b| guards.compare(*op, a, b), &whole)
            }
            Expr::Between { value, low, high } => {
                let above = Expr::Compare(CompareOp::Ge, value.clone(), low.clone());
                let below = Expr::Compare(CompareOp::Le, value.clone(), high.clone());
                self.holds(&above, env).and(self.holds(&below, env))
            }
            Expr::In(value, of) => {
                let whole = |guards: &mut Self| guards.closed(expr, env);
                self.pairs(
                    value,
                    of,
                    env,
                    &|guards, v, of| guards.contains(of, v),
                    &whole,
                )
            }
            Expr::Has(op, of, what) => {
                let whole = |guards: &mut Self| guards.closed(expr, env);
                self.pairs(
                    of,
                    what,
                    env,
                    &|guards, of, what| guards.has(*op, of, what),
                    &whole,
                )
            }
            Expr::InStages(value, stages) => {
                let whole = |guards: &mut Self| guards.closed(expr, env);
                self.each(
                    value,
                    env,
                    &|guards, v| guards.in_stages(v, &|s| stages.contains(s)),
                    &whole,
                )
            }
            Expr::InPipeline(value, id) => {
                let name = self.ir.pipelines.get(id.index()).map(|p| p.name.clone());
                let whole = |guards: &mut Self| guards.closed(expr, env);
                let test = |guards: &mut Self, v: &Term| {
                    guards.in_stages(v, &|stage| Some(&stage.pipeline) == name.as_ref())
                };
                self.each(value, env, &test, &whole)
            }
            Expr::IsEmpty(value) => {
                let whole = |guards: &mut Self| guards.closed(expr, env);
                self.each(value, env, &|guards, v| guards.is_empty(v), &whole)
            }
            Expr::Text(op, value, part) => {
                let whole = |guards: &mut Self| guards.closed(expr, env);
                self.pairs(
                    value,
                    part,
                    env,
                    &|guards, v, p| guards.text(*op, v, p),
                    &whole,
                )
            }
            Expr::Condition(id, of, args) => self.condition(*id, of.as_ref(), args, env),
            Expr::Open(id) => {
                let Some(open) = self.schedules.open(*id) else {
                    return self.closed(expr, env);
                };
                let now = self.var(Meaning::Now(env.frame.epoch), Domain::Whole, false);
                Formula::Atom(now, Pred::Within(open.clone()))
            }
            Expr::Load(_) | Expr::If(..) | Expr::OrElse(..) => {
                let whole = |guards: &mut Self| guards.closed(expr, env);
                self.each(expr, env, &|guards, v| guards.is_true(v), &whole)
            }
            _ => self.closed(expr, env),
        }
    }

    /// A test of a value, in each case of what the value may be.
    fn each(
        &mut self,
        value: &Expr,
        env: Env<'_>,
        test: &dyn Fn(&mut Self, &Term) -> Option<Formula>,
        whole: &dyn Fn(&mut Self) -> Formula,
    ) -> Formula {
        let Some(cases) = self.terms(value, env) else {
            return whole(self);
        };
        let mut any = Vec::new();
        for (when, term) in cases {
            let Some(holds) = test(self, &term) else {
                return whole(self);
            };
            any.push(when.and(holds));
        }
        one_of(any)
    }

    fn pairs(
        &mut self,
        a: &Expr,
        b: &Expr,
        env: Env<'_>,
        test: &dyn Fn(&mut Self, &Term, &Term) -> Option<Formula>,
        whole: &dyn Fn(&mut Self) -> Formula,
    ) -> Formula {
        let both = self.terms(a, env).zip(self.terms(b, env));
        let Some((first, second)) = both.filter(|(a, b)| a.len() * b.len() <= MOST_CASES) else {
            return whole(self);
        };
        let mut any = Vec::new();
        for (when, a) in &first {
            for (and, b) in &second {
                let Some(holds) = test(self, a, b) else {
                    return whole(self);
                };
                any.push(when.clone().and(and.clone()).and(holds));
            }
        }
        one_of(any)
    }

    fn condition(
        &mut self,
        id: trig_ir::ConditionId,
        of: Option<&Place>,
        args: &[Expr],
        env: Env<'_>,
    ) -> Formula {
        let ir = self.ir;
        let depth = env.inside.map_or(0, |inside| inside.depth + 1);
        let whole = |guards: &mut Self| {
            guards.closed(&Expr::Condition(id, of.cloned(), args.to_vec()), env)
        };
        let Some(condition) = ir.conditions.get(id.index()).filter(|_| depth < DEEPEST) else {
            return whole(self);
        };
        let subject = match of.map(|of| env.spot(of)) {
            Some(None) => return whole(self),
            Some(Some(spot)) => Some(spot),
            None => None,
        };
        let inside = Inside {
            subject,
            args,
            outside: env,
            depth,
        };
        let env = Env {
            frame: env.frame,
            inside: Some(&inside),
        };
        self.holds(&condition.body, env)
    }

    fn text(&mut self, op: TextOp, value: &Term, part: &Term) -> Option<Formula> {
        let parts = match part {
            Term::Const(Value::List(parts)) if op == TextOp::ContainsAny => parts.clone(),
            Term::Const(part) => vec![part.clone()],
            Term::At(..) => return None,
        };
        let mut texts: Vec<SmolStr> = Vec::new();
        for part in &parts {
            match part {
                Value::Text(text) | Value::Tag(text) | Value::User(text) => {
                    texts.push(text.clone())
                }
                value if value.is_empty() => {}
                _ => return None,
            }
        }
        // a test for nothing is false
        texts.retain(|text| !text.is_empty());
        if texts.is_empty() {
            return Some(Formula::FALSE);
        }
        let Term::At(spot, ty, optional) = value else {
            let Term::Const(value) = value else {
                return None;
            };
            return value.is_empty().then_some(Formula::FALSE);
        };
        let is_url = matches!(ty, trig_ir::Type::Url);
        if op == TextOp::Like {
            if !is_url {
                return None;
            }
            let lang = texts
                .iter()
                .map(|text| url_like(text))
                .collect::<Option<Vec<_>>>()?;
            let there = self.var(Meaning::Value(spot.clone()), Domain::Text, *optional);
            let url = self.var(Meaning::Url(spot.clone()), Domain::Text, false);
            let empty = Formula::Atom(there, Pred::Empty);
            return Some(
                empty
                    .not()
                    .and(Formula::Atom(url, Pred::Text(Lang::any(lang)))),
            );
        }
        if !is_url && !matches!(ty, trig_ir::Type::Text) {
            return None;
        }
        let var = self.var(Meaning::Value(spot.clone()), Domain::Text, *optional);
        let lang = texts.iter().map(|text| match op {
            TextOp::StartsWith => Lang::starts_with(text),
            TextOp::EndsWith => Lang::ends_with(text),
            _ => Lang::contains(text),
        });
        Some(Formula::Atom(var, Pred::Text(Lang::any(lang))))
    }

    fn has(&mut self, op: HasOp, of: &Term, what: &Term) -> Option<Formula> {
        let Term::Const(what) = what else {
            return match op {
                HasOp::One => self.contains(of, what),
                _ => None,
            };
        };
        let elements = match what {
            Value::List(items) if op != HasOp::One => items.clone(),
            value if value.is_empty() => Vec::new(),
            value => vec![value.clone()],
        };
        if op == HasOp::One && elements.is_empty() {
            return None;
        }
        let mut all = Vec::new();
        for element in elements {
            all.push(self.contains(of, &Term::Const(element))?);
        }
        Some(match op {
            HasOp::One | HasOp::All => Formula::And(all),
            HasOp::Any => Formula::Or(all),
            HasOp::None => Formula::Or(all).not(),
        })
    }
}

fn actor(kind: ActorKind) -> u32 {
    match kind {
        ActorKind::Customer => 0,
        ActorKind::User => 1,
        ActorKind::Api => 2,
        ActorKind::Automation => 3,
    }
}

fn one_of(mut any: Vec<Formula>) -> Formula {
    match any.len() {
        1 => any.swap_remove(0),
        _ => Formula::Or(any),
    }
}

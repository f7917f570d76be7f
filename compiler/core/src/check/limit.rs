//! `once`, `cooldown` and `limit`, and the keys by which they count.

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::{Limit, LimitKind, LimitWindow, Millis, Period, Place, Root};

use super::clauses::Clauses;
use super::cx::{Cx, Env};
use crate::model::{CooldownSig, Decl};
use crate::rules;

impl Cx<'_> {
    /// Lowers `once`, `cooldown` and `limit`; `name` is the trigger's.
    pub(super) fn limits(&mut self, env: &Env, c: &Clauses<'_>, name: &str) -> Vec<Limit> {
        let once = c
            .once
            .and_then(|(clause, span)| self.once(env, clause, span, name));
        let cooldown = c
            .cooldown
            .and_then(|(what, per, span)| self.cooldown(env, what, per, span, name));
        let limit = c
            .limit
            .and_then(|(clause, span)| self.limit(env, clause, span, name));
        [once, cooldown, limit].into_iter().flatten().collect()
    }

    fn once(&mut self, env: &Env, clause: &ast::Clause, span: Span, name: &str) -> Option<Limit> {
        let ast::ClauseKind::Once { per, each } = &clause.kind else {
            return None;
        };
        let key = self.key(env, per.as_ref().map(|key| key.paths.as_slice()))?;
        Some(Limit {
            loc: self.loc(span),
            name: name.into(),
            kind: LimitKind::Once,
            count: 1,
            window: each.map_or(LimitWindow::Ever, |p| LimitWindow::Calendar(period(p))),
            key,
            wait: false,
        })
    }

    fn limit(&mut self, env: &Env, clause: &ast::Clause, span: Span, name: &str) -> Option<Limit> {
        let ast::ClauseKind::Limit {
            count,
            window,
            per,
            wait,
        } = &clause.kind
        else {
            return None;
        };
        let window = match window {
            ast::LimitWindow::In(lit) => self
                .duration(lit, "write in which time it counts: `limit 3 in 1d`")
                .map(LimitWindow::Sliding),
            ast::LimitWindow::Each(p) => Some(LimitWindow::Calendar(period(*p))),
            ast::LimitWindow::Missing => None,
        };
        let key = self.key(env, per.as_ref().map(|key| key.paths.as_slice()));
        // a number that is missing has no width, and has been said
        let number = match count.text.parse::<u32>() {
            _ if count.span.start == count.span.end => None,
            Ok(n @ 1..) => Some(n),
            Ok(_) => {
                self.report(rules::invalid_literal::RULE.with_help(
                    self.path,
                    count.span,
                    "a limit of 0 never lets anything through",
                    "write `disabled` to switch a trigger off",
                ));
                None
            }
            Err(_) => {
                self.report(rules::invalid_literal::problem(
                    self.path,
                    count.span,
                    "a limit is a whole number of at most nine digits".to_owned(),
                ));
                None
            }
        };
        Some(Limit {
            loc: self.loc(span),
            name: name.into(),
            kind: LimitKind::Limit,
            count: number?,
            window: window?,
            key: key?,
            wait: *wait,
        })
    }

    fn cooldown(
        &mut self,
        env: &Env,
        what: &ast::CooldownRef,
        per: Option<&ast::Key>,
        span: Span,
        trigger: &str,
    ) -> Option<Limit> {
        let (name, window, key) = match what {
            ast::CooldownRef::Duration(expr) => {
                let window =
                    self.constant_duration(expr, "cooldown", ", or the name of a shared one");
                if window == Some(Millis::default()) {
                    self.report(rules::invalid_literal::RULE.with_help(
                        self.path,
                        expr.span,
                        "a duration of zero is none",
                        "leave `cooldown` out, or write how long it lasts: `cooldown 1d`",
                    ));
                }
                let key = self.key(env, per.map(|key| key.paths.as_slice()))?;
                (SmolStr::from(trigger), window?, key)
            }
            ast::CooldownRef::Shared(path) if self.param(path).is_some() => {
                let typed = self.param(path).cloned()?;
                if !self.require_type(path.span, &typed, &trig_ir::Type::Duration) {
                    return None;
                }
                let trig_ir::Expr::Const(trig_ir::Value::Duration(window)) = typed.expr else {
                    return None;
                };
                let key = self.key(env, per.map(|key| key.paths.as_slice()))?;
                (SmolStr::from(trigger), window, key)
            }
            ast::CooldownRef::Shared(path) => {
                let sig = self.shared_cooldown(path)?;
                if let Some(key) = per {
                    self.report(rules::misplaced_clause::problem(
                        self.path,
                        key.span,
                        "a shared cooldown says itself per what it counts",
                    ));
                }
                let paths: Option<Vec<ast::Path>> = sig.per.as_ref().map(|per| {
                    let paths = per.iter().map(|names| as_path(names, path.span));
                    paths.collect()
                });
                let before = self.problems.len();
                let key = self.key(env, paths.as_deref());
                for problem in self.problems.iter_mut().skip(before) {
                    let per = paths.iter().flatten().map(|p| format!("`{}`", p.text()));
                    let per = per.collect::<Vec<_>>().join(" and ");
                    let note = format!("the shared cooldown `{}` counts per {per}", sig.name);
                    problem.diagnostic.notes.push(note);
                }
                let key = key?;
                (sig.name.clone(), sig.window, key)
            }
        };
        Some(Limit {
            loc: self.loc(span),
            name,
            kind: LimitKind::Cooldown,
            count: 1,
            window: LimitWindow::Sliding(window),
            key,
            wait: false,
        })
    }

    fn shared_cooldown(&mut self, path: &ast::Path) -> Option<CooldownSig> {
        let (_, i) = self.declaration(path, "a cooldown", Decl::cooldown)?;
        self.model.cooldowns.get(i as usize).cloned()
    }

    /// A key: places that lead to one value each; left out, the subject.
    fn key(&mut self, env: &Env, per: Option<&[ast::Path]>) -> Option<Vec<Place>> {
        let Some(paths) = per else {
            let subject = env.subject.map(|_| Place::root(Root::Subject));
            return Some(subject.into_iter().collect());
        };
        paths.iter().map(|path| self.key_part(env, path)).collect()
    }

    /// A part of a key: a place that leads to one value.
    pub(super) fn key_part(&mut self, env: &Env, path: &ast::Path) -> Option<Place> {
        if let Some(name) = path.single()
            && ["day", "week", "month", "year"].contains(&name.text.as_str())
        {
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                path.span,
                format!(
                    "`per` says of whom is counted, and `{}` is a time",
                    name.text
                ),
                format!("write `each {}`", name.text),
            ));
            return None;
        }
        let (place, ty, _) = self.place(env, path)?;
        if ty.element().is_some() {
            let ty = self.model.type_name(&ty);
            self.report(rules::type_mismatch::message(
                self.path,
                path.span,
                format!("a key is a single value, and `{}` is a `{ty}`", path.text()),
            ));
            return None;
        }
        Some(place)
    }
}

/// A calendar period.
pub(super) fn period(period: ast::Period) -> Period {
    match period {
        ast::Period::Day => Period::Day,
        ast::Period::Week => Period::Week,
        ast::Period::Month => Period::Month,
        ast::Period::Year => Period::Year,
    }
}

fn as_path(names: &[SmolStr], span: Span) -> ast::Path {
    ast::Path {
        span,
        names: names
            .iter()
            .map(|n| ast::Name {
                span,
                text: n.to_string(),
            })
            .collect(),
    }
}

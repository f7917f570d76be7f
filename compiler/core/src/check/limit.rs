//! Cooldowns, and the keys by which they count.

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::{Limit, LimitKind, LimitWindow, Place, Root, Value};

use super::cx::{Cx, Env};
use crate::model::{CooldownSig, Decl};
use crate::rules;

impl Cx<'_> {
    pub(super) fn cooldown(
        &mut self,
        env: &Env,
        what: &ast::CooldownRef,
        per: Option<&ast::Key>,
        span: Span,
        trigger: &str,
    ) -> Option<Limit> {
        let paths: Vec<ast::Path>;
        let (name, window, per) = match what {
            ast::CooldownRef::Duration(expr) => match self.constant(expr) {
                Ok(Some((Value::Duration(window), _))) => (
                    SmolStr::from(trigger),
                    window,
                    per.map(|key| key.paths.as_slice()),
                ),
                Err((span, message)) => {
                    self.report(rules::invalid_literal::problem(self.path, span, message));
                    return None;
                }
                _ => {
                    if expr.kind != ast::ExprKind::Missing {
                        self.report(rules::misplaced_clause::with_help(
                            self.path,
                            expr.span,
                            "after `cooldown` stands a duration, or the name of a shared one",
                            "write `cooldown 1d`",
                        ));
                    }
                    return None;
                }
            },
            ast::CooldownRef::Shared(path) if self.param(path).is_some() => {
                let typed = self.param(path).cloned()?;
                if !self.require_type(path.span, &typed, &trig_ir::Type::Duration) {
                    return None;
                }
                let trig_ir::Expr::Const(Value::Duration(window)) = typed.expr else {
                    return None;
                };
                (
                    SmolStr::from(trigger),
                    window,
                    per.map(|key| key.paths.as_slice()),
                )
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
                paths = sig
                    .per
                    .iter()
                    .flatten()
                    .map(|names| as_path(names, path.span))
                    .collect();
                (
                    sig.name.clone(),
                    sig.window,
                    sig.per.as_ref().map(|_| paths.as_slice()),
                )
            }
        };
        let key = match per {
            Some(paths) => {
                let mut key = Vec::new();
                for path in paths {
                    key.push(self.key(env, path)?);
                }
                key
            }
            None => env
                .subject
                .map(|_| Place::root(Root::Subject))
                .into_iter()
                .collect(),
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
        let pick = |decl| match decl {
            Decl::Cooldown(i) => Some(i),
            _ => None,
        };
        let (_, i) = self.declaration(path, "a cooldown", pick)?;
        self.model.cooldowns.get(i as usize).cloned()
    }

    /// A key: a place that leads to one value.
    fn key(&mut self, env: &Env, path: &ast::Path) -> Option<Place> {
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

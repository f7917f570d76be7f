//! Actions.

use super::name::missing_path;
use super::{Builder, Kids, MAX_ACTIONS, Node, at, kids, stray, take};
use crate::ast::{Action, ActionKind, Arg, Block, Call, GoalReached, MoveTarget, Path, SetOp};
use crate::parser::Rule;
use crate::span::Span;
use crate::words::{self, ACTIONS, CLAUSES};

impl Builder<'_> {
    /// What follows `do`.
    pub(super) fn do_block(&mut self, inner: &mut Kids<'_>, end: u32) -> Block {
        let Some(node) = inner.next() else {
            return self.no_action(end);
        };
        let span = self.span(&node);
        match node.as_rule() {
            Rule::block => self.block(node),
            Rule::missing_action => self.no_action(span.start),
            rule => {
                if let Some(word) = needs_braces(rule) {
                    self.errors.help(
                        Span::new(span.start, span.start + word.len() as u32),
                        format!("`{word}` cannot follow `do` without braces"),
                        "write `do { … }`",
                    );
                }
                let action = self.action(node);
                Block {
                    span,
                    braces: false,
                    actions: vec![action],
                }
            }
        }
    }

    fn no_action(&mut self, offset: u32) -> Block {
        self.errors.expected("an action or `{`", "`do`", offset);
        Block {
            span: Span::empty(offset),
            braces: false,
            actions: Vec::new(),
        }
    }

    /// Actions between braces.
    pub(super) fn block(&mut self, node: Node<'_>) -> Block {
        let span = self.span(&node);
        let mut inner = kids(node);
        let mut actions = Vec::new();
        while let Some(node) = inner.next_if(|k| k.as_rule() != Rule::missing_close) {
            actions.push(self.action(node));
        }
        self.close(&mut inner, span);
        Block {
            span,
            braces: true,
            actions,
        }
    }

    fn action(&mut self, node: Node<'_>) -> Action {
        self.nesting += 1;
        let span = self.span(&node);
        let kind = if self.nesting > MAX_ACTIONS {
            self.too_many_actions(span);
            ActionKind::Bad
        } else {
            self.action_kind(node, span)
        };
        self.nesting -= 1;
        Action { span, kind }
    }

    fn too_many_actions(&mut self, span: Span) {
        self.errors.help(
            Span::empty(span.start),
            format!("actions nest more than {MAX_ACTIONS} deep"),
            "each `else if` counts; take the inner ones out into a `flow`",
        );
    }

    fn action_kind(&mut self, node: Node<'_>, span: Span) -> ActionKind {
        let end = span.end;
        let rule = node.as_rule();
        if rule == Rule::bad_line {
            self.bad_action(span, node.as_str());
            return ActionKind::Bad;
        }
        let mut inner = kids(node);
        let inner = &mut inner;
        match rule {
            Rule::move_action => self.move_to(inner, end),
            Rule::set_action => self.set(inner, end),
            Rule::create_action => ActionKind::Create {
                entity: self.req_path(inner, "an entity", "`create`", end),
                args: self.action_args(inner),
            },
            Rule::emit_action => ActionKind::Emit {
                event: self.req_path(inner, "an event", "`emit`", end),
                args: self.action_args(inner),
            },
            Rule::start_action => ActionKind::Start {
                flow: self.req_path(inner, "a flow", "`start`", end),
                subject: inner.next().map(|node| self.for_one(node)),
            },
            Rule::stop_action => ActionKind::Stop {
                flow: match take(inner, Rule::this) {
                    Some(_) => None,
                    None => Some(self.req_path(inner, "a flow or `this`", "`stop`", end)),
                },
            },
            Rule::wait_action => self.wait(inner, end),
            Rule::if_action => self.if_action(inner, end),
            Rule::each_action => {
                let each = match take(inner, Rule::for_each) {
                    Some(node) => self.for_each(node),
                    None => return ActionKind::Bad,
                };
                let body = self.req_block(inner, "`for each`", end);
                ActionKind::ForEach { each, body }
            }
            Rule::goal_action => self.goal(inner, end),
            _ => self.call(inner, span),
        }
    }

    fn bad_action(&mut self, span: Span, text: &str) {
        if self.errors.explains(span.start) {
            return;
        }
        let (word, at) = stray(text, span);
        if self.separator(word, at) {
            return;
        }
        if word == "else" {
            self.errors.at(at, "`else` stands after the `}` of an `if`");
        } else if CLAUSES.contains(&word) {
            self.errors.help(
                at,
                format!("`{word}` is a clause and cannot stand among actions"),
                "a clause stands before `do`; to decide among the actions, write `if … { … }`",
            );
        } else {
            self.errors.help(
                at,
                format!("`{word}` is not an action"),
                "an action is a call such as `task.create(…)`, or begins with a word such as `move`, `set` or `wait`",
            );
        }
    }

    /// The arguments of an action: here texts may hold interpolations.
    pub(super) fn action_args(&mut self, inner: &mut Kids<'_>) -> Vec<Arg> {
        let Some(node) = take(inner, Rule::args) else {
            return Vec::new();
        };
        let outer = std::mem::replace(&mut self.interpolates, true);
        let args = self.args(node);
        self.interpolates = outer;
        args
    }

    fn call(&mut self, inner: &mut Kids<'_>, span: Span) -> ActionKind {
        let callee = self.req_path(inner, "an action", "`do`", span.end);
        if at(inner, Rule::missing_args) {
            if !callee.is_missing() {
                self.no_args(&callee);
            }
            let _ = inner.next();
            if inner.peek().is_some() {
                // What follows on the line is explained by the same error.
                return ActionKind::Bad;
            }
        }
        let args = self.action_args(inner);
        ActionKind::Call(Call { span, callee, args })
    }

    /// A name alone is no action.
    fn no_args(&mut self, callee: &Path) {
        let word = callee.text();
        if self.errors.explains(callee.span.start) {
            return;
        }
        match words::near(&word, &[ACTIONS]) {
            Some(near) => self.errors.at(
                callee.span,
                format!("`{word}` is not an action; did you mean `{near}`?"),
            ),
            None => self.errors.help(
                callee.span,
                format!("expected `(` after `{word}`"),
                format!("an action is written with its arguments: `{word}(name: value)`"),
            ),
        }
    }

    fn move_to(&mut self, inner: &mut Kids<'_>, end: u32) -> ActionKind {
        let what = take(inner, Rule::path).map(|node| self.path(&node));
        let early_here = take(inner, Rule::here).map(|node| self.span(&node));
        let said_to = take(inner, Rule::to_word).is_some();
        let to = if let Some(here) = early_here {
            MoveTarget::Here(here)
        } else if let Some(node) = take(inner, Rule::here) {
            MoveTarget::Here(self.span(&node))
        } else if said_to {
            MoveTarget::Stage(self.req_path(inner, "a stage name", "`move to`", end))
        } else {
            let (offset, after) = match &what {
                Some(path) => (path.span.end, format!("`move {}`", path.text())),
                None => (end, "`move`".to_owned()),
            };
            self.errors
                .expected("`to` and a stage name", &after, offset);
            MoveTarget::Stage(missing_path(offset))
        };
        let (mut as_user, mut backwards, mut across) = (None, false, false);
        for node in inner {
            let Span { start, end } = self.span(&node);
            match node.as_rule() {
                Rule::as_part => {
                    let user = self.as_user(&mut kids(node), end);
                    self.set_once(&mut as_user, user, "as", start);
                }
                Rule::backwards => self.mark_once(&mut backwards, "backwards", start),
                _ => self.mark_once(&mut across, "across", start),
            }
        }
        ActionKind::Move {
            what,
            to,
            as_user,
            backwards,
            across,
        }
    }

    fn set(&mut self, inner: &mut Kids<'_>, end: u32) -> ActionKind {
        let (field, op, value) = self.assignment(inner, end);
        ActionKind::Set { field, op, value }
    }

    /// `FIELD = VALUE`, `FIELD += VALUE`, `FIELD -= VALUE`.
    pub(super) fn assignment(
        &mut self,
        inner: &mut Kids<'_>,
        end: u32,
    ) -> (Path, SetOp, crate::ast::Expr) {
        let field = self.req_path(inner, "a field", "`set`", end);
        let Some(op) = take(inner, Rule::set_op) else {
            let offset = if field.is_missing() {
                end
            } else {
                field.span.end
            };
            if !self.errors.explains(offset) {
                let after = format!("`{}`", field.text());
                self.errors.expected("`=`, `+=` or `-=`", &after, offset);
            }
            let value = crate::ast::Expr {
                span: Span::empty(offset),
                kind: crate::ast::ExprKind::Missing,
            };
            return (field, SetOp::Assign, value);
        };
        let word = format!("`{}`", op.as_str());
        let op = set_op(op.as_str());
        let value = self.req_expr(inner, "a value", &word, end);
        (field, op, value)
    }

    fn wait(&mut self, inner: &mut Kids<'_>, end: u32) -> ActionKind {
        if let Some(node) = take(inner, Rule::until_part) {
            let end = self.end(&node);
            let (condition, within) = self.until(&mut kids(node), end);
            return ActionKind::WaitUntil { condition, within };
        }
        ActionKind::Wait(self.req_expr(
            inner,
            "a duration such as `2d`, or `until`,",
            "`wait`",
            end,
        ))
    }

    fn if_action(&mut self, inner: &mut Kids<'_>, end: u32) -> ActionKind {
        let cond = self.req_expr(inner, "a condition", "`if`", end);
        let then = self.req_block(inner, "the condition", end);
        // A chain of `else if` is flat here and nested in the tree; it is built from its end.
        let mut arms = Vec::new();
        let outer = self.nesting;
        while let Some(node) = take(inner, Rule::else_if) {
            let span = self.span(&node);
            self.nesting += 1;
            if self.nesting > MAX_ACTIONS {
                if self.nesting == MAX_ACTIONS + 1 {
                    self.too_many_actions(span);
                }
                continue;
            }
            let mut inner = kids(node);
            let cond = self.req_expr(&mut inner, "a condition", "`if`", span.end);
            let then = self.req_block(&mut inner, "the condition", span.end);
            // The action begins at its `if`.
            let start = self.after_else(span);
            arms.push((Span::new(start, span.end), cond, then));
        }
        let mut otherwise = take(inner, Rule::else_block).map(|node| {
            let end = self.end(&node);
            self.req_block(&mut kids(node), "`else`", end)
        });
        self.nesting = outer;
        while let Some((span, cond, then)) = arms.pop() {
            let span = otherwise.as_ref().map_or(span, |block| span.to(block.span));
            let action = Action {
                span,
                kind: ActionKind::If {
                    cond,
                    then,
                    otherwise,
                },
            };
            otherwise = Some(Block {
                span,
                braces: false,
                actions: vec![action],
            });
        }
        ActionKind::If {
            cond,
            then,
            otherwise,
        }
    }

    /// Where the `if` of an `else if` begins.
    fn after_else(&self, span: Span) -> u32 {
        let start = span.start + "else".len() as u32;
        let comments = &self.scan.comments;
        let mut at = start;
        loop {
            let rest = self
                .text
                .get(at as usize..span.end as usize)
                .unwrap_or_default();
            at += (rest.len() - rest.trim_start().len()) as u32;
            let next = comments.partition_point(|c| c.span.start < at);
            match comments.get(next) {
                Some(comment) if comment.span.start == at => at = comment.span.end,
                _ => return at,
            }
        }
    }

    fn req_block(&mut self, inner: &mut Kids<'_>, after: &str, end: u32) -> Block {
        if let Some(node) = take(inner, Rule::block) {
            return self.block(node);
        }
        let offset = self.hole(inner, Rule::missing_block, end);
        if !self.errors.explains(offset) {
            self.errors.expected("`{`", after, offset);
            if self.errors.last_word() == "then" {
                self.errors
                    .add_help("among actions, write `if … { … } else { … }`".to_owned());
            }
        }
        Block {
            span: Span::empty(offset),
            braces: true,
            actions: Vec::new(),
        }
    }

    fn goal(&mut self, inner: &mut Kids<'_>, end: u32) -> ActionKind {
        let name = self.req_name(inner, "a name", "`goal`", end);
        let was = take(inner, Rule::was_attr).map(|node| self.was_attr(node));
        let reached = match inner.peek().map(|k| k.as_rule()) {
            None => {
                self.errors.help(
                    Span::empty(end),
                    "expected what reaches this goal",
                    "write `goal Name on EVENT` or `goal Name when CONDITION`",
                );
                GoalReached::Missing
            }
            Some(Rule::expr | Rule::missing_expr) => {
                GoalReached::When(self.req_expr(inner, "a condition", "`when`", end))
            }
            Some(_) => GoalReached::On(self.req_pattern(inner, "`on`", end)),
        };
        ActionKind::Goal { name, was, reached }
    }
}

/// How a field is written.
pub(super) fn set_op(text: &str) -> SetOp {
    match text {
        "+=" => SetOp::Add,
        "-=" => SetOp::Remove,
        _ => SetOp::Assign,
    }
}

/// The word of an action that only stands between braces.
fn needs_braces(rule: Rule) -> Option<&'static str> {
    match rule {
        Rule::wait_action => Some("wait"),
        Rule::if_action => Some("if"),
        Rule::each_action => Some("for"),
        Rule::goal_action => Some("goal"),
        _ => None,
    }
}

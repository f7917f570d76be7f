//! What the check of one file works with.

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::{EntityId, Expr, Field, FileId, Loc, Type, Value};

use super::present::Present;
use super::template::{Bound, Texts};
use crate::line_index::LineIndex;
use crate::model::Model;
use crate::problem::Problem;

/// The check of one file.
pub(crate) struct Cx<'a> {
    pub(crate) model: &'a Model,
    /// The catalogue that the file is.
    pub(crate) catalogue: Option<&'static str>,
    pub(crate) path: &'a SmolStr,
    pub(crate) text: &'a str,
    pub(crate) lines: &'a LineIndex,
    /// The other texts, for the templates in them.
    pub(crate) texts: &'a Texts<'a>,
    /// What stands for the parameters of the template that is being checked.
    pub(crate) bound: Bound,
    pub(crate) problems: Vec<Problem>,
}

impl Cx<'_> {
    pub(crate) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// The place of a span. Its file is filled in when the files of the project are put together.
    pub(crate) fn loc(&self, span: Span) -> Loc {
        Loc {
            file: FileId(0),
            line: self.lines.line(span.start),
            start: span.start,
            end: span.end,
        }
    }

    /// The source between two offsets on one line, for traces.
    pub(crate) fn source(&self, span: Span) -> String {
        self.text
            .get(span.range())
            .unwrap_or_default()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// What names are visible where an expression stands.
#[derive(Clone, Default)]
pub(crate) struct Env {
    /// The subject: its fields are visible bare.
    pub(crate) subject: Option<EntityId>,
    /// Whether `old.` is there.
    pub(crate) old: bool,
    /// The event that started the firing, behind `event.`.
    pub(crate) event: Option<EventFields>,
    /// Inside the parentheses of a pattern: its event, whose fields are visible bare.
    pub(crate) candidate: Option<EventFields>,
    /// How events lead to the subject, where the trigger says it.
    pub(crate) via: Option<ast::Path>,
    /// The record before `for each`.
    pub(crate) outer: Option<EntityId>,
    /// In the `where` of a `for each` among actions: its variable, whose fields are visible bare there.
    pub(crate) row: Option<(u32, EntityId)>,
    /// The entity over which the `for each` of the trigger is going to run, where it stands before that.
    pub(crate) element: Option<EntityId>,
    /// The clause in which it stands, where that is looked at later than the event.
    pub(crate) later: Option<&'static str>,
    /// Variables of enclosing `any` and `for each`, and parameters of a condition.
    pub(crate) binders: Vec<(SmolStr, Type)>,
    /// What guards have shown not to be empty.
    pub(crate) present: Present,
    /// The subject could not be made out, which has been said: names that lead nowhere say nothing more.
    pub(crate) lenient: bool,
    /// An event could not be made out, which has been said: what might stand in it says nothing more.
    pub(crate) event_lenient: bool,
}

impl Env {
    /// What a clause sees that is looked at later than the event: neither the event nor the record before it.
    pub(crate) fn later(&self, clause: &'static str) -> Self {
        Self {
            event: None,
            old: false,
            later: Some(clause),
            ..self.clone()
        }
    }
}

/// An event as an expression sees it.
#[derive(Clone, Debug)]
pub(crate) struct EventFields {
    /// For people: `` `message.incoming` ``.
    pub(crate) what: String,
    pub(crate) fields: Vec<Field>,
}

/// An expression with its type.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    pub(crate) expr: Expr,
    pub(crate) ty: Type,
    pub(crate) optional: bool,
}

impl Typed {
    pub(crate) fn new(expr: Expr, ty: Type) -> Self {
        Self {
            expr,
            ty,
            optional: false,
        }
    }

    pub(crate) fn bool(expr: Expr) -> Self {
        Self::new(expr, Type::Bool)
    }

    pub(crate) fn constant(value: Value, ty: Type) -> Self {
        Self::new(Expr::Const(value), ty)
    }

    /// What stands for an expression that is wrong: nothing else complains about it.
    pub(crate) fn poison() -> Self {
        Self {
            expr: Expr::Const(Value::Empty),
            ty: Type::Any,
            optional: false,
        }
    }

    pub(crate) fn is_poison(&self) -> bool {
        self.ty == Type::Any && !self.optional
    }
}

//! Tests: what happens in them. What they expect is in [`super::expect`].

use std::collections::BTreeSet;

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::{
    ActorKind, Answer, EntityId, Expr, Field, Place, Root, SetOp, TestCase, TestRecord, TestStep,
    TestStepKind, Timestamp, Type,
};

use super::call::given;
use super::cx::{Cx, Env};
use super::field::match_field;
use super::literal;
use crate::model::Decl;
use crate::rules;

/// A test, and the names in it that are looked up once all triggers are known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CheckedTest {
    pub(crate) case: TestCase,
    /// Where its title stands.
    pub(crate) title: Span,
    pub(crate) named: Vec<Named>,
}

/// A trigger or flow that a test names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Named {
    pub(crate) name: SmolStr,
    pub(crate) span: Span,
    /// It is started by hand, so it must be a flow.
    pub(crate) started: bool,
    /// The record that it is to be about, and where that stands.
    pub(crate) subject: Option<(EntityId, Span)>,
}

/// The last year that a test's clock may show: what waits is due before there are no more instants.
const LAST_YEAR: i16 = 9998;

/// A test that is being read.
pub(super) struct Reading {
    /// The records so far are its variables.
    pub(super) env: Env,
    pub(super) named: Vec<Named>,
    /// Its time so far. `None`: nothing has happened or was expected yet, so any time may be set.
    now: Option<Timestamp>,
    /// When it began, where it has.
    begins: Option<Timestamp>,
    /// Whether anything has happened that could start something.
    pub(super) happened: bool,
}

impl Cx<'_> {
    pub(super) fn test(&mut self, node: &ast::Test, span: Span) -> Option<CheckedTest> {
        let title = match node.title.plain() {
            Some(title) if !title.trim().is_empty() => title,
            // an empty text where the title is missing has been said
            _ if node.title.span.is_empty() => return None,
            _ => {
                self.report(rules::invalid_literal::problem(
                    self.path,
                    node.title.span,
                    "a test says in its title what it shows".to_owned(),
                ));
                return None;
            }
        };
        let mut reading = Reading {
            env: Env::default(),
            named: Vec::new(),
            now: None,
            begins: None,
            happened: false,
        };
        let mut steps = Vec::with_capacity(node.statements.len());
        let mut broken = false;
        for statement in &node.statements {
            match self.step(&mut reading, statement) {
                Some(kind) => steps.push(TestStep {
                    loc: self.loc(statement.span),
                    text: self.source(statement.span),
                    kind,
                }),
                None => broken = true,
            }
        }
        let expects = |s: &ast::TestStatement| matches!(s.kind, ast::TestStatementKind::Expect(_));
        if !broken && !node.statements.iter().any(expects) {
            self.report(rules::test_without_expect::problem(
                self.path,
                node.title.span,
                &title,
            ));
        }
        Some(CheckedTest {
            case: TestCase {
                title,
                loc: self.loc(span),
                begins: reading.begins.unwrap_or_else(|| self.first_instant()),
                steps,
            },
            title: node.title.span,
            named: reading.named,
        })
    }

    fn step(
        &mut self,
        reading: &mut Reading,
        statement: &ast::TestStatement,
    ) -> Option<TestStepKind> {
        use ast::TestStatementKind as K;
        match &statement.kind {
            K::Given { entity, name, args } => Some(TestStepKind::Given(
                self.test_record(reading, entity, name, args)?,
            )),
            K::Create {
                entity,
                name,
                args,
                by,
            } => {
                reading.begin(self.first_instant());
                let record = self.test_record(reading, entity, name, args)?;
                if let Some(of) = self.model.entity(record.entity) {
                    let fields = of.fields.clone();
                    self.born_with(entity.span, record.entity, &fields, args);
                }
                Some(TestStepKind::Create {
                    record,
                    by: self.by(by.as_ref())?,
                })
            }
            K::Clock { date, time } => self.clock_set(reading, date, time.as_ref(), statement.span),
            K::Answer { action, with } => {
                let found = self.declaration(action, "an action", Decl::action);
                let with = self.answer(with);
                Some(TestStepKind::Answer {
                    action: found?.1,
                    with: with?,
                })
            }
            K::Send { call, by } => {
                reading.begin(self.first_instant());
                self.send(reading, call, by.as_ref())
            }
            K::Set {
                field,
                op,
                value,
                by,
            } => {
                reading.begin(self.first_instant());
                self.test_set(reading, field, *op, value, by.as_ref())
            }
            K::Delete(path) => {
                reading.begin(self.first_instant());
                Some(TestStepKind::Delete(self.test_place(&reading.env, path)?.0))
            }
            K::Start { flow, subject } => {
                reading.begin(self.first_instant());
                self.start_by_hand(reading, flow, subject.as_ref(), statement.span)
            }
            K::Advance(lit) => {
                reading.begin(self.first_instant());
                self.advance(reading, lit)
            }
            K::Expect(expectation) => {
                reading.look(self.first_instant());
                self.expectation(reading, expectation, statement.span)
            }
            K::Bad => None,
        }
    }

    fn test_record(
        &mut self,
        reading: &mut Reading,
        path: &ast::Path,
        name: &ast::Name,
        args: &[ast::Arg],
    ) -> Option<TestRecord> {
        let entity = self.entity(path);
        // its name is known from here on, even where something else is wrong with it
        let slot = u32::try_from(reading.env.binders.len()).unwrap_or(u32::MAX);
        let fields = entity.and_then(|id| {
            let entity = self.model.entity(id)?;
            Some((entity.name.clone(), entity.fields.clone()))
        });
        let lowered = fields.map(|(owner, fields)| {
            let (unknown, rest): (Vec<&ast::Arg>, Vec<&ast::Arg>) =
                args.iter().partition(|arg| is_unknown(arg));
            let rest: Vec<ast::Arg> = rest.into_iter().cloned().collect();
            let lowered = self.test_values(reading, &owner, &fields, &rest);
            let unknown = self.unknown_fields(&owner, &fields, &unknown, &rest);
            (lowered, unknown)
        });
        if name.is_missing() {
            return None;
        }
        let ty = entity.map_or(Type::Any, Type::Entity);
        self.refuse_hidden(&reading.env, name, &ty);
        reading.env.binders.push((name.text.as_str().into(), ty));
        let (fields, unknown) = lowered?;
        Some(TestRecord {
            slot,
            name: name.text.as_str().into(),
            entity: entity?,
            fields,
            unknown,
        })
    }

    /// The fields that are said not to be known.
    fn unknown_fields(
        &mut self,
        owner: &SmolStr,
        fields: &[Field],
        unknown: &[&ast::Arg],
        known: &[ast::Arg],
    ) -> Vec<SmolStr> {
        let mut seen: BTreeSet<&str> = known
            .iter()
            .filter_map(|a| a.name.as_ref())
            .map(|n| n.text.as_str())
            .collect();
        let mut names = Vec::new();
        for name in unknown.iter().filter_map(|arg| arg.name.as_ref()) {
            if !seen.insert(&name.text) {
                self.report(rules::unknown_argument::twice(
                    self.path, name.span, &name.text,
                ));
            } else if let Some((field, _)) = match_field(fields, std::slice::from_ref(name)) {
                names.push(field.name.clone());
            } else {
                let known: Vec<&str> = fields.iter().map(|f| f.name.as_str()).collect();
                self.report(rules::unknown_argument::problem(
                    self.path, name.span, owner, &name.text, &known,
                ));
            }
        }
        names
    }

    /// Named values against declared fields. Any of them may be `empty`, as in the world outside.
    pub(super) fn test_values(
        &mut self,
        reading: &Reading,
        owner: &SmolStr,
        fields: &[Field],
        args: &[ast::Arg],
    ) -> Vec<(SmolStr, Expr)> {
        // records in a list make no constant, so no set: over the wire both are lists
        let is_list = |a: &&ast::Arg| matches!(a.value.kind, ast::ExprKind::List(_));
        let lists: Vec<ast::Arg> = args.iter().filter(is_list).cloned().collect();
        let loosen = |field: &Field| {
            let mut loose = field.clone();
            loose.optional = true;
            if let Type::Set(of) = &field.ty
                && given(fields, &lists, field)
            {
                loose.ty = Type::List(of.clone());
            }
            loose
        };
        let fields: Vec<Field> = fields.iter().map(loosen).collect();
        self.arguments(&reading.env, owner, &fields, args, false)
    }

    fn by(&mut self, name: Option<&ast::Name>) -> Option<Option<ActorKind>> {
        match name {
            None => Some(None),
            Some(name) => {
                let actors = self.actors(std::slice::from_ref(name));
                actors.first().copied().map(Some)
            }
        }
    }

    fn answer(&mut self, with: &ast::Name) -> Option<Answer> {
        Some(match with.text.as_str() {
            "success" => Answer::Success,
            "failure" => Answer::Failure,
            "silence" => Answer::Silence,
            "" => return None,
            other => {
                self.report(rules::unknown_name::word(
                    self.path,
                    with.span,
                    "an answer",
                    other,
                    &["success", "failure", "silence"],
                ));
                return None;
            }
        })
    }

    fn send(
        &mut self,
        reading: &Reading,
        call: &ast::Call,
        by: Option<&ast::Name>,
    ) -> Option<TestStepKind> {
        let by = self.by(by);
        let (full, event) = self.declaration(&call.callee, "an event", Decl::event)?;
        let fields = self.model.event(event)?.event.fields.clone();
        let args = self.test_values(reading, &full, &fields, &call.args);
        for field in fields.iter().filter(|f| !f.optional) {
            if !given(&fields, &call.args, field) {
                let ty = self.model.type_name(&field.ty);
                self.report(rules::missing_argument::problem(
                    self.path,
                    call.callee.span,
                    &full,
                    &field.name,
                    &ty,
                ));
            }
        }
        Some(TestStepKind::Send {
            event,
            args,
            by: by?,
        })
    }

    fn test_set(
        &mut self,
        reading: &Reading,
        path: &ast::Path,
        op: ast::SetOp,
        value: &ast::Expr,
        by: Option<&ast::Name>,
    ) -> Option<TestStepKind> {
        let by = self.by(by);
        let env = &reading.env;
        let (mut place, ty, _) = self.place(env, path)?;
        let field = place.path.pop();
        let (Some(field), Root::Binder(_)) = (field, place.root) else {
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                path.span,
                format!("`{}` is no field of a record", path.text()),
                "write `set RECORD.FIELD = VALUE`",
            ));
            return None;
        };
        let list = matches!(value.kind, ast::ExprKind::List(_));
        let (op, value) = match op {
            ast::SetOp::Assign => {
                let wanted = match &ty {
                    Type::Set(of) if list => Type::List(of.clone()),
                    ty => ty.clone(),
                };
                let typed = self.expr(env, value, Some(&wanted));
                self.require_type(value.span, &typed, &wanted);
                (SetOp::Assign, typed.expr)
            }
            ast::SetOp::Add => (SetOp::Add, self.change(env, &ty, path, value)?),
            ast::SetOp::Remove => (SetOp::Remove, self.change(env, &ty, path, value)?),
        };
        Some(TestStepKind::Set {
            record: place,
            field,
            op,
            value,
            by: by?,
        })
    }

    /// The record that a path leads to, and its entity.
    pub(super) fn test_place(&mut self, env: &Env, path: &ast::Path) -> Option<(Place, EntityId)> {
        match self.place(env, path)? {
            (place, Type::Entity(entity), _) => Some((place, entity)),
            (_, Type::Any, _) => None,
            (_, other, _) => {
                let found = self.model.type_name(&other);
                self.report(rules::type_mismatch::problem(
                    self.path, path.span, "a record", &found,
                ));
                None
            }
        }
    }

    fn start_by_hand(
        &mut self,
        reading: &mut Reading,
        flow: &ast::Path,
        subject: Option<&ast::Path>,
        span: Span,
    ) -> Option<TestStepKind> {
        if flow.is_missing() {
            return None;
        }
        let Some(subject) = subject else {
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                span,
                "a flow is started for a record",
                format!("write `start {} for RECORD`", flow.text()),
            ));
            return None;
        };
        let (place, entity) = self.test_place(&reading.env, subject)?;
        let name: SmolStr = flow.text().into();
        reading.named.push(Named {
            name: name.clone(),
            span: flow.span,
            started: true,
            subject: Some((entity, subject.span)),
        });
        Some(TestStepKind::Start {
            flow: name,
            subject: place,
        })
    }

    fn clock_set(
        &mut self,
        reading: &mut Reading,
        date: &ast::DateLit,
        time: Option<&ast::TimeLit>,
        span: Span,
    ) -> Option<TestStepKind> {
        let at = literal::date(date).and_then(|date| {
            let time = time.map_or(Ok(trig_ir::Time::midnight()), literal::time)?;
            let at = self.local(date.to_datetime(time))?;
            if at < Timestamp::default() || date.year() > LAST_YEAR {
                return Err(format!("a test's clock lies between 1970 and {LAST_YEAR}"));
            }
            Ok(at)
        });
        let at = match at {
            Ok(at) => at,
            Err(message) => {
                let span = time.map_or(date.span, |t| date.span.to(t.span));
                self.report(rules::invalid_literal::problem(self.path, span, message));
                return None;
            }
        };
        if reading.now.is_some_and(|now| at < now) {
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                span,
                "the clock of a test does not go back",
                "set it before anything happens, or write another test",
            ));
            return None;
        }
        // from the first time on, what the clock starts may be due
        reading.happened |= reading.now.is_some();
        reading.now = Some(at);
        reading.begins.get_or_insert(at);
        Some(TestStepKind::Clock(at))
    }

    fn advance(&mut self, reading: &mut Reading, lit: &ast::DurationLit) -> Option<TestStepKind> {
        match literal::duration(lit) {
            Ok(duration) => {
                reading.now = reading.now.map(|now| now.plus(duration));
                Some(TestStepKind::Advance(duration))
            }
            Err(message) => {
                self.report(rules::invalid_literal::problem(
                    self.path, lit.span, message,
                ));
                None
            }
        }
    }

    /// When a test begins that sets no clock.
    fn first_instant(&self) -> Timestamp {
        let first = jiff::civil::date(2026, 1, 1).at(0, 0, 0, 0);
        self.local(first).unwrap_or_default()
    }

    /// An instant by the project's clock.
    pub(super) fn local(&self, local: jiff::civil::DateTime) -> Result<Timestamp, String> {
        trig_ir::zone(&self.model.project.zone)
            .and_then(|zone| trig_ir::instant(&zone, local))
            .map(Timestamp::from)
            .ok_or_else(|| "the instant lies outside the years -9999 to 9999".to_owned())
    }
}

impl Reading {
    /// Something happens.
    fn begin(&mut self, first: Timestamp) {
        self.look(first);
        self.happened = true;
    }

    /// The world is looked at: the clock runs.
    fn look(&mut self, first: Timestamp) {
        self.now.get_or_insert(first);
        self.begins.get_or_insert(first);
    }
}

/// Whether a field is said not to be known.
fn is_unknown(arg: &ast::Arg) -> bool {
    match &arg.value.kind {
        ast::ExprKind::Path(path) => path.single().is_some_and(|name| name.text == "unknown"),
        _ => false,
    }
}

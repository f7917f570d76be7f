//! Tests and their statements.

use super::{Builder, Kids, Node, kids, take};
use crate::ast::{
    Arg, Call, Expectation, Name, Path, Test, TestStatement, TestStatementKind, Times,
};
use crate::parser::Rule;
use crate::span::Span;
use crate::words::{ACTORS, STATEMENTS};

impl Builder<'_> {
    pub(super) fn test(&mut self, inner: &mut Kids<'_>, end: u32) -> Test {
        let title = self.req_string(inner, "what it shows, between quotes,", "`test`", end);
        if let Some(node) = take(inner, Rule::bad_head) {
            self.bad_head(&node, &[]);
        }
        let mut statements = Vec::new();
        if let Some(node) = self.members(inner, "a `test`", end) {
            let span = self.span(&node);
            let mut inner = kids(node);
            while let Some(node) = inner.next_if(|k| k.as_rule() != Rule::missing_close) {
                statements.push(self.statement(node));
            }
            self.close(&mut inner, span);
        }
        Test { title, statements }
    }

    fn statement(&mut self, node: Node<'_>) -> TestStatement {
        let span = self.span(&node);
        let end = span.end;
        let rule = node.as_rule();
        if rule == Rule::bad_statement {
            let word = node.as_str().split_whitespace().next().unwrap_or_default();
            if ["fired", "called", "stopped"].contains(&word) && !self.errors.explains(span.start) {
                let at = Span::new(span.start, span.start + word.len() as u32);
                self.errors.help(
                    at,
                    format!("`{word}` stands before the name"),
                    match word {
                        "stopped" => "write `expect stopped NAME because REASON`".to_owned(),
                        _ => format!("write `expect {word} NAME`, or `expect not {word} NAME`"),
                    },
                );
                return TestStatement {
                    span,
                    kind: TestStatementKind::Bad,
                };
            }
            self.bad_line(
                &node,
                "a test",
                STATEMENTS,
                "a statement begins with `given`, `send`, `set`, `advance`, `expect` or the like",
            );
            return TestStatement {
                span,
                kind: TestStatementKind::Bad,
            };
        }
        let mut inner = kids(node);
        let inner = &mut inner;
        let kind = match rule {
            Rule::given => {
                let (entity, name) = self.record(inner, "`given`", end);
                let args = self.plain_args(inner);
                TestStatementKind::Given { entity, name, args }
            }
            Rule::test_create => {
                let (entity, name) = self.record(inner, "`create`", end);
                let args = self.plain_args(inner);
                TestStatementKind::Create {
                    entity,
                    name,
                    args,
                    by: self.by_one(inner),
                }
            }
            Rule::clock_set => {
                let (date, time) = self.date_time(inner, "`clock`", end);
                TestStatementKind::Clock { date, time }
            }
            Rule::answer => self.answer(inner, end),
            Rule::send => TestStatementKind::Send {
                call: self.test_call(inner, "an event", "`send`", end),
                by: self.by_one(inner),
            },
            Rule::test_set => {
                let (field, op, value) = self.assignment(inner, end);
                TestStatementKind::Set {
                    field,
                    op,
                    value,
                    by: self.by_one(inner),
                }
            }
            Rule::test_delete => {
                TestStatementKind::Delete(self.req_path(inner, "a record", "`delete`", end))
            }
            Rule::test_start => TestStatementKind::Start {
                flow: self.req_path(inner, "a flow", "`start`", end),
                subject: self.for_record(inner),
            },
            Rule::advance => TestStatementKind::Advance(self.req_duration(inner, "`advance`", end)),
            Rule::expect => TestStatementKind::Expect(self.expectation(inner, end)),
            _ => TestStatementKind::Bad,
        };
        TestStatement { span, kind }
    }

    fn record(&mut self, inner: &mut Kids<'_>, after: &str, end: u32) -> (Path, Name) {
        let entity = self.req_path(inner, "an entity", after, end);
        let after = format!("`{}`", entity.text());
        let name = if entity.is_missing() {
            take(inner, Rule::name).map_or(Name::missing(end), |node| self.name(&node))
        } else {
            self.req_name(inner, "a name", &after, end)
        };
        let _ = take(inner, Rule::missing_name);
        (entity, name)
    }

    fn plain_args(&mut self, inner: &mut Kids<'_>) -> Vec<Arg> {
        match take(inner, Rule::args) {
            Some(node) => self.args(node),
            None => Vec::new(),
        }
    }

    fn by_one(&mut self, inner: &mut Kids<'_>) -> Option<Name> {
        let node = take(inner, Rule::by_one)?;
        let end = self.end(&node);
        Some(self.req_name(&mut kids(node), ACTORS, "`by`", end))
    }

    fn answer(&mut self, inner: &mut Kids<'_>, end: u32) -> TestStatementKind {
        let action = self.req_path(inner, "an action", "`answer`", end);
        let with = if inner.peek().is_some() {
            self.req_name(inner, "an outcome such as `failure`", "`with`", end)
        } else {
            if !self.errors.explains(end) {
                self.errors.at(
                    Span::empty(end),
                    "expected `with` and an outcome such as `failure`",
                );
            }
            Name::missing(end)
        };
        TestStatementKind::Answer { action, with }
    }

    fn test_call(&mut self, inner: &mut Kids<'_>, what: &str, after: &str, end: u32) -> Call {
        let callee = self.req_path(inner, what, after, end);
        let mut span = callee.span;
        if let Some(node) = inner.peek().filter(|k| k.as_rule() == Rule::args) {
            span = span.to(self.span(node));
        }
        let args = self.plain_args(inner);
        Call { span, callee, args }
    }

    fn expectation(&mut self, inner: &mut Kids<'_>, end: u32) -> Expectation {
        if let Some(node) = take(inner, Rule::fired) {
            return self.fired(node);
        }
        if let Some(node) = take(inner, Rule::stopped) {
            return self.stopped(node);
        }
        if let Some(node) = take(inner, Rule::called) {
            let end = self.end(&node);
            let mut inner = kids(node);
            let negated = take(&mut inner, Rule::negation).is_some();
            let call = self.test_call(&mut inner, "an action", "`called`", end);
            let times = self.times(&mut inner);
            return Expectation::Called {
                negated,
                call,
                times,
            };
        }
        Expectation::Holds(self.req_expr(inner, "what must hold", "`expect`", end))
    }

    fn fired(&mut self, node: Node<'_>) -> Expectation {
        let end = self.end(&node);
        let mut inner = kids(node);
        let negated = take(&mut inner, Rule::negation).is_some();
        let trigger = self.req_path(&mut inner, "a trigger", "`fired`", end);
        let subject = self.for_record(&mut inner);
        let times = self.times(&mut inner);
        let because = take(&mut inner, Rule::because).map(|node| self.because(node));
        Expectation::Fired {
            negated,
            trigger,
            subject,
            times,
            because,
        }
    }

    fn stopped(&mut self, node: Node<'_>) -> Expectation {
        let end = self.end(&node);
        let mut inner = kids(node);
        let trigger = self.req_path(&mut inner, "a trigger", "`stopped`", end);
        let subject = self.for_record(&mut inner);
        let because = match take(&mut inner, Rule::because) {
            Some(node) => self.because(node),
            None => {
                if !self.errors.explains(end) {
                    self.errors.help(
                        Span::empty(end),
                        "expected `because` and a reason such as `cooldown`",
                        "that it has not fired at all is `expect not fired NAME`",
                    );
                }
                Name::missing(end)
            }
        };
        Expectation::Stopped {
            trigger,
            subject,
            because,
        }
    }

    fn for_record(&mut self, inner: &mut Kids<'_>) -> Option<Path> {
        let node = take(inner, Rule::for_one)?;
        let end = self.end(&node);
        Some(self.req_path(&mut kids(node), "a record", "`for`", end))
    }

    fn because(&mut self, node: Node<'_>) -> Name {
        let end = self.end(&node);
        let mut inner = kids(node);
        match take(&mut inner, Rule::reason) {
            Some(node) => self.name(&node),
            None => self.req_name(&mut inner, "a reason such as `cooldown`", "`because`", end),
        }
    }

    fn times(&mut self, inner: &mut Kids<'_>) -> Option<Times> {
        if take(inner, Rule::once_mark).is_some() {
            return Some(Times::Once);
        }
        let node = take(inner, Rule::times)?;
        let end = self.end(&node);
        let mut inner = kids(node);
        let number = self.req_number(&mut inner, "the name", end);
        if take(&mut inner, Rule::times_word).is_none() && !self.errors.explains(number.span.end) {
            self.errors.at(
                Span::empty(number.span.end),
                format!("expected `times` after `{}`", number.text),
            );
        }
        Some(Times::Exactly(number))
    }
}

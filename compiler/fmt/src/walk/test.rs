//! The statements of tests.

use trig_grammar::ast::{Expectation, TestStatement, TestStatementKind, Times};

use crate::plan::Plan;

impl Plan<'_> {
    pub(super) fn statement(&mut self, statement: &TestStatement) {
        let TestStatement { span, kind } = statement;
        self.member(*span);
        match kind {
            TestStatementKind::Given {
                entity: _,
                name,
                args,
            }
            | TestStatementKind::Create {
                entity: _,
                name,
                args,
                by: _,
            } => self.args(name.span, args),
            TestStatementKind::Clock { date: _, time: _ }
            | TestStatementKind::Answer { action: _, with: _ }
            | TestStatementKind::Delete(_)
            | TestStatementKind::Advance(_)
            | TestStatementKind::Start {
                flow: _,
                subject: _,
            }
            | TestStatementKind::Bad => {}
            TestStatementKind::Send { call, by: _ } => self.call(call),
            TestStatementKind::Set {
                field: _,
                op: _,
                value,
                by: _,
            } => self.expr(value),
            TestStatementKind::Expect(expectation) => match expectation {
                Expectation::Holds(expr) => self.expr(expr),
                Expectation::Fired {
                    negated: _,
                    trigger: _,
                    subject: _,
                    times: Some(Times::Once | Times::Exactly(_)) | None,
                    because: _,
                } => {}
                Expectation::Stopped {
                    trigger: _,
                    subject: _,
                    because: _,
                } => {}
                Expectation::Called {
                    negated: _,
                    call,
                    times: Some(Times::Once | Times::Exactly(_)) | None,
                } => self.call(call),
            },
        }
    }
}

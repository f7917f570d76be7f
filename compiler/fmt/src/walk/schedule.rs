//! Schedules and breakers.

use trig_grammar::Span;
use trig_grammar::ast::{Breaker, Expr, Schedule, ScheduleLine, ScheduleLineKind};

use crate::plan::{Plan, Sep};

impl Plan<'_> {
    pub(super) fn schedule(&mut self, schedule: &Schedule) {
        let Schedule {
            name: _,
            zone: _,
            lines,
        } = schedule;
        for ScheduleLine { span, kind } in lines {
            self.member(*span);
            match kind {
                ScheduleLineKind::Windows { days, windows } => {
                    self.exprs(days);
                    let hours: Vec<Span> = windows
                        .iter()
                        .map(|(from, to)| from.span.to(to.span))
                        .collect();
                    self.list(&hours);
                }
                ScheduleLineKind::Except(dates) => self.exprs(dates),
                ScheduleLineKind::Bad => {}
            }
        }
    }

    /// Expressions with commas between them.
    fn exprs(&mut self, exprs: &[Expr]) {
        let spans: Vec<Span> = exprs.iter().map(|expr| expr.span).collect();
        self.list(&spans);
        for expr in exprs {
            self.expr(expr);
        }
    }

    pub(super) fn breaker(&mut self, breaker: &Breaker) {
        let Breaker {
            name: _,
            over,
            of: _,
            window: _,
            pause,
        } = breaker;
        let over = over
            .as_ref()
            .and_then(|number| self.keyword("over", number.span));
        let pause = pause
            .as_ref()
            .and_then(|duration| self.keyword("pause", duration.span));
        for line in [over, pause].into_iter().flatten() {
            self.mark(line).sep = Some(Sep::Member);
        }
    }
}

//! Schedules and breakers: declarations made of lines.

use super::{Builder, Kids, Node, kids, stray, take};
use crate::ast::{Breaker, Schedule, ScheduleLine, ScheduleLineKind, TimeLit};
use crate::parser::Rule;
use crate::span::Span;
use crate::words;

impl Builder<'_> {
    pub(super) fn schedule(&mut self, inner: &mut Kids<'_>, end: u32) -> Schedule {
        let name = self.req_name(inner, "a name", "`schedule`", end);
        let mut zone = None;
        while let Some(node) =
            inner.next_if(|k| matches!(k.as_rule(), Rule::zone_clause | Rule::bad_head))
        {
            let Span { start, end } = self.span(&node);
            if node.as_rule() == Rule::bad_head {
                self.bad_head(&node, &[&["zone"]]);
            } else {
                let name = self.zone(&mut kids(node), end);
                self.set_once(&mut zone, name, "zone", start);
            }
        }
        let mut lines = Vec::new();
        if let Some(node) = self.members(inner, "a `schedule`", end) {
            let span = self.span(&node);
            let mut inner = kids(node);
            while let Some(node) = inner.next_if(|k| k.as_rule() != Rule::missing_close) {
                lines.push(self.schedule_line(node));
            }
            self.close(&mut inner, span);
        }
        Schedule { name, zone, lines }
    }

    fn schedule_line(&mut self, node: Node<'_>) -> ScheduleLine {
        let span = self.span(&node);
        let kind = match node.as_rule() {
            Rule::except_line => {
                let mut inner = kids(node);
                let mut after = "`except`";
                let mut dates = Vec::new();
                while inner.peek().is_some() {
                    dates.push(self.req_expr(
                        &mut inner,
                        "a date such as `2026-12-24`",
                        after,
                        span.end,
                    ));
                    after = "`,`";
                }
                ScheduleLineKind::Except(dates)
            }
            Rule::window_line => self.windows(&mut kids(node), span.end),
            _ => {
                self.bad_line(
                    &node,
                    "a schedule",
                    &["except"],
                    "a line is `mon..fri 09:00..17:00` or `except 2026-12-24`",
                );
                ScheduleLineKind::Bad
            }
        };
        ScheduleLine { span, kind }
    }

    fn windows(&mut self, inner: &mut Kids<'_>, end: u32) -> ScheduleLineKind {
        let days = self.days(inner, end);
        let mut windows = Vec::new();
        let mut after = "the weekdays";
        for node in inner {
            let span = self.span(&node);
            if node.as_rule() == Rule::window {
                windows.extend(self.window(node));
            } else if !self.errors.explains(span.start) {
                self.errors
                    .expected("hours such as `09:00..17:00`", after, span.start);
                if self.errors.last_word().starts_with(['-', '–']) {
                    self.errors.add_help(
                        "from one to the other runs `..`: `mon..fri 09:00..18:00`".to_owned(),
                    );
                }
            }
            after = "`,`";
        }
        ScheduleLineKind::Windows { days, windows }
    }

    fn window(&mut self, node: Node<'_>) -> Option<(TimeLit, TimeLit)> {
        let end = self.end(&node);
        let mut inner = kids(node);
        let first = take(&mut inner, Rule::time).map(|n| self.time(&n))?;
        let last = take(&mut inner, Rule::time).map(|n| self.time(&n));
        if last.is_none() {
            self.errors.expected(
                "the end of these hours, such as `..17:00`,",
                "the time",
                end,
            );
        }
        Some((first, last?))
    }

    /// A line that could not be read.
    pub(super) fn bad_line(
        &mut self,
        node: &Node<'_>,
        place: &str,
        near: &[&'static str],
        help: &str,
    ) {
        let span = self.span(node);
        if self.errors.explains(span.start) {
            return;
        }
        let (word, at) = stray(node.as_str(), span);
        if self.foreign_comment(word, at) {
            return;
        }
        let message = format!("`{word}` cannot stand in {place}");
        match words::near(word, &[near]) {
            Some(near) => self
                .errors
                .at(at, format!("{message}; did you mean `{near}`?")),
            None => self.errors.help(at, message, help),
        }
    }

    pub(super) fn breaker(&mut self, inner: &mut Kids<'_>, end: u32) -> Breaker {
        let mut breaker = Breaker {
            name: self.req_name(inner, "a name", "`breaker`", end),
            over: None,
            of: None,
            window: None,
            pause: None,
        };
        if let Some(node) = take(inner, Rule::bad_head) {
            self.bad_head(&node, &[]);
        }
        let Some(node) = self.members(inner, "a `breaker`", end) else {
            return breaker;
        };
        let span = self.span(&node);
        let mut inner = kids(node);
        while let Some(node) = inner.next_if(|k| k.as_rule() != Rule::missing_close) {
            let Span { start, end } = self.span(&node);
            match node.as_rule() {
                Rule::over => self.over(&mut breaker, kids(node), start, end),
                Rule::pause => {
                    let pause = self.req_duration(&mut kids(node), "`pause`", end);
                    self.set_once(&mut breaker.pause, pause, "pause", start);
                }
                _ => self.bad_line(
                    &node,
                    "a breaker",
                    &["over", "pause"],
                    "it says `over 25_000 tags changes in 1h` and `pause 1h`",
                ),
            }
        }
        self.close(&mut inner, span);
        breaker
    }

    fn over(&mut self, breaker: &mut Breaker, mut inner: Kids<'_>, start: u32, end: u32) {
        let over = self.req_number(&mut inner, "`over`", end);
        self.set_once(&mut breaker.over, over, "over", start);
        breaker.of = take(&mut inner, Rule::path).map(|node| self.path(&node));
        if let Some(node) = take(&mut inner, Rule::in_window) {
            let end = self.end(&node);
            breaker.window = Some(self.req_duration(&mut kids(node), "`in`", end));
        }
        if (breaker.of.is_none() || breaker.window.is_none()) && !self.errors.explains(end) {
            self.errors.help(
                Span::empty(end),
                "expected what is counted, and in which time",
                "write `over 25_000 tags changes in 1h`",
            );
        }
    }
}

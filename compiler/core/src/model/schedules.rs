//! Schedules.

use smol_str::SmolStr;
use trig_grammar::ast;
use trig_ir::{Date, Schedule, Time, Window};

use super::build::{Builder, Unit};
use crate::literal;
use crate::rules;

impl Builder<'_> {
    pub(super) fn resolve_schedules(&mut self) {
        for named in std::mem::take(&mut self.schedules) {
            let (unit, node) = (named.unit, named.node);
            let zone = match &node.zone {
                Some(text) => self
                    .zone(unit, text)
                    .unwrap_or_else(|| self.model.project.zone.clone()),
                None => self.model.project.zone.clone(),
            };
            let mut week: [Vec<Window>; 7] = Default::default();
            let mut except = Vec::new();
            for line in &node.lines {
                match &line.kind {
                    ast::ScheduleLineKind::Windows { days, windows } => {
                        let windows = self.windows(unit, windows);
                        for day in self.days(unit, days) {
                            if let Some(of_day) = week.get_mut(usize::from(day) - 1) {
                                of_day.extend(&windows);
                            }
                        }
                    }
                    ast::ScheduleLineKind::Except(dates) => except.extend(self.dates(unit, dates)),
                    ast::ScheduleLineKind::Bad => {}
                }
            }
            for of_day in &mut week {
                of_day.sort();
                if of_day
                    .windows(2)
                    .any(|w| matches!(w, [a, b] if a.end > b.start || lasts_over_midnight(a)))
                {
                    self.problems.push(rules::invalid_literal::problem(
                        unit.path,
                        node.name.span,
                        format!("two windows of `{}` overlap on one day", node.name.text),
                    ));
                }
            }
            except.sort();
            let says_when =
                |line: &ast::ScheduleLine| !matches!(line.kind, ast::ScheduleLineKind::Except(_));
            if !node.name.is_missing() && !node.lines.iter().any(says_when) {
                self.problems.push(rules::missing_clause::RULE.with_help(
                    unit.path,
                    node.name.span,
                    format!("schedule `{}` is never open", node.name.text),
                    "say when it is: `mon..fri 09:00..18:00`",
                ));
            }
            self.model.schedules.push(Schedule {
                name: named.full,
                zone,
                week,
                except,
            });
        }
    }

    /// The zone that a text names; says so where there is none.
    pub(super) fn zone(&mut self, unit: Unit<'_>, text: &ast::TextLit) -> Option<SmolStr> {
        match literal::zone(text) {
            Ok(zone) => Some(zone),
            Err(name) => {
                self.problems
                    .push(rules::unknown_zone::problem(unit.path, text.span, &name));
                None
            }
        }
    }

    fn windows(&mut self, unit: Unit<'_>, nodes: &[(ast::TimeLit, ast::TimeLit)]) -> Vec<Window> {
        let mut windows = Vec::new();
        for (start, end) in nodes {
            if (start.hour, start.minute) == (24, 0) {
                self.problems.push(rules::invalid_literal::RULE.with_help(
                    unit.path,
                    start.span,
                    "`24:00` ends a day, and begins none",
                    "write `00:00` on the day after",
                ));
                continue;
            }
            let (Some(start), Some(end)) = (self.time(unit, start), self.time(unit, end)) else {
                continue;
            };
            windows.push(Window { start, end });
        }
        windows
    }

    /// `24:00` closes a day: it is the next day's `00:00`.
    fn time(&mut self, unit: Unit<'_>, node: &ast::TimeLit) -> Option<Time> {
        if (node.hour, node.minute) == (24, 0) {
            return Some(Time::midnight());
        }
        match literal::time(node) {
            Ok(time) => Some(time),
            Err(message) => {
                self.problems.push(rules::invalid_literal::problem(
                    unit.path, node.span, message,
                ));
                None
            }
        }
    }

    fn days(&mut self, unit: Unit<'_>, nodes: &[ast::Expr]) -> Vec<u8> {
        let mut days = Vec::new();
        for node in nodes {
            match &node.kind {
                ast::ExprKind::Range(low, high) => {
                    let (Some(low), Some(high)) = (self.day(unit, low), self.day(unit, high))
                    else {
                        continue;
                    };
                    // `sat..mon` goes round the end of the week
                    days.extend(literal::weekday_range(low, high));
                }
                _ => days.extend(self.day(unit, node)),
            }
        }
        days
    }

    fn day(&mut self, unit: Unit<'_>, node: &ast::Expr) -> Option<u8> {
        let name = match &node.kind {
            ast::ExprKind::Path(path) => path.single()?,
            _ => return None,
        };
        let day = literal::weekday(&name.text);
        if day.is_none() && !name.is_missing() {
            self.problems.push(rules::unknown_name::weekday(
                unit.path, name.span, &name.text,
            ));
        }
        day
    }

    fn dates(&mut self, unit: Unit<'_>, nodes: &[ast::Expr]) -> Vec<(Date, Date)> {
        let mut dates = Vec::new();
        for node in nodes {
            match &node.kind {
                ast::ExprKind::Range(low, high) => {
                    let (Some(low), Some(high)) = (self.date(unit, low), self.date(unit, high))
                    else {
                        continue;
                    };
                    if high < low {
                        self.problems.push(rules::invalid_literal::problem(
                            unit.path,
                            node.span,
                            "the range of dates ends before it begins".to_owned(),
                        ));
                        continue;
                    }
                    dates.push((low, high));
                }
                _ => dates.extend(self.date(unit, node).map(|d| (d, d))),
            }
        }
        dates
    }

    fn date(&mut self, unit: Unit<'_>, node: &ast::Expr) -> Option<Date> {
        let ast::ExprKind::Date(date) = &node.kind else {
            if node.kind != ast::ExprKind::Missing {
                self.problems.push(rules::invalid_literal::problem(
                    unit.path,
                    node.span,
                    "`except` takes dates such as `2026-12-24`".to_owned(),
                ));
            }
            return None;
        };
        match literal::date(date) {
            Ok(date) => Some(date),
            Err(message) => {
                self.problems.push(rules::invalid_literal::problem(
                    unit.path, date.span, message,
                ));
                None
            }
        }
    }
}

/// Whether a window ends with its day, or after it: no other begins behind it on that day.
fn lasts_over_midnight(window: &Window) -> bool {
    window.end <= window.start
}

//! Schedules: a week as a grid.

use std::fmt::Write as _;

use trig_ir::{Ir, Schedule, Time, Window};

use crate::escape::{anchor, escape};
use crate::markdown;
use crate::outline::Outline;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Minutes of a day.
const DAY: u32 = 24 * 60;
/// Left of the grid.
const LEFT: u32 = 40;
/// The height of a day.
const ROW: u32 = 22;
/// The width of an hour.
const HOUR: u32 = 24;

pub(crate) fn section(outline: &Outline, ir: &Ir) -> String {
    let mut schedules: Vec<&Schedule> = ir.schedules.iter().collect();
    schedules.sort_by(|a, b| a.name.cmp(&b.name));
    let mut out = String::new();
    for schedule in schedules {
        let written = outline.schedules.get(schedule.name.as_str());
        let _ = writeln!(
            out,
            "<article id=\"{}\">\n<h3><span class=\"kind\">schedule</span> {}</h3>\n\
             <p class=\"facts\">{}zone {}</p>",
            anchor("schedule", &schedule.name),
            escape(&schedule.name),
            written
                .map(|w| format!("<code>{}</code> · ", escape(&w.place)))
                .unwrap_or_default(),
            escape(&schedule.zone)
        );
        if let Some(doc) = written.and_then(|w| w.doc.as_ref()) {
            out.push_str(&markdown::render(doc));
        }
        grid(&mut out, schedule);
        if !schedule.except.is_empty() {
            let days = schedule.except.iter().map(|(first, last)| {
                if first == last {
                    first.to_string()
                } else {
                    format!("{first} to {last}")
                }
            });
            let days: Vec<String> = days.collect();
            let _ = writeln!(out, "<p>Closed on {}.</p>", escape(&days.join(", ")));
        }
        out.push_str("</article>\n");
    }
    out
}

/// Minutes from midnight.
fn minutes(time: Time) -> u32 {
    u32::try_from(time.hour()).unwrap_or(0) * 60 + u32::try_from(time.minute()).unwrap_or(0)
}

/// The parts of a window, each in one day: (days later, first minute, minute after the last).
fn parts(window: &Window) -> Vec<(usize, u32, u32)> {
    let (start, end) = (minutes(window.start), minutes(window.end));
    if start < end {
        return vec![(0, start, end)];
    }
    let mut parts = vec![(0, start, DAY)];
    if end > 0 {
        parts.push((1, 0, end));
    }
    parts
}

fn grid(out: &mut String, schedule: &Schedule) {
    let (width, height) = (LEFT + 24 * HOUR + 10, 20 + 7 * ROW);
    let _ = writeln!(
        out,
        "<div class=\"scroll\"><svg class=\"week\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{}</title>",
        escape(&schedule.name)
    );
    for hour in (0..=24).step_by(3) {
        let x = LEFT + hour * HOUR;
        let _ = writeln!(
            out,
            "<line x1=\"{x}\" y1=\"16\" x2=\"{x}\" y2=\"{height}\"/><text x=\"{x}\" y=\"12\">{hour}</text>"
        );
    }
    for (row, day) in (0u32..).zip(DAYS) {
        let y = 20 + row * ROW;
        let _ = writeln!(
            out,
            "<text class=\"day\" x=\"0\" y=\"{}\">{day}</text>",
            y + 15
        );
    }
    for (day, windows) in schedule.week.iter().enumerate() {
        for window in windows {
            let (from, to) = (window.start, window.end);
            for (later, start, end) in parts(window) {
                let row = u32::try_from((day + later) % 7).unwrap_or(0);
                let _ = writeln!(
                    out,
                    "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"><title>{}:{:02} to {}:{:02}</title></rect>",
                    LEFT + start * HOUR / 60,
                    20 + row * ROW + 2,
                    (end - start) * HOUR / 60,
                    ROW - 4,
                    from.hour(),
                    from.minute(),
                    to.hour(),
                    to.minute(),
                );
            }
        }
    }
    out.push_str("</svg></div>\n");
}

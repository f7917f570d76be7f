//! Feeds: pages that the daemon looks at, and the event that tells what is new there.

use smol_str::SmolStr;
use trig_ir::{Event, EventId, Feed, Field, Millis, Type};

use super::EventSig;
use super::build::Builder;
use crate::literal;
use crate::rules;

/// The event of a feed, behind its name.
pub(super) const UPDATED: &str = "updated";

/// No feed is looked at more often.
const LEAST: Millis = Millis::MINUTE;

impl Builder<'_> {
    /// Behind the declared events: their ids follow on.
    pub(super) fn resolve_feeds(&mut self) {
        for named in std::mem::take(&mut self.feeds) {
            let (unit, node) = (named.unit, named.node);
            let url = node.url.plain().unwrap_or_default();
            let known = url::Url::parse(&url)
                .is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host());
            if !known {
                let message = format!("`{url}` is no address of the web");
                let problem = rules::invalid_literal::problem(unit.path, node.url.span, message);
                self.problems
                    .push(problem.help("write it whole: `\"https://acme.com/feed.xml\"`"));
            }
            let every = match &node.every {
                Some(lit) => match literal::duration(lit) {
                    Ok(every) if every >= LEAST => every,
                    Ok(_) => {
                        let message = "a feed is looked at once a minute at most".to_owned();
                        let problem = rules::invalid_literal::problem(unit.path, lit.span, message);
                        self.problems.push(problem.help("write `every 1h`"));
                        LEAST
                    }
                    Err(message) => {
                        self.problems.push(rules::invalid_literal::problem(
                            unit.path, lit.span, message,
                        ));
                        LEAST
                    }
                },
                None => {
                    self.problems.push(rules::missing_clause::no_interval(
                        unit.path,
                        node.name.span,
                        &node.name.text,
                    ));
                    LEAST
                }
            };
            let event = EventId(u32::try_from(self.model.events.len()).unwrap_or(u32::MAX));
            self.model.events.push(EventSig {
                event: Event {
                    name: smol_str::format_smolstr!("{}.{UPDATED}", named.full),
                    fields: vec![
                        field("link", Type::Url, true),
                        field("new_items", Type::Int, false),
                        field("title", Type::Text, true),
                    ],
                    webhook: None,
                    updates: Vec::new(),
                },
                subjects: Vec::new(),
            });
            self.model.feeds.push(Feed {
                name: named.full,
                url: url.into(),
                every,
                event,
            });
        }
    }
}

fn field(name: &'static str, ty: Type, optional: bool) -> Field {
    Field {
        name: SmolStr::new_static(name),
        ty,
        optional,
        native_id: None,
        silent: false,
        was: None,
    }
}

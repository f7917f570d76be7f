//! Feeds: pages that are looked at, and what is new there.
//!
//! What a look found and where the feed stands from there on are one record of the log, so that nothing is told twice
//! and nothing is left out, whatever dies when. The first look tells nothing: what is there already is not new.

mod document;
mod fetch;
mod look;
mod seen;
mod watch;

use smol_str::SmolStr;
use trig_ir::{Ir, Millis};

pub(crate) use watch::Feeds;

pub(crate) use seen::Seen;
pub(crate) use watch::{Follow, follow};

/// A feed that a revision declares.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Source {
    /// Its full name.
    pub(crate) name: SmolStr,
    /// Where it is.
    pub(crate) url: SmolStr,
    /// How often it is looked at.
    pub(crate) every: Millis,
    /// The full name of its event.
    pub(crate) event: SmolStr,
}

impl Source {
    /// Those of a revision.
    pub(crate) fn all(ir: &Ir) -> Vec<Self> {
        ir.feeds
            .iter()
            .filter_map(|feed| {
                Some(Self {
                    name: feed.name.clone(),
                    url: feed.url.clone(),
                    every: feed.every,
                    event: ir.events.get(feed.event.index())?.name.clone(),
                })
            })
            .collect()
    }
}

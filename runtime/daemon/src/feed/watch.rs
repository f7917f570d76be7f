//! The task that looks at feeds when it is time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{Id, JoinError, JoinSet};
use trig_ir::Timestamp;

use super::Seen;
use super::fetch::Validators;
use super::look::Followed;
use crate::clock::Clock;
use crate::closing::Closing;
use crate::happened::{Happened, Teller};
use crate::outbox::Client;
use crate::registry::Registry;
use crate::shard::Shard;

/// The longest sleep: a wall clock that jumps ahead is noticed after it.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// So many feeds are looked at side by side.
const AT_ONCE: usize = 8;

/// Workspace and full name of a feed.
type Key = (SmolStr, SmolStr);

/// Where the feeds of a store stood, by workspace and name.
pub(crate) type Stood = BTreeMap<Key, Seen>;

/// What following feeds takes.
pub(crate) struct Follow {
    pub(crate) client: Client,
    pub(crate) registry: Registry,
    pub(crate) shard: Shard,
    pub(crate) teller: Teller,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) closing: Closing,
    pub(crate) stood: Stood,
}

/// The feeds that are followed.
#[derive(Clone, Debug)]
pub struct Feeds(mpsc::UnboundedSender<oneshot::Sender<()>>);

impl Feeds {
    /// Looks at the clock, and waits until every feed has been looked at that was due by it.
    pub async fn look(&self) {
        let (answer, looked) = oneshot::channel();
        // a task that has ended looks at nothing any more
        drop(self.0.send(answer));
        drop(looked.await);
    }

    /// None: nobody looks.
    pub(crate) fn none() -> Self {
        Self(mpsc::unbounded_channel().0)
    }
}

/// Follows the feeds of all workspaces until the daemon ends.
pub(crate) fn follow(follow: Follow) -> Feeds {
    let (ask, asked) = mpsc::unbounded_channel();
    let task = Task {
        follow,
        feeds: BTreeMap::new(),
        looking: JoinSet::new(),
        asking: Vec::new(),
    };
    tokio::spawn(task.run(asked));
    Feeds(ask)
}

struct Slot {
    /// As it was after the last look that came to an end.
    followed: Followed,
    /// Who looks at it now.
    looking: Option<Id>,
    /// When it is looked at next.
    next: Timestamp,
    /// Whether the active revision declares it.
    declared: bool,
    /// What went wrong at the last look, if something did.
    trouble: Option<String>,
}

struct Looked {
    key: Key,
    followed: Followed,
    result: Result<(), String>,
}

struct Task {
    follow: Follow,
    feeds: BTreeMap<Key, Slot>,
    looking: JoinSet<Looked>,
    /// Who waits until all that was due has been looked at.
    asking: Vec<oneshot::Sender<()>>,
}

impl Task {
    async fn run(mut self, mut asked: mpsc::UnboundedReceiver<oneshot::Sender<()>>) {
        let mut changes = self.follow.registry.changes();
        let mut closing = self.follow.closing.clone();
        loop {
            self.declare();
            self.start();
            if self.looking.is_empty() {
                for asking in self.asking.drain(..) {
                    // who has gone away needs no answer
                    asking.send(()).ok();
                }
            }
            let patience = self.patience();
            tokio::select! {
                Some(looked) = self.looking.join_next_with_id() => match looked {
                    Ok((_, looked)) => self.looked(looked),
                    Err(e) => self.panicked(&e),
                },
                asking = asked.recv() => match asking {
                    Some(asking) => self.asking.push(asking),
                    None => return,
                },
                Ok(()) = changes.changed() => {}
                () = tokio::time::sleep(patience) => {}
                () = closing.said() => return,
            }
        }
    }

    /// Takes over what the active revisions declare. A feed that they have no more keeps what has been seen of it.
    fn declare(&mut self) {
        let now = self.follow.clock.now();
        for slot in self.feeds.values_mut() {
            slot.declared = false;
        }
        for workspace in self.follow.registry.ids() {
            let Some(site) = self.follow.registry.get(&workspace) else {
                continue;
            };
            for source in &site.feeds {
                let key = (workspace.clone(), source.name.clone());
                let slot = self.feeds.entry(key.clone()).or_insert_with(|| Slot {
                    followed: Followed {
                        source: source.clone(),
                        seen: self.follow.stood.remove(&key).unwrap_or_default(),
                        validators: Validators::default(),
                    },
                    looking: None,
                    next: now,
                    declared: true,
                    trouble: None,
                });
                slot.declared = true;
                // while somebody looks at it, it is as it was
                let followed = &mut slot.followed;
                if slot.looking.is_none() && followed.source != *source {
                    if followed.source.url != source.url {
                        followed.validators = Validators::default();
                        slot.next = now;
                    }
                    slot.next = slot.next.min(now.plus(source.every));
                    followed.source = source.clone();
                }
            }
        }
    }

    /// Begins to look at what is due.
    fn start(&mut self) {
        let now = self.follow.clock.now();
        for (key, slot) in &mut self.feeds {
            if self.looking.len() >= AT_ONCE {
                return;
            }
            if !slot.declared || slot.next > now || slot.looking.is_some() {
                continue;
            }
            let mut followed = slot.followed.clone();
            slot.next = now.plus(followed.source.every);
            let (client, shard) = (self.follow.client.clone(), self.follow.shard.clone());
            let key = key.clone();
            let look = async move {
                let result = followed.look(&client, &shard, &key.0).await;
                Looked {
                    key,
                    followed,
                    result,
                }
            };
            slot.looking = Some(self.looking.spawn(look).id());
        }
    }

    fn looked(&mut self, looked: Looked) {
        let Some(slot) = self.feeds.get_mut(&looked.key) else {
            return;
        };
        slot.followed = looked.followed;
        slot.looking = None;
        let trouble = looked.result.err();
        // the same is not told at each look
        if slot.trouble != trouble
            && let Some(trouble) = &trouble
        {
            let (workspace, name) = &looked.key;
            let text = format!("{workspace}: feed {name}: {trouble}");
            self.follow.teller.tell(|| Happened::Note { text });
        }
        slot.trouble = trouble;
    }

    /// A mistake in this program itself: the feed stays as it was, and is looked at again when it is time.
    fn panicked(&mut self, error: &JoinError) {
        let looking = |slot: &&mut Slot| slot.looking == Some(error.id());
        if let Some(slot) = self.feeds.values_mut().find(looking) {
            slot.looking = None;
            let name = &slot.followed.source.name;
            tracing::error!(
                "a look at feed {name} failed over a mistake in trig itself; it will be looked at again: {error}"
            );
        }
    }

    /// How long to sleep.
    fn patience(&self) -> Duration {
        let now = self.follow.clock.now();
        let idle = |slot: &&Slot| slot.declared && slot.looking.is_none();
        let next = self.feeds.values().filter(idle).map(|slot| slot.next).min();
        let Some(next) = next.filter(|_| self.looking.len() < AT_ONCE) else {
            return LONGEST_SLEEP;
        };
        let left = (next - now).0.max(0);
        Duration::from_millis(left.unsigned_abs()).min(LONGEST_SLEEP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::closing::closing;
    use crate::shard::Bounds;

    #[tokio::test]
    async fn a_look_that_panics_leaves_the_feed_as_it_was() {
        let (_close, closing) = closing();
        let mut task = Task {
            follow: Follow {
                client: crate::outbox::client(),
                registry: Registry::default(),
                shard: Shard::new(Bounds::default()).0,
                teller: Teller::silent(),
                clock: Arc::new(ManualClock::at(Timestamp(0))),
                closing,
                stood: Stood::new(),
            },
            feeds: BTreeMap::new(),
            looking: JoinSet::new(),
            asking: Vec::new(),
        };
        let look = task.looking.spawn(async { panic!("a mistake") });
        let slot = Slot {
            followed: Followed {
                source: super::super::Source {
                    name: "Blog".into(),
                    url: "http://blog".into(),
                    every: trig_ir::Millis::HOUR,
                    event: "Blog.updated".into(),
                },
                seen: Seen::default(),
                validators: Validators::default(),
            },
            looking: Some(look.id()),
            next: Timestamp(5),
            declared: true,
            trouble: None,
        };
        let key: Key = ("acme".into(), "Blog".into());
        task.feeds.insert(key.clone(), slot);
        let ended = task.looking.join_next_with_id().await.unwrap();
        task.panicked(&ended.err().unwrap());
        assert_eq!(task.feeds[&key].looking, None);
        assert_eq!(task.feeds[&key].next, Timestamp(5), "it comes again");
        assert!(task.patience() <= Duration::from_millis(5));
    }
}

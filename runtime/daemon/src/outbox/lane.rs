//! Lanes: effects of one connector and subject one after the other, lanes side by side.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::{Id, JoinSet};
use trig_engine::{Effect, EffectResult, Outcome};

use super::backoff::Backoff;
use super::client::{Client, Verdict, post};
use super::order::{Incoming, Order};
use super::route::{Route, action, route};
use crate::closing::Closing;
use crate::happened::{Happened, Teller};
use crate::registry::Registry;
use crate::shard::{Control, Shard};

/// How effects are delivered.
#[derive(Clone, Debug)]
pub struct Settings {
    /// When to try again.
    pub backoff: Backoff,
    /// How many requests are under way at most.
    pub parallel: usize,
    /// The receiver that stands in for all others, as URL without a path.
    pub sink: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            backoff: Backoff::default(),
            parallel: 32,
            sink: None,
        }
    }
}

/// Delivers effects.
pub struct Outbox {
    incoming: Incoming,
    courier: Arc<Courier>,
}

/// What every delivery needs.
struct Courier {
    client: Client,
    shard: Shard,
    registry: Registry,
    teller: Teller,
    settings: Settings,
    permits: Semaphore,
    pending: watch::Sender<usize>,
    closing: Closing,
}

/// Workspace, connector, and the subject or (without one) the trigger.
type Lane = (SmolStr, SmolStr, SmolStr);

impl Outbox {
    pub(crate) fn new(
        incoming: Incoming,
        client: Client,
        shard: Shard,
        registry: Registry,
        teller: Teller,
        settings: Settings,
        closing: Closing,
    ) -> Self {
        let permits = Semaphore::new(settings.parallel.max(1));
        let pending = incoming.pending.clone();
        Self {
            incoming,
            courier: Arc::new(Courier {
                client,
                shard,
                registry,
                teller,
                settings,
                permits,
                pending,
                closing,
            }),
        }
    }

    /// Delivers until it is told to close, and then ends what is under way.
    pub async fn run(self) {
        let Self {
            mut incoming,
            courier,
        } = self;
        let mut closing = courier.closing.clone();
        let mut lanes = Lanes::default();
        loop {
            tokio::select! {
                order = incoming.orders.recv() => {
                    let Some(order) = order else { break };
                    let lane = courier.lane(&order);
                    if let Some(queue) = lanes.waiting.get_mut(&lane) {
                        queue.push_back(order);
                    } else {
                        lanes.waiting.insert(lane.clone(), VecDeque::new());
                        lanes.start(lane, Arc::clone(&courier).deliver(order));
                    }
                }
                Some(ended) = lanes.running.join_next_with_id() => {
                    let (id, through) = match ended {
                        Ok(ended) => ended,
                        Err(e) => {
                            tracing::error!(
                                "a delivery failed over a mistake in trig itself; its effect stays in the store: {e}"
                            );
                            (e.id(), true)
                        }
                    };
                    if through {
                        incoming.pending.send_modify(|n| *n = n.saturating_sub(1));
                    }
                    if let Some((lane, order)) = lanes.next(id) {
                        lanes.start(lane, Arc::clone(&courier).deliver(order));
                    }
                }
                () = closing.said() => break,
            }
        }
        while lanes.running.join_next().await.is_some() {}
    }
}

/// One delivery a lane, and what waits behind it.
#[derive(Default)]
struct Lanes {
    waiting: HashMap<Lane, VecDeque<Order>>,
    running: JoinSet<bool>,
    /// Which lane a delivery is of, also one that panics.
    of: HashMap<Id, Lane>,
}

impl Lanes {
    fn start(&mut self, lane: Lane, delivery: impl Future<Output = bool> + Send + 'static) {
        let task = self.running.spawn(delivery);
        self.of.insert(task.id(), lane);
    }

    /// What follows a delivery that has ended, if anything waits behind it.
    fn next(&mut self, ended: Id) -> Option<(Lane, Order)> {
        let lane = self.of.remove(&ended)?;
        match self.waiting.get_mut(&lane).and_then(VecDeque::pop_front) {
            Some(order) => Some((lane, order)),
            None => {
                self.waiting.remove(&lane);
                None
            }
        }
    }
}

impl Courier {
    fn lane(&self, order: &Order) -> Lane {
        let connector = match self.registry.get(&order.workspace) {
            Some(site) => match route(&site.config, &order.effect) {
                Route::Post { connector, .. } | Route::Nowhere { connector, .. } => connector,
                Route::Line(_) => SmolStr::default(),
            },
            None => SmolStr::default(),
        };
        let subject = match &order.effect.subject {
            Some(subject) => {
                smol_str::format_smolstr!("{}/{}@{}", subject.entity, subject.id, subject.connector)
            }
            None => order.effect.trigger.clone(),
        };
        (order.workspace.clone(), connector, subject)
    }

    /// Carries out one effect, and says whether it no longer is under way.
    async fn deliver(self: Arc<Self>, order: Order) -> bool {
        let recorded = match self.carry(&order).await {
            Some((outcome, attempts, detail)) => {
                self.record(&order, outcome, attempts, detail).await
            }
            None => false,
        };
        // held, or of a workspace that takes no results any more: it stays in the store, and nobody waits for it
        recorded || !self.closing.is_said()
    }

    /// Tries until it has ended. `None`: it is held, or the daemon ends first.
    async fn carry(&self, order: &Order) -> Option<(Outcome, u32, String)> {
        let effect = &order.effect;
        let mut attempt = order.attempted.unwrap_or(0);
        loop {
            if self.closing.is_said() {
                return None;
            }
            let changes = self.registry.changes();
            // looked up anew each time: the configuration may have been mended meanwhile
            let Some(site) = self.registry.get(&order.workspace) else {
                self.park(changes).await;
                continue;
            };
            let hold = site.hold.contains(action(effect));
            if hold && attempt > 0 && order.attempted == Some(attempt) {
                return self.hold(effect);
            }
            let (url, timeout, most) = match self.target(route(&site.config, effect)) {
                Target::Line(text) => {
                    self.teller.tell(|| Happened::Line {
                        trigger: effect.trigger.clone(),
                        text: text.clone(),
                    });
                    tracing::info!(target: "trig", trigger = %effect.trigger, "{text}");
                    return Some((Outcome::Done, 1, "written".into()));
                }
                Target::Url(url, timeout, most) => (url, timeout, most),
                // what is on disk may have the receiver, and cannot be read
                Target::Nowhere(_) if site.failed_reload.is_some() => {
                    self.park(changes).await;
                    continue;
                }
                Target::Nowhere(reason) => return Some((Outcome::Undelivered, attempt, reason)),
            };
            attempt += 1;
            if hold && !self.note_attempt(order, attempt).await {
                return None;
            }
            let verdict = {
                let _permit = self.permits.acquire().await.ok()?;
                post(&self.client, &url, timeout, &order.workspace, effect).await
            };
            let (reason, after) = match verdict {
                Verdict::Taken(detail) => return Some((Outcome::Done, attempt, detail)),
                Verdict::Refused(detail) => return Some((Outcome::Failed, attempt, detail)),
                Verdict::Unknown(..) if hold => return self.hold(effect),
                Verdict::Later(reason, after) | Verdict::Unknown(reason, after) => (reason, after),
            };
            if attempt >= most {
                return Some((
                    Outcome::Failed,
                    attempt,
                    format!("given up after {attempt} attempts: {reason}"),
                ));
            }
            self.pause(effect, attempt, reason, after).await;
        }
    }

    fn target(&self, route: Route) -> Target {
        let most = self.settings.backoff.attempts;
        match (route, &self.settings.sink) {
            (Route::Line(text), _) => Target::Line(text),
            (
                Route::Post {
                    connector,
                    timeout,
                    attempts,
                    ..
                },
                Some(sink),
            ) => Target::Url(
                format!("{sink}/{connector}"),
                timeout,
                attempts.unwrap_or(most),
            ),
            (Route::Nowhere { connector, .. }, Some(sink)) => {
                Target::Url(format!("{sink}/{connector}"), Duration::from_secs(10), most)
            }
            (
                Route::Post {
                    url,
                    timeout,
                    attempts,
                    ..
                },
                None,
            ) => Target::Url(url, timeout, attempts.unwrap_or(most)),
            (Route::Nowhere { reason, .. }, None) => Target::Nowhere(reason),
        }
    }

    fn hold(&self, effect: &Arc<Effect>) -> Option<(Outcome, u32, String)> {
        self.teller.tell(|| Happened::Held {
            effect: Arc::clone(effect),
        });
        tracing::warn!(key = %effect.key, action = action(effect), "held: nobody knows whether it arrived");
        None
    }

    /// Waits before the next attempt, or until the daemon ends.
    async fn pause(
        &self,
        effect: &Arc<Effect>,
        attempts: u32,
        reason: String,
        after: Option<Duration>,
    ) {
        let backoff = self.settings.backoff;
        let wait = backoff
            .wait(attempts, &mut rand::rng())
            .max(after.unwrap_or_default().min(backoff.cap));
        tracing::warn!(key = %effect.key, attempts, "{reason}; again in {} ms", wait.as_millis());
        self.teller.tell(|| Happened::Retrying {
            effect: Arc::clone(effect),
            attempts,
            in_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            reason,
        });
        let mut closing = self.closing.clone();
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = closing.said() => {}
        }
    }

    /// Waits until a workspace is configured anew, or the daemon ends. Nobody waits for the effect meanwhile.
    async fn park(&self, mut changes: watch::Receiver<()>) {
        self.pending.send_modify(|n| *n = n.saturating_sub(1));
        let mut closing = self.closing.clone();
        tokio::select! {
            // the registry lives as long as this does
            _ = changes.changed() => {}
            () = closing.said() => {}
        }
        self.pending.send_modify(|n| *n += 1);
    }

    /// Puts on record that a request is about to leave.
    async fn note_attempt(&self, order: &Order, attempt: u32) -> bool {
        let (done, durable) = oneshot::channel();
        self.shard.ask(Control::Attempt {
            workspace: order.workspace.clone(),
            key: order.effect.key.clone(),
            attempt,
            done,
        });
        durable.await.is_ok()
    }

    /// Puts on record how it ended. The next of its lane leaves only after that.
    async fn record(&self, order: &Order, outcome: Outcome, attempts: u32, detail: String) -> bool {
        self.teller.tell(|| Happened::Delivered {
            effect: Arc::clone(&order.effect),
            outcome,
            attempts,
            detail: detail.clone(),
        });
        let (done, durable) = oneshot::channel();
        self.shard.ask(Control::Result {
            workspace: order.workspace.clone(),
            result: EffectResult {
                key: order.effect.key.clone(),
                outcome,
                attempts,
                detail,
            },
            done,
        });
        durable.await.is_ok()
    }
}

enum Target {
    Line(String),
    Url(String, Duration, u32),
    Nowhere(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::closing::closing;
    use crate::config::Config;
    use crate::outbox::{Orders, client};
    use crate::registry::Site;
    use crate::shard::Bounds;
    use serde_json::json;
    use trig_engine::EffectKind;
    use trig_ir::{RevisionHash, Timestamp};

    fn effect(key: &str) -> Effect {
        Effect {
            key: key.into(),
            at: Timestamp(0),
            trigger: "T".into(),
            revision: RevisionHash("r".into()),
            position: 1,
            subject: None,
            what: EffectKind::Call {
                action: "trig.log".into(),
                args: json!({"text": "x"}).as_object().cloned().unwrap(),
            },
        }
    }

    #[tokio::test]
    async fn a_result_that_is_not_taken_keeps_nobody_waiting() {
        let registry = Registry::default();
        registry.put(Site {
            config: Config::new("acme"),
            hold: std::collections::BTreeSet::new(),
            entities: Vec::new(),
            feeds: Vec::new(),
            failed_reload: None,
        });
        let (shard, queue) = Shard::new(Bounds::default());
        let (orders, incoming, mut pending) = Orders::new();
        let (close, closed) = closing();
        orders.send(&"acme".into(), &[effect("1"), effect("2")]);
        let outbox = Outbox::new(
            incoming,
            client(),
            shard,
            registry,
            Teller::silent(),
            Settings::default(),
            closed,
        );
        let running = tokio::spawn(outbox.run());
        // as the writer does with one of a workspace that is stopped
        let refusing = tokio::task::spawn_blocking(move || {
            for _ in 0..2 {
                drop(queue.control.recv().unwrap());
            }
        });
        pending.none().await;
        refusing.await.unwrap();
        close.say();
        running.await.unwrap();
    }

    #[tokio::test]
    async fn a_delivery_that_panics_leaves_its_lane_to_the_next() {
        let mut lanes = Lanes::default();
        let lane: Lane = ("acme".into(), "crm".into(), "7".into());
        let order = Order {
            workspace: "acme".into(),
            effect: Arc::new(effect("1")),
            attempted: None,
        };
        lanes.waiting.insert(lane.clone(), VecDeque::from([order]));
        lanes.start(lane.clone(), async { panic!("for a test") });
        let failed = lanes.running.join_next_with_id().await.unwrap();
        let (of, order) = lanes.next(failed.unwrap_err().id()).unwrap();
        assert_eq!((of, order.effect.key.as_str()), (lane.clone(), "1"));
        lanes.start(lane, async { true });
        let (id, _) = lanes.running.join_next_with_id().await.unwrap().unwrap();
        assert!(lanes.next(id).is_none());
        assert!(lanes.waiting.is_empty() && lanes.of.is_empty());
    }
}

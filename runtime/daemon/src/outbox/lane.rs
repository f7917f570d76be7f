//! Lanes: effects of one connector and subject one after the other, lanes side by side.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::JoinSet;
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
        let mut lanes: HashMap<Lane, VecDeque<Order>> = HashMap::new();
        let mut running = JoinSet::new();
        loop {
            tokio::select! {
                order = incoming.orders.recv() => {
                    let Some(order) = order else { break };
                    let lane = courier.lane(&order);
                    if let Some(queue) = lanes.get_mut(&lane) {
                        queue.push_back(order);
                    } else {
                        lanes.insert(lane.clone(), VecDeque::new());
                        running.spawn(Arc::clone(&courier).deliver(lane, order));
                    }
                }
                Some(ended) = running.join_next() => {
                    let Ok((lane, through)) = ended else { continue };
                    if through {
                        incoming.pending.send_modify(|n| *n = n.saturating_sub(1));
                    }
                    match lanes.get_mut(&lane).and_then(VecDeque::pop_front) {
                        Some(order) => {
                            running.spawn(Arc::clone(&courier).deliver(lane, order));
                        }
                        None => {
                            lanes.remove(&lane);
                        }
                    }
                }
                () = closing.said() => break,
            }
        }
        while running.join_next().await.is_some() {}
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
    async fn deliver(self: Arc<Self>, lane: Lane, order: Order) -> (Lane, bool) {
        let through = match self.carry(&order).await {
            Some((outcome, attempts, detail)) => {
                self.record(&order, outcome, attempts, detail).await
            }
            None => !self.closing.is_said(),
        };
        (lane, through)
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

//! The way from the writer to the deliveries.

use std::sync::Arc;

use smol_str::SmolStr;
use tokio::sync::{mpsc, watch};
use trig_engine::Effect;

/// An effect to be delivered.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) workspace: SmolStr,
    pub(crate) effect: Arc<Effect>,
    /// The attempt that is on record from before a restart, if one is.
    pub(crate) attempted: Option<u32>,
}

/// Where the writer puts effects. Unbounded: they are decided, durable and in the state anyway.
#[derive(Clone, Debug)]
pub struct Orders {
    sender: mpsc::UnboundedSender<Order>,
    pending: watch::Sender<usize>,
}

/// How many effects have neither ended, nor are held, nor wait for their project to compile.
#[derive(Clone, Debug)]
pub struct Pending(watch::Receiver<usize>);

impl Pending {
    /// How many now.
    pub fn count(&self) -> usize {
        *self.0.borrow()
    }

    /// Waits until there are none.
    pub async fn none(&mut self) {
        // where the writer has gone, nothing is pending any more either
        drop(self.0.wait_for(|n| *n == 0).await);
    }
}

pub(crate) struct Incoming {
    pub(crate) orders: mpsc::UnboundedReceiver<Order>,
    pub(crate) pending: watch::Sender<usize>,
}

impl Orders {
    pub(crate) fn new() -> (Self, Incoming, Pending) {
        let (sender, orders) = mpsc::unbounded_channel();
        let (pending, count) = watch::channel(0);
        (
            Self {
                sender,
                pending: pending.clone(),
            },
            Incoming { orders, pending },
            Pending(count),
        )
    }

    /// Effects that were just decided.
    pub(crate) fn send(&self, workspace: &SmolStr, effects: &[Effect]) {
        for effect in effects {
            self.put(workspace, effect.clone(), None);
        }
    }

    /// Effects from before a restart, each with the attempt that is on record.
    pub(crate) fn resume(&self, workspace: &SmolStr, effects: Vec<(Effect, Option<u32>)>) {
        for (effect, attempted) in effects {
            self.put(workspace, effect, attempted);
        }
    }

    fn put(&self, workspace: &SmolStr, effect: Effect, attempted: Option<u32>) {
        self.pending.send_modify(|n| *n += 1);
        let order = Order {
            workspace: workspace.clone(),
            effect: Arc::new(effect),
            attempted,
        };
        // without deliveries (a replay, a test) effects stay where they are: in the state
        drop(self.sender.send(order));
    }
}

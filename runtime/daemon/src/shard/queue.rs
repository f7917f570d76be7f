//! The way from the sockets to the writer: bounded by count and by bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crossbeam_channel::{Receiver, Sender, TrySendError};
use smol_str::SmolStr;
use tokio::sync::oneshot;
use trig_engine::Arrival;

use super::command::{Accepted, Control, Intake, Refusal, Until};

/// Bounds of the queue and of a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// How many bodies may wait.
    pub queue_bodies: usize,
    /// How many bytes may wait.
    pub queue_bytes: usize,
    /// How many bodies make a batch at most.
    pub batch_bodies: usize,
    /// How many bytes make a batch at most; a single larger body is a batch of its own.
    pub batch_bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            queue_bodies: 4_096,
            queue_bytes: 64 << 20,
            batch_bodies: 1_024,
            batch_bytes: 4 << 20,
        }
    }
}

/// Why a body cannot wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Busy {
    /// Too many wait already.
    Full,
    /// The daemon is ending, or the writer has.
    Closed,
}

/// A place in the queue, given back when it is dropped.
#[derive(Debug)]
pub struct Share {
    bytes: usize,
    used: Arc<AtomicUsize>,
}

impl Share {
    /// A place that takes no room.
    #[cfg(test)]
    pub(crate) fn free() -> Self {
        Self {
            bytes: 0,
            used: Arc::default(),
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.used.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

/// The end where bodies and requests go in.
#[derive(Clone, Debug)]
pub struct Shard {
    intake: Sender<Intake>,
    control: Sender<Control>,
    used: Arc<AtomicUsize>,
    stopping: Arc<AtomicBool>,
    bounds: Bounds,
}

/// The end where the writer takes them out.
#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) intake: Receiver<Intake>,
    pub(crate) control: Receiver<Control>,
    pub(crate) bounds: Bounds,
}

impl Shard {
    pub(crate) fn new(bounds: Bounds) -> (Self, Queue) {
        let (intake, bodies) = crossbeam_channel::bounded(bounds.queue_bodies);
        let (control, requests) = crossbeam_channel::unbounded();
        let shard = Self {
            intake,
            control,
            used: Arc::default(),
            stopping: Arc::default(),
            bounds,
        };
        let queue = Queue {
            intake: bodies,
            control: requests,
            bounds,
        };
        (shard, queue)
    }

    /// Reserves room for a body.
    ///
    /// # Errors
    /// If there is none.
    fn reserve(&self, bytes: usize) -> Result<Share, Busy> {
        if self.stopping.load(Ordering::Acquire) {
            return Err(Busy::Closed);
        }
        let before = self.used.fetch_add(bytes, Ordering::AcqRel);
        let share = Share {
            bytes,
            used: Arc::clone(&self.used),
        };
        // one body always fits into an empty queue, however large
        if before > 0 && before.saturating_add(bytes) > self.bounds.queue_bytes {
            return Err(Busy::Full);
        }
        Ok(share)
    }

    /// Hands a body to the writer.
    ///
    /// # Errors
    /// If too many wait, or nobody takes any.
    fn send(&self, intake: Intake) -> Result<(), Busy> {
        if self.stopping.load(Ordering::Acquire) {
            return Err(Busy::Closed);
        }
        self.intake.try_send(intake).map_err(|e| match e {
            TrySendError::Full(_) => Busy::Full,
            TrySendError::Disconnected(_) => Busy::Closed,
        })
    }

    /// Hands a body to the writer, and waits for its answer.
    ///
    /// # Errors
    /// If it cannot wait, or the writer ended before it answered: then nothing is known to be durable. Inside, if the writer
    /// did not take it.
    pub(crate) async fn take(
        &self,
        workspace: SmolStr,
        via: SmolStr,
        arrivals: Vec<Arrival>,
        payload: Vec<u8>,
        until: Until,
    ) -> Result<Result<Accepted, Refusal>, Busy> {
        let share = self.reserve(payload.len())?;
        let (reply, answer) = oneshot::channel();
        self.send(Intake {
            workspace,
            via,
            arrivals,
            payload,
            until,
            reply,
            share,
        })?;
        answer.await.map_err(|_| Busy::Closed)
    }

    /// Asks something of the writer. Where it has ended, whoever waits for an answer finds the line closed.
    pub fn ask(&self, control: Control) {
        // a writer that has ended drops the request, and with it the sender of its answer
        drop(self.control.send(control));
    }

    /// From now on nothing new is taken.
    pub fn close_intake(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// Whether new bodies are refused because the daemon ends.
    pub fn is_closing(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }
}

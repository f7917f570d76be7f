//! The word that the daemon ends, for tasks.

use tokio::sync::watch;

/// Hears the word.
#[derive(Clone, Debug)]
pub(crate) struct Closing(watch::Receiver<bool>);

/// Says the word.
#[derive(Debug)]
pub(crate) struct Close(watch::Sender<bool>);

/// Both ends.
pub(crate) fn closing() -> (Close, Closing) {
    let (close, closing) = watch::channel(false);
    (Close(close), Closing(closing))
}

impl Close {
    /// Says it.
    pub(crate) fn say(&self) {
        self.0.send_replace(true);
    }
}

impl Closing {
    /// Whether it has been said.
    pub(crate) fn is_said(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for it. A daemon that is gone has ended, too.
    pub(crate) async fn said(&mut self) {
        drop(self.0.wait_for(|said| *said).await);
    }
}

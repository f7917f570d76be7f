//! The writer's thread: takes what waits, makes batches, looks after the time.

use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, never, select_biased};
use tokio::sync::oneshot;

use super::command::{Control, Intake};
use super::core::{Broken, Core};
use super::item::Item;
use super::queue::Queue;
use crate::store::Journal;

/// The longest sleep: a wall clock that jumps ahead is noticed after it.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);

/// Starts the writer. It ends on [`Control::Stop`], when all senders are gone, or when the log takes no more, and says
/// which; a line that closes without a word means that it panicked.
pub(crate) fn spawn<J: Journal + Send + 'static>(
    core: Core<J>,
    queue: Queue,
) -> std::io::Result<oneshot::Receiver<Result<(), Broken>>> {
    let (ended, end) = oneshot::channel();
    thread::Builder::new()
        .name("trig-writer".into())
        .spawn(move || {
            // whoever started the writer may have gone
            drop(ended.send(run(core, &queue)));
        })?;
    Ok(end)
}

fn run<J: Journal>(mut core: Core<J>, queue: &Queue) -> Result<(), Broken> {
    core.resume();
    let none: Receiver<Intake> = never();
    let mut stopping = false;
    loop {
        let mut batch = Batch::default();
        let (intake, patience) = if stopping {
            (&none, Duration::ZERO)
        } else {
            (&queue.intake, wait(&core))
        };
        select_biased! {
            recv(queue.control) -> control => match control {
                Ok(control) => stopping |= take_control(&mut core, &mut batch, control),
                Err(_) => stopping = true,
            },
            recv(intake) -> intake => match intake {
                Ok(intake) => batch.body(intake),
                Err(_) => stopping = true,
            },
            default(patience) => {}
        }
        while batch.has_room(queue) {
            if let Ok(control) = queue.control.try_recv() {
                stopping |= take_control(&mut core, &mut batch, control);
            } else if let Ok(intake) = queue.intake.try_recv() {
                batch.body(intake);
            } else {
                break;
            }
        }
        let drained = batch.items.is_empty();
        if !drained || core.is_due() {
            core.commit(batch.items)?;
        }
        if stopping && drained {
            return Ok(());
        }
    }
}

fn wait<J: Journal>(core: &Core<J>) -> Duration {
    if core.is_due() {
        return Duration::ZERO;
    }
    let Some(due) = core.next_due() else {
        return LONGEST_SLEEP;
    };
    let left = (due - core.time()).0.max(0);
    Duration::from_millis(left.unsigned_abs()).min(LONGEST_SLEEP)
}

/// Whether the writer is to end.
fn take_control<J: Journal>(core: &mut Core<J>, batch: &mut Batch, control: Control) -> bool {
    match control {
        Control::Result {
            workspace,
            result,
            done,
        } => batch.items.push(Item::Result {
            workspace,
            result,
            done,
        }),
        Control::Attempt {
            workspace,
            key,
            attempt,
            done,
        } => batch.items.push(Item::Attempt {
            workspace,
            key,
            attempt,
            done,
        }),
        Control::Activate { activation, done } => {
            batch.items.push(Item::Activate { activation, done });
        }
        Control::Status { workspace, answer } => {
            // whoever asked may have gone
            drop(answer.send(core.status(&workspace)));
        }
        Control::Stop => return true,
    }
    false
}

#[derive(Default)]
struct Batch {
    items: Vec<Item>,
    bytes: usize,
}

impl Batch {
    fn body(&mut self, intake: Intake) {
        self.bytes += intake.payload.len();
        self.items.push(Item::Input(intake));
    }

    fn has_room(&self, queue: &Queue) -> bool {
        self.items.len() < queue.bounds.batch_bodies && self.bytes < queue.bounds.batch_bytes
    }
}

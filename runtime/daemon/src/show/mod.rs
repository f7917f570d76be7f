//! Showing what happens, on standard output.

mod audit;
mod json;
mod lines;
mod style;
mod why;

use std::io::{self, Write};
use std::thread::{self, JoinHandle};

use crossbeam_channel::Receiver;

use crate::happened::{Happened, Teller};

pub use style::Colour;

/// How many things may wait to be shown before whoever tells them waits.
const WAITING: usize = 1_024;

/// In which form it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// Lines for people.
    #[default]
    Lines,
    /// One JSON object a line.
    Json,
}

/// A thread that shows what it is told.
#[derive(Debug)]
pub struct Show {
    thread: JoinHandle<()>,
}

impl Show {
    /// Starts one.
    ///
    /// # Errors
    /// If no thread can be had.
    pub fn start(format: Format, colour: Colour) -> io::Result<(Self, Teller)> {
        let (sender, receiver) = crossbeam_channel::bounded(WAITING);
        let thread = thread::Builder::new()
            .name("trig-show".into())
            .spawn(move || {
                let mut out = colour.stdout();
                run(format, &receiver, &mut out);
            })?;
        Ok((Self { thread }, Teller::new(sender)))
    }

    /// Waits until all has been shown. All tellers must be gone.
    pub fn end(self) {
        // what a panic left unshown cannot be shown any more
        drop(self.thread.join());
    }
}

fn run(format: Format, receiver: &Receiver<Happened>, out: &mut impl Write) {
    let mut lines = lines::Lines::default();
    for happened in receiver {
        let written = match format {
            Format::Lines => lines.write(&happened, out),
            Format::Json => json::write(&happened, out),
        };
        if written.and_then(|()| out.flush()).is_err() {
            // nobody reads any more: take what comes, so that nobody waits
            receiver.iter().for_each(drop);
        }
    }
}

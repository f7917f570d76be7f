//! Showing what happens, on standard output.

mod audit;
mod json;
mod lines;
mod style;

use std::io::{self, Write};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};

use crate::happened::{Happened, Listener, Teller, Told};

pub(crate) use audit::waits;
pub(crate) use lines::time;
pub(crate) use style::Colour;

/// How long a terminal may stand still at the end before it is not waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// In which form it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// Lines for people.
    #[default]
    Lines,
    /// One JSON object a line.
    Json,
}

/// A thread that shows what it is told.
#[derive(Debug)]
pub(crate) struct Show {
    thread: JoinHandle<()>,
    /// Closes when the thread has ended.
    ended: Receiver<()>,
    left: Receiver<Told>,
}

impl Show {
    /// Starts one.
    ///
    /// # Errors
    /// If no thread can be had.
    pub(crate) fn start(format: Format, colour: Colour) -> io::Result<(Self, Teller)> {
        let (teller, listener) = Teller::heard();
        let (end, ended) = crossbeam_channel::bounded::<()>(0);
        let left = listener.told.clone();
        let thread = thread::Builder::new()
            .name("trig-show".into())
            .spawn(move || {
                let _end = end;
                let mut out = colour.stdout();
                show(format, &listener, &mut out);
            })?;
        let show = Self {
            thread,
            ended,
            left,
        };
        Ok((show, teller))
    }

    /// Waits until all has been shown; in a `hurry` only for as long as it gets less. All tellers must be gone.
    pub(crate) fn end(self, hurry: bool) {
        let mut left = usize::MAX;
        while hurry && self.ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            if self.left.len() >= left {
                // nobody reads: the thread ends with the process
                return;
            }
            left = self.left.len();
        }
        // what a panic left unshown cannot be shown any more
        drop(self.thread.join());
    }
}

fn show(format: Format, listener: &Listener, out: &mut impl Write) {
    if run(format, listener, out).is_err() {
        // nobody reads any more: take what comes, so that it does not pile up
        listener.told.iter().for_each(drop);
    }
}

fn run(format: Format, listener: &Listener, out: &mut impl Write) -> io::Result<()> {
    let mut lines = lines::Lines::default();
    let mut write = |happened: &Happened| {
        match format {
            Format::Lines => lines.write(happened, out)?,
            Format::Json => json::write(happened, out)?,
        }
        out.flush()
    };
    for told in &listener.told {
        match told {
            Told::Happened(happened) => write(&happened)?,
            // a line that closes is the answer
            Told::Shown(answer) => drop(answer),
        }
        // with nothing behind it, what was left out came next
        if listener.told.is_empty()
            && let Some(note) = listener.left_out()
        {
            write(&note)?;
        }
    }
    listener.left_out().map_or(Ok(()), |note| write(&note))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::happened::WAITING;

    fn note(text: &str) -> Happened {
        Happened::Note { text: text.into() }
    }

    fn shown(listener: &Listener) -> Vec<String> {
        let mut out = Vec::new();
        run(Format::Lines, listener, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn telling_never_waits_and_what_was_left_out_is_counted() {
        let (teller, listener) = Teller::heard();
        for _ in 0..WAITING + 5 {
            teller.tell(|| note("kept"));
        }
        // there is room for two again
        for _ in 0..2 {
            drop(listener.told.recv().unwrap());
        }
        teller.tell(|| note("after"));
        teller.tell(|| note("too much"));
        drop(teller);
        let lines = shown(&listener);
        assert_eq!(lines.len(), WAITING + 1);
        let (kept, rest) = lines.split_at(WAITING - 2);
        assert!(kept.iter().all(|l| l.ends_with("kept")));
        assert!(rest[0].ends_with("5 lines not shown"), "{rest:?}");
        assert!(rest[1].ends_with("after"), "{rest:?}");
        assert!(rest[2].ends_with("1 line not shown"), "{rest:?}");
    }

    #[test]
    fn where_all_is_kept_nothing_is_left_out() {
        let (teller, listener) = Teller::heard();
        teller.keep_all(true);
        for _ in 0..WAITING * 2 {
            teller.tell(|| note("kept"));
        }
        drop(teller);
        assert_eq!(shown(&listener).len(), WAITING * 2);
    }
}

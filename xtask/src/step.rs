//! A command that is run as a part of a task.

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// A run of cargo, or of another program.
pub(crate) struct Step {
    title: String,
    command: Command,
}

impl Step {
    /// `cargo` with these arguments, at the root of the repository.
    pub(crate) fn cargo(args: &[&str]) -> Self {
        let mut command = cargo();
        command.args(args);
        Self {
            title: format!("cargo {}", args.join(" ")),
            command,
        }
    }

    /// Another program with these arguments.
    pub(crate) fn program(name: &str, args: &[&str]) -> Self {
        let mut command = Command::new(name);
        command.args(args);
        Self {
            title: format!("{name} {}", args.join(" ")),
            command,
        }
    }

    /// With an environment variable.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.title = format!("{name}='{value}' {}", self.title);
        self.command.env(name, value);
        self
    }

    /// Without an environment variable.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Says what is run, runs it, and says how long it took.
    pub(crate) fn run(self) -> Outcome {
        let title = self.title.clone();
        let start = Instant::now();
        let outcome = self.run_last();
        let seconds = start.elapsed().as_secs_f32();
        match outcome.0 {
            0 => eprintln!("--- ok in {seconds:.1}s: {title}"),
            code => eprintln!("--- FAILED with {code} in {seconds:.1}s: {title}"),
        }
        outcome
    }

    /// Says what is run, and runs it: the last line is the command's own.
    pub(crate) fn run_last(mut self) -> Outcome {
        eprintln!("\n=== {}", self.title);
        match self.command.status() {
            // a process that a signal ended has no code
            Ok(status) => Outcome(status.code().map_or(1, |c| u8::try_from(c).unwrap_or(1))),
            Err(error) => {
                eprintln!("cannot be run: {error}");
                Outcome(1)
            }
        }
    }

    /// Whether it succeeds, quietly and within `limit`.
    pub(crate) fn succeeds_within(mut self, limit: Duration) -> bool {
        let null = std::process::Stdio::null;
        let Ok(mut child) = self
            .command
            .stdin(null())
            .stdout(null())
            .stderr(null())
            .spawn()
        else {
            return false;
        };
        let start = Instant::now();
        while start.elapsed() < limit {
            match child.try_wait() {
                Ok(Some(status)) => return status.success(),
                Ok(None) => std::thread::sleep(Duration::from_millis(50)),
                Err(_) => break,
            }
        }
        // it may have ended by itself in this moment
        let _ = child.kill();
        let _ = child.wait();
        false
    }
}

/// The exit code of a step.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Outcome(u8);

impl Outcome {
    pub(crate) fn is_ok(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn failed() -> Self {
        Self(1)
    }

    /// The first failure of the two.
    pub(crate) fn then(self, next: Self) -> Self {
        if self.is_ok() { next } else { self }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.0)
    }
}

/// The cargo that runs this task, at the root of the repository.
fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    // set by `cargo run`; without it, this was started by hand, from the root
    if let Some(manifest) = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from)
        && let Some(root) = manifest.parent()
    {
        command.current_dir(root);
    }
    command
}

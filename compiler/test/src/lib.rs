//! Runs the tests of a project on the engine that the daemon runs, under a virtual clock and without I/O.
//!
//! Each test is a world of its own (`world`): a state of the engine, a clock, and an outside that answers what is asked
//! of it. A step is carried out (`step`), an expectation is judged by what the engine's audit has told (`heard`,
//! `judge`). A test that fails is run once more with the engine's trace on, for its timeline (`timeline`): the engine
//! is deterministic, so both runs are the same.

mod coverage;
mod heard;
mod judge;
mod report;
mod step;
mod suite;
mod timeline;
mod world;

pub use coverage::{Coverage, GuardCoverage, TriggerCoverage};
pub use report::{Failure, Place, Report, TestResult, TimelineLine};
pub use suite::{Options, Suite};
pub use world::MOST_INPUTS;

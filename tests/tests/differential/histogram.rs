//! How often each clause let a firing pass, and how often it stopped one.

use std::collections::BTreeMap;
use std::fmt;

#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram(BTreeMap<&'static str, [u64; 2]>);

impl Histogram {
    pub(crate) fn note(&mut self, clause: &'static str, passed: bool) {
        self.0.entry(clause).or_default()[usize::from(!passed)] += 1;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (clause, counts) in &other.0 {
            let mine = self.0.entry(clause).or_default();
            mine[0] += counts[0];
            mine[1] += counts[1];
        }
    }

    pub(crate) fn of(&self, clause: &str) -> [u64; 2] {
        self.0.get(clause).copied().unwrap_or_default()
    }
}

impl fmt::Display for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<24}{:>9}{:>9}", "clause", "passed", "stopped")?;
        for (clause, [passed, stopped]) in &self.0 {
            writeln!(f, "{clause:<24}{passed:>9}{stopped:>9}")?;
        }
        Ok(())
    }
}

//! Positions. The log numbers records; the engine numbers inputs, and one record may hold many.
//!
//! An input's position is its record's position times 2¹⁶ plus its index in the record. So it follows from the log alone,
//! is strictly increasing, and both parts can be read from it. A record therefore holds at most 65,536 inputs, and a
//! log at most 2⁴⁸ records.

use std::fmt;

const INDEX_BITS: u32 = 16;

/// How many inputs one record can hold.
pub const MAX_INPUTS: usize = 1 << INDEX_BITS;

/// The position of the input `index` of the record `record`.
pub fn input(record: u64, index: usize) -> u64 {
    (record << INDEX_BITS) | (index as u64 & (MAX_INPUTS as u64 - 1))
}

/// The record that holds the input.
pub fn record(input: u64) -> u64 {
    input >> INDEX_BITS
}

/// An input's position as people read it: `#12`, or `#12.3` for the fourth input of record 12.
#[derive(Clone, Copy, Debug)]
pub struct Shown(pub u64);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let index = self.0 & (MAX_INPUTS as u64 - 1);
        write!(f, "#{}", record(self.0))?;
        if index > 0 {
            write!(f, ".{index}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_increase_over_records_and_inputs() {
        let all = [
            input(1, 0),
            input(1, 1),
            input(1, MAX_INPUTS - 1),
            input(2, 0),
        ];
        assert!(all.is_sorted_by(|a, b| a < b), "{all:?}");
        assert_eq!(record(input(7, 65_535)), 7);
    }

    #[test]
    fn a_first_input_is_shown_as_its_record() {
        assert_eq!(Shown(input(12, 0)).to_string(), "#12");
        assert_eq!(Shown(input(12, 3)).to_string(), "#12.3");
    }
}

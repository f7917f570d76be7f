//! Positions. The log numbers records; the engine numbers inputs, and one record may hold many.
//!
//! An input's position is its record's position times 2¹⁶ plus its index in the record. So it follows from the log alone,
//! is strictly increasing, and both parts can be read from it. A record therefore holds at most 65,536 inputs, and a
//! log at most 2⁴⁸ records.

const INDEX_BITS: u32 = 16;

/// How many inputs one record can hold.
pub(crate) const MAX_INPUTS: usize = 1 << INDEX_BITS;

/// The position of the input `index` of the record `record`.
pub(crate) fn input(record: u64, index: usize) -> u64 {
    (record << INDEX_BITS) | (index as u64 & (MAX_INPUTS as u64 - 1))
}

/// The record that holds the input.
pub(crate) fn record(input: u64) -> u64 {
    input >> INDEX_BITS
}

/// Which input of its record it is, from 0.
pub(crate) fn index(input: u64) -> usize {
    usize::try_from(input & (MAX_INPUTS as u64 - 1)).unwrap_or_default()
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
    }

    #[test]
    fn both_parts_can_be_read_from_a_position() {
        let position = input(7, 65_535);
        assert_eq!((record(position), index(position)), (7, 65_535));
    }
}

//! What crosses crates: end-to-end tests with the built binaries. The tests themselves are in `tests/`.

//! The manifest, `trig.toml`: what differs between installations.

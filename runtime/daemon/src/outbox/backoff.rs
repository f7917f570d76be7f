//! When to try again.

use std::time::Duration;

use rand::{Rng, RngExt};

/// How often and how far apart an effect is tried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// The longest wait before the second attempt; it doubles with each further one.
    pub base: Duration,
    /// The longest wait of all.
    pub cap: Duration,
    /// After how many attempts an effect has failed.
    pub attempts: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            base: Duration::from_millis(500),
            cap: Duration::from_secs(300),
            attempts: 12,
        }
    }
}

impl Backoff {
    /// The longest wait after the given number of attempts.
    pub fn ceiling(&self, attempts: u32) -> Duration {
        let factor = 1u32
            .checked_shl(attempts.saturating_sub(1))
            .unwrap_or(u32::MAX);
        self.base.saturating_mul(factor).min(self.cap)
    }

    /// How long to wait after the given number of attempts: anything up to the ceiling, so that those who failed
    /// together do not come back together.
    pub fn wait(&self, attempts: u32, random: &mut impl Rng) -> Duration {
        let ceiling = u64::try_from(self.ceiling(attempts).as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(random.random_range(0..=ceiling))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn the_ceiling_doubles_up_to_the_cap() {
        let backoff = Backoff::default();
        let seconds: Vec<f32> = [1, 2, 3, 4, 9, 10, 11, 40, u32::MAX]
            .map(|n| backoff.ceiling(n).as_secs_f32())
            .into();
        assert_eq!(
            seconds,
            [0.5, 1.0, 2.0, 4.0, 128.0, 256.0, 300.0, 300.0, 300.0]
        );
    }

    #[test]
    fn a_wait_is_anywhere_below_the_ceiling() {
        let backoff = Backoff::default();
        let mut random = rand::rngs::SmallRng::seed_from_u64(1);
        let waits: Vec<_> = (0..200).map(|_| backoff.wait(4, &mut random)).collect();
        assert!(waits.iter().all(|w| *w <= backoff.ceiling(4)));
        assert!(waits.iter().any(|w| *w < backoff.ceiling(2)));
        assert!(waits.iter().any(|w| *w > backoff.ceiling(3)));
    }
}

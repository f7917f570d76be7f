//! Lines of a text.

/// Where the lines of a text begin.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct LineIndex {
    /// Offsets of the first bytes of all lines but the first.
    starts: Vec<u32>,
}

impl LineIndex {
    pub(crate) fn new(text: &str) -> Self {
        let starts = (1..)
            .zip(text.bytes())
            .filter(|(_, b)| *b == b'\n')
            .map(|(next, _)| next)
            .collect();
        Self { starts }
    }

    /// The line of an offset, from 1.
    pub(crate) fn line(&self, offset: u32) -> u32 {
        let before = self.starts.partition_point(|start| *start <= offset);
        u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
    }
}

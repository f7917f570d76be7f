//! Where the lines of a text begin, and which character of its line a byte belongs to.

/// How many bytes apart characters are counted in advance: a line of megabytes is not counted again for every place.
const STEP: usize = 4096;

/// The lines of one text.
pub(crate) struct Lines {
    starts: Vec<usize>,
    /// Characters that begin before byte `STEP * i`.
    chars: Vec<usize>,
}

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
        let starts = std::iter::once(0)
            .chain(newlines.map(|(i, _)| i + 1))
            .collect();
        let mut chars = vec![0];
        let mut count = 0;
        for chunk in text.as_bytes().chunks(STEP) {
            count += chars_in(chunk);
            chars.push(count);
        }
        Self { starts, chars }
    }

    /// The line of the byte at `offset`, from 0.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.starts
            .partition_point(|s| *s <= offset)
            .saturating_sub(1)
    }

    /// The bytes of a line, from 0, without its newline; empty beyond the last.
    pub(crate) fn range(&self, line: usize, text: &str) -> std::ops::Range<usize> {
        let start = self.starts.get(line).copied().unwrap_or(text.len());
        let end = self
            .starts
            .get(line + 1)
            .map_or(text.len(), |next| next - 1);
        let end = end.max(start);
        let cr = text
            .as_bytes()
            .get(start..end)
            .is_some_and(|l| l.ends_with(b"\r"));
        start..end - usize::from(cr)
    }

    /// The number of lines.
    pub(crate) fn count(&self) -> usize {
        self.starts.len()
    }

    /// The character of its line at `offset`, from 0.
    pub(crate) fn column(&self, offset: usize, text: &str) -> usize {
        let start = self.starts.get(self.line(offset)).copied().unwrap_or(0);
        self.chars_before(offset, text) - self.chars_before(start, text)
    }

    fn chars_before(&self, offset: usize, text: &str) -> usize {
        let step = offset / STEP;
        let counted = self.chars.get(step).copied().unwrap_or(0);
        counted + chars_in(text.as_bytes().get(step * STEP..offset).unwrap_or_default())
    }
}

fn chars_in(bytes: &[u8]) -> usize {
    // all but continuation bytes
    bytes.iter().filter(|b| **b & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_counting(text in "[a-zü日\r\n]{0,60}", repeat in 1usize..400) {
            let text = text.repeat(repeat);
            let lines = Lines::new(&text);
            for (offset, _) in text.char_indices().step_by(97) {
                let before = &text[..offset];
                let line = before.matches('\n').count();
                prop_assert_eq!(lines.line(offset), line);
                let column = before.rsplit('\n').next().unwrap_or("").chars().count();
                prop_assert_eq!(lines.column(offset, &text), column);
            }
            for (n, line) in text.split('\n').enumerate() {
                prop_assert_eq!(&text[lines.range(n, &text)], line.strip_suffix('\r').unwrap_or(line));
            }
        }
    }
}

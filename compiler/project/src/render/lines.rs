//! Where the lines of a text begin, and which character of its line a byte belongs to.

/// How many bytes apart characters are counted in advance: a line of megabytes is not counted again for every place.
const STEP: usize = 4096;

/// The lines of one text.
pub(crate) struct Lines {
    starts: Vec<usize>,
    /// Characters that begin before byte `STEP * i`, and those of them that UTF-16 writes as two units.
    chars: Vec<Count>,
}

/// How many characters begin in some bytes.
#[derive(Clone, Copy, Default)]
struct Count {
    all: usize,
    /// Those outside of the basic plane: UTF-16 writes them as two units.
    wide: usize,
}

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
        let starts = std::iter::once(0)
            .chain(newlines.map(|(i, _)| i + 1))
            .collect();
        let mut chars = vec![Count::default()];
        let mut count = Count::default();
        for chunk in text.as_bytes().chunks(STEP) {
            count = count.and(chunk);
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
        let (start, end) = self.counts(offset, text);
        end.all - start.all
    }

    /// The unit of UTF-16 of its line at `offset`, from 0.
    pub(crate) fn column_utf16(&self, offset: usize, text: &str) -> usize {
        let (start, end) = self.counts(offset, text);
        (end.all + end.wide) - (start.all + start.wide)
    }

    /// What lies before the line of `offset`, and before `offset`.
    fn counts(&self, offset: usize, text: &str) -> (Count, Count) {
        let start = self.starts.get(self.line(offset)).copied().unwrap_or(0);
        (
            self.count_before(start, text),
            self.count_before(offset, text),
        )
    }

    fn count_before(&self, offset: usize, text: &str) -> Count {
        let step = offset / STEP;
        let counted = self.chars.get(step).copied().unwrap_or_default();
        counted.and(text.as_bytes().get(step * STEP..offset).unwrap_or_default())
    }
}

impl Count {
    /// With what begins in further bytes.
    fn and(self, bytes: &[u8]) -> Self {
        let count = |wanted: fn(u8) -> bool| bytes.iter().filter(|b| wanted(**b)).count();
        Self {
            // all but continuation bytes
            all: self.all + count(|b| b & 0xc0 != 0x80),
            wide: self.wide + count(|b| b >= 0xf0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_counting(text in "[a-zü日😀\r\n]{0,60}", repeat in 1usize..400) {
            let text = text.repeat(repeat);
            let lines = Lines::new(&text);
            for (offset, _) in text.char_indices().step_by(97) {
                let before = &text[..offset];
                let line = before.matches('\n').count();
                prop_assert_eq!(lines.line(offset), line);
                let column = before.rsplit('\n').next().unwrap_or("").chars().count();
                prop_assert_eq!(lines.column(offset, &text), column);
                let units = before.rsplit('\n').next().unwrap_or("").encode_utf16().count();
                prop_assert_eq!(lines.column_utf16(offset, &text), units);
            }
            for (n, line) in text.split('\n').enumerate() {
                prop_assert_eq!(&text[lines.range(n, &text)], line.strip_suffix('\r').unwrap_or(line));
            }
        }
    }
}

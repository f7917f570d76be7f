//! The few lines of a text that one diagnostic needs, cut to a width that a person can read.
//!
//! The renderer of codespan-reporting asks for whole lines. A line of megabytes, a label over a whole file, or a
//! control character must cost no more than any other, so it is given excerpts that keep the numbers of their lines.

use std::collections::BTreeMap;
use std::ops::Range;

use codespan_reporting::files::{Error, Files};

use super::sanitize::shown;
use super::texts::{Place, Text};

/// How much of a long line is shown, in bytes.
const WIDTH: usize = 160;
/// How much of it stands before the first label.
const LEAD: usize = 40;
/// A label over more lines is shown at its first one.
const MAX_LINES: usize = 40;
/// Lines around the ends of a label that the renderer may show.
const CONTEXT: usize = 4;

/// The excerpts of one diagnostic, one a file.
#[derive(Default)]
pub(crate) struct Excerpts {
    files: Vec<Excerpt>,
}

struct Excerpt {
    path: String,
    text: String,
    /// Lines by their number from 0, with their place in `text`.
    lines: BTreeMap<usize, Range<usize>>,
    /// Where labels begin in `text`, and where that is in the file.
    places: Vec<(usize, Place)>,
}

impl Excerpts {
    /// Adds the lines around `labels` of one file; returns its id, and the labels' ranges in the excerpt.
    pub(crate) fn add(
        &mut self,
        path: String,
        text: &Text,
        labels: &[Range<usize>],
    ) -> (usize, Vec<Range<usize>>) {
        let labels: Vec<Range<usize>> = labels.iter().map(|l| fit(text, l)).collect();
        let mut excerpt = Excerpt {
            path,
            text: String::new(),
            lines: BTreeMap::new(),
            places: Vec::new(),
        };
        let mut offsets = BTreeMap::new();
        for line in lines_around(text, &labels) {
            excerpt.push(line, text, &labels, &mut offsets);
        }
        let ranges: Vec<Range<usize>> = labels
            .iter()
            .map(|l| {
                let start = offsets.get(&l.start).copied().unwrap_or(0);
                let end = offsets.get(&l.end).copied().unwrap_or(start);
                excerpt.places.push((start, text.place(l.start)));
                start..end.max(start)
            })
            .collect();
        self.files.push(excerpt);
        (self.files.len() - 1, ranges)
    }

    fn file(&self, id: usize) -> Result<&Excerpt, Error> {
        self.files.get(id).ok_or(Error::FileMissing)
    }
}

/// A label's range inside of the text, on character boundaries, not ending behind a newline, and not over too many
/// lines.
fn fit(text: &Text, label: &Range<usize>) -> Range<usize> {
    let start = text.snap(label.start);
    let mut end = text.snap(label.end).max(start);
    let first = text.lines.line(start);
    let last = text.lines.line(end);
    let end_of_line = |line| text.lines.range(line, &text.text).end;
    if last > first + MAX_LINES {
        end = end_of_line(first);
    } else if last > first && text.lines.range(last, &text.text).start == end {
        end = end_of_line(last - 1);
    }
    // between `\r` and `\n` there is nothing to show
    let start = start.min(end_of_line(first));
    start
        ..end
            .max(start)
            .min(end_of_line(text.lines.line(end)).max(start))
}

fn lines_around(text: &Text, labels: &[Range<usize>]) -> Vec<usize> {
    let mut lines = Vec::new();
    for label in labels {
        let (first, last) = (text.lines.line(label.start), text.lines.line(label.end));
        for end in [first, last] {
            let after = (end + CONTEXT + 1).min(text.lines.count());
            lines.extend(end.saturating_sub(CONTEXT)..after);
        }
    }
    lines.sort_unstable();
    lines.dedup();
    lines
}

impl Excerpt {
    /// Appends a line; notes where the ends of labels came to stand.
    fn push(
        &mut self,
        line: usize,
        text: &Text,
        labels: &[Range<usize>],
        offsets: &mut BTreeMap<usize, usize>,
    ) {
        let range = text.lines.range(line, &text.text);
        let ends: Vec<usize> = labels
            .iter()
            .flat_map(|l| [l.start, l.end])
            .filter(|o| (range.start..=range.end).contains(o))
            .collect();
        let window = window(text, &range, &ends);
        let start = self.text.len();
        if window.start > range.start {
            self.text.push('…');
        }
        let part = text.text.get(window.clone()).unwrap_or_default();
        for (at, c) in part.char_indices() {
            note(window.start + at, self.text.len(), &ends, offsets);
            self.text.push(shown(c));
        }
        note(window.end, self.text.len(), &ends, offsets);
        if window.end < range.end {
            self.text.push('…');
        }
        // what lies outside of the window is shown at its end
        for end in ends
            .iter()
            .filter(|e| !offsets.contains_key(e))
            .copied()
            .collect::<Vec<_>>()
        {
            offsets.insert(end, self.text.len());
        }
        self.text.push('\n');
        self.lines.insert(line, start..self.text.len());
    }
}

fn note(offset: usize, at: usize, ends: &[usize], offsets: &mut BTreeMap<usize, usize>) {
    if ends.contains(&offset) {
        offsets.insert(offset, at);
    }
}

/// Which part of a line is shown.
fn window(text: &Text, line: &Range<usize>, ends: &[usize]) -> Range<usize> {
    if line.len() <= WIDTH {
        return line.clone();
    }
    let first = ends.iter().copied().min().unwrap_or(line.start);
    let start = if first - line.start <= LEAD {
        line.start
    } else {
        text.snap((first - LEAD).min(line.end - WIDTH))
            .max(line.start)
    };
    start..text.snap((start + WIDTH).min(line.end)).max(start)
}

impl<'a> Files<'a> for Excerpts {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.path)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte: usize) -> Result<usize, Error> {
        let file = self.file(id)?;
        let line = file.lines.iter().find(|(_, range)| range.contains(&byte));
        line.map(|(line, _)| *line).ok_or(Error::IndexTooLarge {
            given: byte,
            max: file.text.len(),
        })
    }

    fn line_range(&'a self, id: usize, line: usize) -> Result<Range<usize>, Error> {
        // lines that are not in the excerpt are asked for, and not shown
        Ok(self.file(id)?.lines.get(&line).cloned().unwrap_or(0..0))
    }

    fn column_number(&'a self, id: usize, _line: usize, byte: usize) -> Result<usize, Error> {
        let places = &self.file(id)?.places;
        let place = places.iter().find(|(at, _)| *at == byte);
        Ok(place.map_or(1, |(_, place)| place.column))
    }
}

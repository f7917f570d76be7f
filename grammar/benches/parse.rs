//! How fast a project of 10,000 triggers is parsed, on one core and on all, beside a plain scan of the same bytes.

mod generate;

use std::sync::LazyLock;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use rayon::prelude::*;

/// 20 files of 500 triggers each.
static PROJECT: LazyLock<Vec<String>> = LazyLock::new(|| generate::project(20, 500, 1));

fn main() {
    let bytes: usize = PROJECT.iter().map(String::len).sum();
    let wrong: usize = PROJECT
        .iter()
        .map(|text| trig_grammar::parse(text).errors.len())
        .sum();
    println!("{bytes} bytes in {} files, {wrong} errors", PROJECT.len());
    divan::main();
}

fn bytes() -> BytesCount {
    BytesCount::new(PROJECT.iter().map(String::len).sum::<usize>())
}

/// The yardstick: lines and words counted, byte by byte.
#[divan::bench(sample_count = 20)]
fn scan_bytes(bencher: Bencher) {
    bencher.counter(bytes()).bench(|| {
        let mut counts = (0_usize, 0_usize);
        for text in PROJECT.iter() {
            let mut in_word = false;
            for byte in text.bytes() {
                counts.0 += usize::from(byte == b'\n');
                let word = byte.is_ascii_alphanumeric() || byte == b'_';
                counts.1 += usize::from(word && !in_word);
                in_word = word;
            }
        }
        black_box(counts)
    });
}

/// Text to tree, one file after another. Dropping the trees is not counted.
#[divan::bench(sample_count = 5)]
fn parse_one_core(bencher: Bencher) {
    bencher.counter(bytes()).bench(|| {
        PROJECT
            .iter()
            .map(|text| trig_grammar::parse(text))
            .collect::<Vec<_>>()
    });
}

/// Text to tree, the files over all cores.
#[divan::bench(sample_count = 5)]
fn parse_all_cores(bencher: Bencher) {
    bencher.counter(bytes()).bench(|| {
        PROJECT
            .par_iter()
            .map(|text| trig_grammar::parse(text))
            .collect::<Vec<_>>()
    });
}

/// One file of 500 triggers: what an editor waits for.
#[divan::bench(sample_count = 20)]
fn parse_one_file(bencher: Bencher) {
    let text = PROJECT.first().map_or("", String::as_str);
    bencher
        .counter(BytesCount::of_str(text))
        .bench(|| trig_grammar::parse(black_box(text)));
}

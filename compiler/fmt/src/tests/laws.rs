//! The laws: formatting twice is formatting once, the tree stays, every comment stays, lines end as they should.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::tree::{comments, in_order, tree};
use super::{generate, mangle, sources};
use crate::{Unformattable, format};

/// Formats, and looks whether the laws hold. `None` where the text has errors.
fn lawful(text: &str) -> Option<String> {
    let formatted = match format(text) {
        Ok(formatted) => formatted,
        Err(Unformattable::Syntax(_)) => return None,
        Err(Unformattable::Unsafe) => panic!("a file that cannot be laid out:\n{text}"),
    };
    assert_eq!(tree(text), tree(&formatted), "\n{text}\n---\n{formatted}");
    assert_eq!(
        comments(text),
        comments(&formatted),
        "\n{text}\n---\n{formatted}"
    );
    assert!(in_order(&formatted), "\n{text}\n---\n{formatted}");
    let again = format(&formatted).unwrap_or_else(|e| panic!("{e}:\n{text}\n---\n{formatted}"));
    assert!(
        again == formatted,
        "not idempotent:\n{text}\n--- once\n{formatted}\n--- twice\n{again}"
    );
    assert!(!formatted.contains("\n\n\n"), "{formatted}");
    assert!(formatted.is_empty() || formatted.ends_with('\n') && !formatted.ends_with("\n\n"));
    let raw = formatted.contains("\"\"\"");
    assert!(
        raw || formatted.lines().all(|line| line.trim_end() == line),
        "{formatted}"
    );
    Some(formatted)
}

fn random(seed: u64) -> ChaCha8Rng {
    println!("seed {seed}");
    ChaCha8Rng::seed_from_u64(seed)
}

#[test]
fn every_file_without_errors() {
    for (path, text) in sources() {
        assert!(lawful(&text).is_some(), "{}", path.display());
        let other = format!("\u{FEFF}{}", text.replace('\n', "\r\n"));
        assert_eq!(format(&other), format(&text), "{}", path.display());
    }
}

#[test]
fn random_programs() {
    let mut random = random(1);
    for _ in 0..400 {
        lawful(&program(&mut random)).unwrap();
    }
}

#[test]
fn space_between_tokens_does_not_matter() {
    let mut random = random(2);
    for text in texts(&mut random) {
        let formatted = format(&text).unwrap();
        for _ in 0..4 {
            let mangled = mangle::spaces(&text, &mut random);
            assert_eq!(format(&mangled).as_ref(), Ok(&formatted), "{mangled}");
        }
    }
}

#[test]
fn lines_within_a_member_do_not_matter() {
    let mut random = random(3);
    let (mut tried, mut held) = (0, 0);
    for text in texts(&mut random) {
        let formatted = format(&text).unwrap();
        for _ in 0..4 {
            let mangled = mangle::lines(&text, &mut random);
            tried += 1;
            // A word of the language at the beginning of a line ends what stands before it.
            if trig_grammar::parse(&mangled).errors.is_empty() {
                held += 1;
                assert_eq!(format(&mangled).as_ref(), Ok(&formatted), "{mangled}");
            }
        }
    }
    assert!(held * 2 > tried, "only {held} of {tried} could be read");
}

#[test]
fn comments_stay_wherever_they_stand() {
    let mut random = random(4);
    let (mut tried, mut held) = (0, 0);
    for text in texts(&mut random) {
        for rate in [0.02, 0.1, 0.4] {
            let commented = mangle::comments(&text, rate, &mut random);
            tried += 1;
            held += usize::from(lawful(&commented).is_some());
        }
    }
    assert!(held * 3 > tried, "only {held} of {tried} could be read");
}

/// Every file, and as many random programs.
fn texts(random: &mut ChaCha8Rng) -> Vec<String> {
    let mut texts: Vec<String> = sources().into_iter().map(|(_, text)| text).collect();
    for _ in 0..200 {
        texts.push(program(random));
    }
    texts
}

fn program(random: &mut ChaCha8Rng) -> String {
    let text = generate::program(random);
    let errors = trig_grammar::parse(&text).errors;
    assert!(errors.is_empty(), "{errors:?}\n{text}");
    text
}

#[test]
fn any_text_is_formatted_or_left() {
    let mut random = random(5);
    let texts = texts(&mut random);
    for _ in 0..2_000 {
        let text = &texts[random.random_range(0..texts.len())];
        let mut text: Vec<char> = text.chars().take(1_500).collect();
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(0..text.len().max(1));
            match random.random_range(0..3) {
                0 if at < text.len() => {
                    text.remove(at);
                }
                1 => text.insert(
                    at.min(text.len()),
                    ['{', ')', '"', ',', '/', '\n', '|', '.'][random.random_range(0..8)],
                ),
                _ => text.truncate(at.max(1)),
            }
        }
        lawful(&text.into_iter().collect::<String>());
    }
}

#[test]
fn the_deepest_that_can_be_read() {
    let nested = format!("{}a{}", "(".repeat(60), ")".repeat(60));
    let chain = vec!["a == 1"; 120].join(" and ");
    let mixed = vec!["a or b and c"; 80].join(" or ");
    let nots = format!("{}a", "not ".repeat(250));
    let choices = format!("{} 0", "if a then 1 else ".repeat(100));
    for expr in [nested, chain, mixed, nots, choices] {
        lawful(&format!("condition C = {expr}")).unwrap();
    }
    let arms = vec!["if a { x() }"; 99].join(" else ");
    lawful(&format!("flow F for a {{ do {{ {arms} }} }}")).unwrap();
    let blocks = format!("{}{}", "if a { ".repeat(60), "} ".repeat(60));
    lawful(&format!("flow F for a {{ do {{ {blocks} }} }}")).unwrap();
}

/// A word at the beginning of a line may mean something else than in the middle of one.
#[test]
fn words_that_begin_a_line_are_no_keywords() {
    let names = [
        "trigger", "stage", "expect", "once", "set", "move", "wait", "cooldown", "test", "by",
    ];
    for name in names {
        let list = vec![format!("{name} == {name}"); 9].join(", ");
        let text = format!("condition C = f({list}, [{name}, {name} + 1, {name}.x]) and {name}.y");
        if lawful(&text).is_none() {
            panic!("{name} is no name");
        }
    }
}

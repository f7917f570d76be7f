//! The folding table the other way round.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use trig_ir::fold_char;

/// The characters that fold to `c`, itself included if it does.
pub(super) fn unfold(c: char) -> impl Iterator<Item = char> {
    static TABLE: OnceLock<BTreeMap<char, Vec<char>>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table: BTreeMap<char, Vec<char>> = BTreeMap::new();
        for other in '\0'..=char::MAX {
            let folded = fold_char(other);
            if folded != other {
                table.entry(folded).or_default().push(other);
            }
        }
        table
    });
    let itself = (fold_char(c) == c).then_some(c);
    itself
        .into_iter()
        .chain(table.get(&c).into_iter().flatten().copied())
}

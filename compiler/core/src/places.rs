//! Where declarations stand.

use trig_grammar::{Span, ast};

use crate::model::full_name;

/// The place of the name that declares `full` in a file of `catalogue`.
pub(crate) fn find(file: &ast::File, catalogue: Option<&str>, full: &str) -> Option<Span> {
    let own = match catalogue {
        Some(catalogue) => full.strip_prefix(catalogue)?.strip_prefix('.')?,
        None => full,
    };
    debug_assert_eq!(full_name(catalogue, own), full);
    find_in(&file.items, own)
}

fn find_in(items: &[ast::Item], name: &str) -> Option<Span> {
    items.iter().find_map(|item| match &item.kind {
        ast::ItemKind::Event(e) if e.name.text() == name => Some(e.name.span),
        ast::ItemKind::Action(a) if a.name.text() == name => Some(a.name.span),
        ast::ItemKind::Pipeline(p) => {
            if p.name.text == name {
                return Some(p.name.span);
            }
            find_in(&p.others, name)
                .or_else(|| p.stages.iter().find_map(|s| find_in(&s.items, name)))
        }
        kind => kind.name().filter(|n| n.text == name).map(|n| n.span),
    })
}

//! `like`: URLs as they are compared.

use super::{Lang, Pattern, Step};

/// The URLs that are like a pattern, in their normal form: host and path folded, no scheme, user, port, fragment or last
/// slash, `www.` and the query kept. `None`: a pattern for which that cannot be said.
///
/// The rules are those of the engine: a query counts only if the pattern has a `?`; a `www.` does not count, unless the
/// pattern begins with `*`; a pattern that ends in `/*` takes what stands before that, too.
pub fn url_like(pattern: &str) -> Option<Lang> {
    let pattern = pattern.trim();
    let pattern = match pattern.split_once("://") {
        Some((scheme, rest)) if !scheme.contains(['/', '?', '#', '.']) => rest,
        _ => pattern.strip_prefix("//").unwrap_or(pattern),
    };
    let pattern = trig_ir::fold(pattern);
    let open = pattern.starts_with('*');
    let pattern = match pattern.strip_prefix("www.") {
        Some(bare) if !open => bare,
        _ => &pattern,
    };
    let query = pattern.contains('?');
    // what the normal form would change further on is left to the engine; so is what could take part of a `www.`
    let host = pattern.split(['/', '?']).next().unwrap_or("");
    if pattern.is_empty()
        || pattern.contains(['#', '@', ':'])
        || pattern.ends_with('/')
        || pattern.contains("/?")
        || !open && host.starts_with('w') && host.find('*').is_some_and(|at| at < 4)
    {
        return None;
    }
    let mut patterns = Vec::new();
    for taken in [Some(pattern), pattern.strip_suffix("/*")] {
        let Some(taken) = taken.filter(|taken| !taken.is_empty()) else {
            continue;
        };
        let steps: Pattern = taken
            .chars()
            .map(|c| match c {
                '*' if query => Step::Any,
                '*' => Step::AnyBut('?'),
                c => Step::Folded(c),
            })
            .collect();
        let www = "www.".chars().map(Step::Folded);
        let fronts = [Pattern::new(), www.collect()];
        for front in fronts.iter().take(if open { 1 } else { 2 }) {
            let whole: Pattern = front.iter().chain(&steps).cloned().collect();
            if !query {
                let mut asked = whole.clone();
                asked.extend([Step::Folded('?'), Step::Any]);
                patterns.push(asked);
            }
            patterns.push(whole);
        }
    }
    Some(Lang(patterns))
}

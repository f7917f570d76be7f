//! `like`: a URL against a pattern.
//!
//! Both are normalised in the same way: no scheme, no user, no fragment, no default port (80, 443), no leading `www.`,
//! no trailing slash on the path; letters folded. The query counts only if the pattern has a `?`. `*` stands for any
//! number of any characters; everything else for itself. The pattern has to cover host and path from beginning to end;
//! where it ends in `/*`, what stands before that is covered, too. A `www.` stays where the pattern begins with `*`.

/// Whether a URL is like a pattern. Takes time linear in the two.
pub(super) fn like(url: &str, pattern: &str) -> bool {
    let query = pattern.contains('?');
    let www = pattern_host_is_open(pattern);
    let url = normalized(url, query, www);
    let pattern = normalized(pattern, query, www);
    if glob(&url, &pattern) {
        return true;
    }
    pattern
        .strip_suffix("/*")
        .is_some_and(|place| glob(&url, place))
}

fn without_scheme(url: &str) -> &str {
    match url.split_once("://") {
        // a `://` further on, in a query, is none of a scheme
        Some((scheme, rest)) if !scheme.contains(['/', '?', '#', '.']) => rest,
        _ => url.strip_prefix("//").unwrap_or(url),
    }
}

fn pattern_host_is_open(pattern: &str) -> bool {
    without_scheme(pattern.trim()).starts_with('*')
}

fn normalized(url: &str, keep_query: bool, keep_www: bool) -> String {
    let url = without_scheme(url.trim());
    let url = url.split('#').next().unwrap_or(url);
    let (place, query) = match url.split_once('?') {
        Some((place, query)) => (place, Some(query)),
        None => (url, None),
    };
    let (authority, path) = match place.find('/') {
        Some(at) => place.split_at(at),
        None => (place, ""),
    };
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let host = trig_ir::fold(host);
    let host = [":80", ":443"]
        .iter()
        .find_map(|port| host.strip_suffix(port))
        .unwrap_or(&host);
    let host = match host.strip_prefix("www.") {
        Some(bare) if !keep_www => bare,
        _ => host,
    };
    let mut normal = host.to_owned();
    normal.push_str(&trig_ir::fold(path.trim_end_matches('/')));
    if let Some(query) = query
        && keep_query
    {
        normal.push('?');
        normal.push_str(&trig_ir::fold(query));
    }
    normal
}

/// Whether a pattern covers a text: its first piece at the beginning, its last at the end, those between where they are
/// found first.
fn glob(text: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let Some(mut last) = pieces.next() else {
        // no `*` at all
        return rest.is_empty();
    };
    for piece in pieces {
        let Some(at) = rest.find(last) else {
            return false;
        };
        rest = rest.get(at + last.len()..).unwrap_or("");
        last = piece;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn host_and_path_are_anchored() {
        let pattern = "yourdomain.com/*/test.php";
        assert!(like("https://www.YourDomain.com/a/b/Test.php", pattern));
        assert!(like("http://yourdomain.com:80/a/test.php?x=1#top", pattern));
        assert!(like("user:word@yourdomain.com/a/test.php/", pattern));
        assert!(!like("https://yourdomain.com/test.php", pattern));
        assert!(!like("https://my-yourdomain.com/a/test.php", pattern));
        assert!(!like("https://yourdomain.com/a/test.php5", pattern));
        assert!(!like("https://yourdomain.com:8080/a/test.php", pattern));
    }

    #[test]
    fn a_query_counts_where_the_pattern_has_one() {
        assert!(like("a.de/x?utm=Google&y=1", "a.de/x?utm=google*"));
        assert!(like("a.de/x/?utm=google", "a.de/x?*"));
        assert!(!like("a.de/x", "a.de/x?*"));
        assert!(like("a.de/x?back=https://b.de/", "a.de/x"));
    }

    #[test]
    fn a_last_star_may_stand_for_nothing() {
        assert!(like("https://a.de", "a.de/*"));
        assert!(like("https://a.de/blog/", "a.de/blog/*"));
        assert!(!like("https://a.de/blogs", "a.de/blog/*"));
        assert!(like("https://www.a.de/", "*.a.de"));
        assert!(!like("https://a.de/", "*.a.de"));
    }

    /// The plain definition.
    fn slow(text: &[char], pattern: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|n| slow(&text[n..], rest)),
            Some((c, rest)) => text.first() == Some(c) && slow(&text[1..], rest),
        }
    }

    proptest! {
        #[test]
        fn glob_is_what_it_should_be(text in "[ab]{0,8}", pattern in "[ab*]{0,6}") {
            let (t, p): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
            prop_assert_eq!(glob(&text, &pattern), slow(&t, &p));
        }

        #[test]
        fn anything_can_be_asked(url in ".{0,40}", pattern in ".{0,40}") {
            let normal = normalized(&url, true, false);
            prop_assert_eq!(normalized(&normal, true, false).is_empty(), normal.is_empty());
            like(&url, &pattern);
        }
    }
}

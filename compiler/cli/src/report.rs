//! Figures in words.

/// Something that is counted.
pub(crate) struct Noun(pub(crate) &'static str);

impl Noun {
    /// `1 file`, `3 files`.
    pub(crate) fn of(&self, n: usize) -> String {
        format!("{n} {}{}", self.0, if n == 1 { "" } else { "s" })
    }
}

/// What was found: `2 errors, 1 warning`, `1 warning`, `no errors`.
pub(crate) fn figures(errors: usize, warnings: usize) -> String {
    let some = |n, noun| (n > 0).then(|| Noun(noun).of(n));
    let both: Vec<String> = some(errors, "error")
        .into_iter()
        .chain(some(warnings, "warning"))
        .collect();
    if both.is_empty() {
        "no errors".to_owned()
    } else {
        both.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_words() {
        assert_eq!(figures(0, 0), "no errors");
        assert_eq!(figures(1, 0), "1 error");
        assert_eq!(figures(2, 1), "2 errors, 1 warning");
        assert_eq!(figures(0, 3), "3 warnings");
    }
}

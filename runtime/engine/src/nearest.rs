//! Which declared name may have been meant by one that nobody declared.

/// A longer name is not compared: it came from outside, and comparing costs its length.
const LONGEST: usize = 256;

/// The declared name that is most like `name`: by the whole of both, or without the catalogue in front of either
/// (`message.incoming` for `crm.message.incoming`).
pub(crate) fn nearest<'a>(
    name: &str,
    declared: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let written = forms(name);
    let near = declared.into_iter().filter_map(|candidate| {
        let forms = forms(candidate);
        let pairs = forms
            .iter()
            .flat_map(|form| written.iter().map(move |word| (word, form)));
        let distances = pairs.filter_map(|(word, form)| {
            let allowed = (word.chars().count() / 3).max(1);
            let distance = strsim::damerau_levenshtein(word, form);
            (distance <= allowed).then_some(distance)
        });
        Some((distances.min()?, candidate))
    });
    near.min().map(|(_, candidate)| candidate)
}

/// A name, and what is left of it without a catalogue in front.
fn forms(name: &str) -> Vec<String> {
    let name = name.to_lowercase();
    let bare = name.split_once('.').map(|(_, bare)| bare.to_owned());
    let bare = bare.filter(|bare| bare.contains('.'));
    bare.into_iter().chain([name]).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_misspelt_name_and_one_without_its_catalogue_are_known_again() {
        let declared = [
            "crm.message.incoming",
            "crm.message.outgoing",
            "cart.updated",
        ];
        for (name, near) in [
            ("crm.message.incomming", Some("crm.message.incoming")),
            ("message.incoming", Some("crm.message.incoming")),
            ("message.outgoin", Some("crm.message.outgoing")),
            ("kommo.message.incoming", Some("crm.message.incoming")),
            ("shop.cart.updated", Some("cart.updated")),
            ("Cart.Updated", Some("cart.updated")),
            ("invoice.paid", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, declared), near, "{name}");
        }
        assert_eq!(nearest(&"x".repeat(1 << 20), declared), None);
    }
}

//! The catalogues: the CRMs' entities, events and actions, written in Trig and shipped inside the compiler.

/// A catalogue.
pub(crate) struct Catalogue {
    /// The name after `use`, and the prefix of its full names.
    pub(crate) name: &'static str,
    /// Its path in diagnostics.
    pub(crate) path: &'static str,
    /// Its text.
    pub(crate) text: &'static str,
}

/// The catalogue that every project has without asking.
pub(crate) const PRELUDE: &str = "trig";

/// Every catalogue, by name.
pub(crate) const CATALOGUES: &[Catalogue] = &[
    Catalogue {
        name: "activecampaign",
        path: "catalogue:activecampaign",
        text: include_str!("../catalogues/activecampaign.trig"),
    },
    Catalogue {
        name: "bitrix24",
        path: "catalogue:bitrix24",
        text: include_str!("../catalogues/bitrix24.trig"),
    },
    Catalogue {
        name: "crm",
        path: "catalogue:crm",
        text: include_str!("../catalogues/crm.trig"),
    },
    Catalogue {
        name: "kommo",
        path: "catalogue:kommo",
        text: include_str!("../catalogues/kommo.trig"),
    },
    Catalogue {
        name: PRELUDE,
        path: "catalogue:trig",
        text: include_str!("../catalogues/trig.trig"),
    },
];

/// The catalogue called `name`.
pub(crate) fn find(name: &str) -> Option<&'static Catalogue> {
    CATALOGUES.iter().find(|c| c.name == name)
}

/// The text of the catalogue whose path in diagnostics is `path`.
pub fn catalogue_text(path: &str) -> Option<&'static str> {
    CATALOGUES.iter().find(|c| c.path == path).map(|c| c.text)
}

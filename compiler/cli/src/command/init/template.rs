//! What `trigc init` writes.

/// The longest id that is made of a directory's name.
const MAX_ID: usize = 40;

/// A system to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Catalogue {
    /// Kommo, formerly amoCRM
    Kommo,
    /// Bitrix24
    Bitrix24,
    /// ActiveCampaign
    Activecampaign,
    /// No system: the project declares its own entity
    None,
}

impl Catalogue {
    /// Its name in `use`.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Kommo => Some("kommo"),
            Self::Bitrix24 => Some("bitrix24"),
            Self::Activecampaign => Some("activecampaign"),
            Self::None => None,
        }
    }

    /// What stands in the stages of its pipelines.
    fn entity(self) -> &'static str {
        match self {
            Self::Kommo => "lead",
            Self::Bitrix24 | Self::Activecampaign | Self::None => "deal",
        }
    }
}

/// A file to write.
pub(super) struct NewFile {
    /// From the project's directory.
    pub(super) path: &'static str,
    pub(super) text: String,
    /// Whether nothing may be written where it exists.
    pub(super) must_be_new: bool,
}

/// A project to begin with.
pub(super) struct Template {
    catalogue: Catalogue,
    name: String,
    id: String,
}

impl Template {
    /// A project in a directory that is called `name`.
    pub(super) fn new(catalogue: Catalogue, name: &str) -> Self {
        Self {
            catalogue,
            id: id_of(name),
            name: name.chars().filter(|c| !c.is_control()).collect(),
        }
    }

    /// Its files.
    pub(super) fn files(&self) -> Vec<NewFile> {
        let file = |path, must_be_new, text| NewFile {
            path,
            text,
            must_be_new,
        };
        vec![
            file("trig.toml", true, self.manifest()),
            file("main.trig", true, self.main()),
            file("tests.trig", true, self.tests()),
            file(".gitignore", false, GITIGNORE.to_owned()),
            file(WORKFLOW, false, workflow()),
        ]
    }

    fn manifest(&self) -> String {
        let name = self.name.replace('\\', "\\\\").replace('"', "\\\"");
        let connector = match self.catalogue.name() {
            None => OPS.to_owned(),
            Some(system) => {
                let variable = system.to_uppercase();
                format!(
                    "\n# Webhooks of the system come in at /hooks/{}/{system}/SECRET. The secret itself is never \
                     written here.\n# [connectors.{system}]\n# kind = \"{system}\"\n\
                     # secret = {{ env = \"{variable}_HOOK_SECRET\" }}\n\
                     # Where actions and changes of records are posted. Without it, nothing is sent: a program of \
                     yours does it in\n# {system}, see \"What a receiver gets\" in Trig's docs/operations.md.\n\
                     # deliver = \"http://127.0.0.1:9000/{system}\"\n{OPS}",
                    self.id
                )
            }
        };
        format!(
            "[project]\n\
             # everything that is stored is kept under the id: do not change it later\n\
             id = \"{}\"\n\
             name = \"{name}\"\n\
             language = \"1\"\n\
             # an IANA name, such as `Europe/Berlin`\n\
             zone = \"UTC\"\n\
             # of amounts that come without one\n\
             currency = \"USD\"\n{connector}",
            self.id
        )
    }

    fn main(&self) -> String {
        let entity = self.catalogue.entity();
        let head = match self.catalogue.name() {
            Some(name) => format!("use {name}\n"),
            None => format!(
                "/// What is sold, and where the sale stands.\nentity {entity} {{\n    name: text?\n    \
                 stage: stage\n    owner: user?\n}}\n"
            ),
        };
        let ids = match self.catalogue.name() {
            Some(_) => {
                "\n///\n/// Give each stage its id in your account: `stage New id \"1234\"`."
            }
            None => "",
        };
        format!(
            "{head}
/// How a {entity} is sold.{ids}
pipeline Sales for {entity} {{
    stage New initial
    stage Contacted
    stage Won success
    stage Lost failure
}}

/// A {entity} that nobody has called for two days is somebody's job.
trigger StillNew \"Still new\" for {entity} {{
    on {entity} enters Sales.New
    after 2d while stage == Sales.New
    do log(text: \"nobody has called for two days\")
}}
"
        )
    }

    fn tests(&self) -> String {
        let entity = self.catalogue.entity();
        format!(
            "test \"after two days in New, somebody is told\" {{
    clock 2026-03-02 10:00
    create {entity} d(stage: Sales.New)
    advance 1d
    expect not fired StillNew
    advance 1d
    expect fired StillNew once
}}

test \"whoever was called in time is left alone\" {{
    clock 2026-03-02 10:00
    create {entity} d(stage: Sales.New)
    advance 1d
    set d.stage = Sales.Contacted by user
    advance 2d
    expect not fired StillNew
}}
"
        )
    }
}

const OPS: &str = "
# Where `webhook.post(to: \"ops\", …)` goes.
# [connectors.ops]
# kind = \"http\"
# url = \"https://ops.example.com/hook\"
";

const GITIGNORE: &str = "\
# what `trigc build` and `trigc doc` write
/project.json
/doc/
# secrets
.env
";

/// The workflow, from the project's directory.
pub(super) const WORKFLOW: &str = ".github/workflows/trig.yml";

/// Where `trigc` comes from, if this build knows it.
pub(super) fn repository() -> Option<&'static str> {
    Some(env!("CARGO_PKG_REPOSITORY")).filter(|url| !url.is_empty())
}

fn workflow() -> String {
    format!(
        "name: trig
on: [push, pull_request]
permissions:
  contents: read
env:
  TRIG: {}
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/cache@v4
        with:
          path: ~/.cargo/bin/trigc
          key: trigc-${{{{ runner.os }}}}-{version}
      - run: command -v trigc || cargo install --locked --git \"$TRIG\" trigc
      - run: trigc check --format github --deny-warnings
      - run: trigc test
",
        repository().unwrap_or("URL # of the repository of Trig"),
        version = env!("CARGO_PKG_VERSION"),
    )
}

/// A project's id made of a directory's name: `a` to `z`, `0` to `9` and `-`.
fn id_of(name: &str) -> String {
    let mut id = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            id.push(c);
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    id.truncate(MAX_ID);
    let id = id.trim_end_matches('-');
    if id.is_empty() { "project" } else { id }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::id_of;

    #[test]
    fn ids_of_directories() {
        assert_eq!(id_of("shop"), "shop");
        assert_eq!(id_of("My Shop (2)"), "my-shop-2");
        assert_eq!(id_of("-ünder"), "nder");
        assert_eq!(id_of("日本"), "project");
        assert_eq!(id_of(&"a".repeat(100)).len(), super::MAX_ID);
    }
}

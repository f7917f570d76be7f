//! The document: how it reads, and that nothing that somebody wrote reaches out of it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use proptest::prelude::*;
use roxmltree::{Document, ParsingOptions};
use trig_compiler::{SourceSet, compile};

const MANIFEST: &str =
    "[project]\nid = \"acme\"\nname = \"Acme\"\nzone = \"Europe/Berlin\"\ncurrency = \"USD\"\n";

const PIPELINE: &str = r#"/// What is sold.
entity deal {
    /// What it is worth.
    amount: money?
    stage:  stage
    owner:  user?
    tags:   set of tag
    contact: person?
}
entity person { email: text? }
event note.written for deal { text: text? }

/// How a **deal** is sold, see <https://acme.com/sales>.
pipeline Sales "Selling" for deal {
    /// Just come in.
    stage New "Neu" initial
    stage Proposal {
        /// Whoever writes has a proposal.
        trigger Answered {
            on note.written
        }
    }
    stage Won  success
    stage Lost failure
}
"#;

const TRIGGERS: &str = r#"condition Large for deal = amount > 10_000 USD and contact.email is not empty

/// When we are there.
schedule Office {
    mon..fri 09:00..13:00, 14:00..18:00
    sat      22:00..02:00
    except   2026-12-24..2026-12-26, 2027-01-01
}

/// A large deal is praised:
///
/// - once,
/// - by name.
trigger Praise "Praise & thank" for deal {
    on     deal enters Sales.Won
    when   Large
       and owner is not empty
    after  1h while stage == Sales.Won unless note.written
    during Office
    do {
        set tags += "praised"
        log(text: "well done")
    }
}

trigger Tagged for deal {
    on deal.tags gains "praised"
    do move to Lost backwards
}
"#;

fn document(files: &[(&str, &str)]) -> String {
    let sources = SourceSet {
        manifest: Some(MANIFEST.into()),
        files: files
            .iter()
            .map(|(p, t)| ((*p).into(), (*t).into()))
            .collect(),
    };
    let compilation = compile(&sources);
    assert!(compilation.ir.is_some(), "{:#?}", compilation.diagnostics);
    let html = trig_doc::html(&sources, &compilation.ir.unwrap());
    assert_eq!(
        html,
        trig_doc::html(&sources, &compile(&sources).ir.unwrap())
    );
    html
}

/// The page as a tree. It is written so that it is XML, too.
fn tree(html: &str) -> Document<'_> {
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(html, options).expect(html)
}

/// What must hold of every page.
fn lawful(html: &str) {
    let tree = tree(html);
    let elements = || tree.descendants().filter(|n| n.is_element());
    let ids: Vec<&str> = elements().filter_map(|n| n.attribute("id")).collect();
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), ids.len(), "an id stands twice: {ids:?}");
    for node in elements() {
        let name = node.tag_name().name();
        let forbidden = [
            "script", "img", "iframe", "object", "link", "form", "base", "b", "u", "i",
        ];
        assert!(!forbidden.contains(&name), "<{name}>");
        for attribute in node.attributes() {
            assert!(!attribute.name().starts_with("on"), "{attribute:?}");
            assert!(
                attribute.name() != "src" && attribute.name() != "style",
                "{attribute:?}"
            );
        }
        if let Some(address) = node.attribute("href") {
            match address.strip_prefix('#') {
                Some(target) => assert!(ids.contains(&target), "nothing is at #{target}"),
                None => assert!(address.starts_with("http"), "{address}"),
            }
        }
    }
}

#[test]
fn a_small_project() {
    let html = document(&[
        ("pipeline.trig", PIPELINE),
        ("rules/triggers.trig", TRIGGERS),
    ]);
    lawful(&html);
    let (_, body) = html.split_once("</style>").unwrap();
    insta::assert_snapshot!(body);
}

#[test]
fn a_project_without_anything() {
    let html = document(&[("a.trig", "// nothing\n")]);
    lawful(&html);
    assert!(!html.contains("<section>"));
}

#[test]
fn catalogues_say_what_fields_are() {
    let html = document(&[(
        "a.trig",
        "use kommo\ntrigger A for lead { on lead created  when owner is not empty  do log(text: \"x\") }\n",
    )]);
    lawful(&html);
    assert!(html.contains("id=\"entity-kommo.lead\""));
    assert!(
        html.contains("<td><code>owner</code><div class=\"doc\">"),
        "{html}"
    );
    assert!(html.contains("<td><code>user?</code></td>"));
}

/// What a part of the page says, its tags left out.
fn said(html: &str, id: &str, element: &str) -> Vec<String> {
    let tree = tree(html);
    let part = tree
        .descendants()
        .find(|n| n.attribute("id") == Some(id))
        .expect(html);
    part.descendants()
        .filter(|n| n.has_tag_name(element))
        .map(|n| {
            let texts = n.descendants().filter(|n| n.is_text());
            texts.filter_map(|n| n.text()).collect()
        })
        .collect()
}

#[test]
fn a_goal_is_reached_and_not_started() {
    let html = document(&[(
        "a.trig",
        "entity deal { stage: stage  paid: bool }\n\
         flow Chase for deal { do { wait 1d  goal Paid on deal.paid changed  log(text: \"x\") } }\n\
         trigger Pay for deal { on deal created  do set paid = true }\n",
    )]);
    lawful(&html);
    assert_eq!(
        said(&html, "trigger-Pay", "li"),
        ["can bring to a goal Chase: deal.paid changed"]
    );
    assert_eq!(
        said(&html, "trigger-Chase", "li"),
        ["can be brought to a goal by Pay: deal.paid changed"]
    );
}

/// What many triggers cause and many look at is said once, and not once for each two of them.
#[test]
fn many_that_lead_to_many() {
    let many = |n: usize| {
        let mut text = "use kommo\nextend lead { n: int? }\n".to_owned();
        for i in 0..n {
            text.push_str(&format!(
                "trigger T{i} for lead {{ on lead.n changed  do set n = {i} }}\n"
            ));
        }
        document(&[("a.trig", &text)])
    };
    let (some, more) = (many(40), many(80));
    lawful(&some);
    assert!(more.len() < some.len() * 2, "{} {}", some.len(), more.len());
    let crowd = "<a href=\"#crowd-0\"><code>lead.n changed</code></a>";
    assert_eq!(
        said(&some, "trigger-T7", "li"),
        [
            "can be started by any of 40 at lead.n changed: lead.n changed",
            "can cause lead.n changed, at which 40 look"
        ]
    );
    assert_eq!(some.matches(crowd).count(), 80);
    assert_eq!(
        said(&some, "crowd-0", "summary"),
        ["can be caused by", "can start"]
    );
    assert_eq!(said(&some, "crowd-0", "li").len(), 80);
}

#[test]
fn fields_are_used_wherever_places_stand() {
    let html = document(&[(
        "a.trig",
        "use kommo\n\
         condition Rich(least: money) for lead = price > least and any c in contacts where c.email is not empty\n\
         event note.made for lead { text: text? }\n\
         event call.made for lead { line: text? }\n\
         trigger Loop for contact { on contact created\n\
             do { for each c of contact.leads where c.price > 5 USD { set c.name = \"x\" } } }\n\
         trigger Source for lead { on lead created when event.record.source is not empty and Rich(5 USD)  do log(text: \"x\") }\n\
         trigger Fan { on contact.position changed when contact.email is not empty for each lead of contact\n\
             do log(text: \"x\") }\n\
         trigger Two for lead { on note.made  on call.made  when event.lead.name is not empty  do log(text: \"x\") }\n",
    )]);
    lawful(&html);
    let uses = |entity: &str| said(&html, &format!("entity-{entity}"), "tr");
    // a row: the field, its type, who reads it, who writes it
    let contact = uses("crm.contact");
    let lead = uses("kommo.lead");
    insta::assert_snapshot!(contact.join("\n") + "\n=====\n" + &lead.join("\n"));
}

#[test]
fn labels_are_shown_as_they_are_meant() {
    let html = document(&[(
        "a.trig",
        r#"entity deal { stage: stage }
           pipeline P "The \{big\} \u{41} \"pipeline\"" for deal { stage New "N\\ew\"" }
           trigger T "\{t\}" for deal { on deal created  do log(text: "x") }
        "#,
    )]);
    lawful(&html);
    assert_eq!(
        said(&html, "pipeline-P", "h3"),
        ["pipeline P The {big} A \"pipeline\""]
    );
    assert_eq!(said(&html, "pipeline-P", "dt"), ["New N\\ew\""]);
    assert_eq!(said(&html, "trigger-T", "h3"), ["trigger T {t}"]);
}

#[test]
fn hostile_names_and_comments_are_text() {
    let html = document(&[(
        "a <b>&\".trig",
        "/// <script>alert(1)</script> <b onclick=\"x()\">b</b>\n\
         /// [a](javascript:alert(1)) ![p](https://evil.example/x.png) &lt;\u{202e}\n\
         entity `<b>` { `\"x&` : text?  stage: stage }\n\
         /// <img src=x onerror=alert(1)>\n\
         pipeline `\"><script>` \"<u>\" for `<b>` { stage `'&<` \"</title>\" success }\n\
         /// # <i>\n\
         trigger `</pre><script>` \"</h3><script>\" for `<b>` {\n\
             on `<b>` created\n    when `\"x&` == \"<script>\"\n    do log(text: \"</pre>]]>\")\n}\n",
    )]);
    lawful(&html);
    assert!(!html.contains("<script>") && !html.contains('\u{202e}'));
    let tree = tree(&html);
    let text: String = tree
        .descendants()
        .filter_map(|n| n.text().filter(|_| n.is_text()))
        .collect();
    assert!(
        text.contains("<script>alert(1)</script>") && text.contains("log(text: \"</pre>]]>\")")
    );
}

proptest! {
    /// Whatever stands in a comment, a label or a text, the page stays whole.
    #[test]
    fn any_comment_is_kept_in(
        doc in "([ -~]|[<>&\"'\\[\\]()`#*|!\\\\]|[\\x01-\\x08\u{202e}\u{feff}ü😀]){0,60}",
        text in "[^\"\\\\{}\\r\\n]{0,20}",
    ) {
        let source = format!(
            "entity deal {{ stage: stage }}\n\
             /// {doc}\npipeline P \"{text}\" for deal {{ /// {doc}\n stage A \"{text}\" }}\n\
             /// {doc}\ntrigger T \"{text}\" for deal {{ on deal created  do log(text: \"{text}\") }}\n"
        );
        let sources = SourceSet {
            manifest: Some(MANIFEST.into()),
            files: vec![("a.trig".into(), source.as_str().into())],
        };
        if let Some(ir) = compile(&sources).ir {
            lawful(&trig_doc::html(&sources, &ir));
        }
    }
}

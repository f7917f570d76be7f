//! Doc comments: Markdown without what could reach out of the page.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use crate::escape::shown;

/// Markdown as HTML. Raw HTML is text, pictures are their descriptions, and only harmless addresses are links.
pub(crate) fn render(markdown: &str) -> String {
    let markdown: String = markdown.chars().map(shown).collect();
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut linked = Vec::new();
    let events = Parser::new_ext(&markdown, options).filter_map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => {
            let harmless = is_harmless(&dest_url);
            linked.push(harmless);
            harmless.then_some(Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }))
        }
        Event::End(TagEnd::Link) => linked
            .pop()
            .unwrap_or(false)
            .then_some(Event::End(TagEnd::Link)),
        // the page's own headings stand above; and ids are the page's own, too
        Event::Start(Tag::Heading { .. }) => Some(Event::Start(Tag::Heading {
            level: HeadingLevel::H5,
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        })),
        Event::End(TagEnd::Heading(_)) => Some(Event::End(TagEnd::Heading(HeadingLevel::H5))),
        other => Some(other),
    });
    let mut out = String::from("<div class=\"doc\">\n");
    html::push_html(&mut out, events);
    out.push_str("</div>\n");
    out
}

fn is_harmless(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::render;

    #[test]
    fn what_could_reach_out_is_text() {
        insta::assert_snapshot!(render(
            "# Big <b onclick=\"x()\">news</b>\n\n<script>alert(1)</script>\n\n\
             [a](javascript:alert(1)) [b](https://acme.com/?a=1&b=\"2\") ![pic](https://acme.com/x.png) `<i>`\n\n\
             | a | b |\n|---|---|\n| 1 | <u>2</u> |\n"
        ));
    }
}

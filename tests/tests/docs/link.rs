//! Links of pages.

use crate::page::{Page, repository};

/// Every link to this repository leads to a file or folder, and behind `#` to a heading.
pub(crate) fn check(page: &Page, wrong: &mut Vec<String>) {
    let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    for link in &page.links {
        if link.to.contains("://") {
            continue;
        }
        let (path, anchor) = match link.to.split_once('#') {
            Some((path, anchor)) => (path, Some(anchor)),
            None => (link.to.as_str(), None),
        };
        let target = match path {
            "" => page.path.clone(),
            path => format!("{folder}/{path}")
                .trim_start_matches('/')
                .to_owned(),
        };
        if !repository(&target).exists() {
            wrong.push(format!(
                "{}: `{}` leads nowhere",
                page.at(link.line),
                link.to
            ));
            continue;
        }
        if let Some(anchor) = anchor
            && !Page::read(&target).anchors.iter().any(|a| a == anchor)
        {
            wrong.push(format!(
                "{}: `{}`: there is no such heading",
                page.at(link.line),
                link.to
            ));
        }
    }
}

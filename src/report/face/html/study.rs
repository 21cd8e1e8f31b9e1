//! What the pages of sweeps, of `capacity` and of `compare` share: the head with its sentences, and the
//! data for the script. It knows none of them.

use serde_json::{Value, json};

use super::markup::{Html, element, paragraph};
use super::shell::{self, Look, contents};

/// The head of a page.
#[derive(Debug)]
pub(crate) struct Head<'a> {
    /// What it is a page of.
    pub(crate) kicker: &'a str,
    pub(crate) title: &'a str,
    pub(crate) look: Look,
    pub(crate) verdict: &'a str,
    /// What matters, a paragraph each.
    pub(crate) sentences: Vec<String>,
}

/// A section: its id, its title for the list of contents, and its HTML.
pub(crate) type Section = (&'static str, &'static str, Html);

/// A whole page; `study` is what the script finds under that name.
pub(crate) fn page(head: &Head<'_>, sections: &[Section], study: &Value) -> String {
    let contents = contents("tables", sections.iter().map(|(id, title, _)| (*id, *title)));
    let data = json!({ "study": study });
    shell::document(&title(head), &body(head, sections, contents), &data.to_string())
}

/// One of words and tables alone, which prints as it stands and has no script.
pub(crate) fn still_page(head: &Head<'_>, sections: &[Section]) -> String {
    let links = shell::links(sections.iter().map(|(id, title, _)| (*id, *title)));
    shell::still(&title(head), &body(head, sections, links))
}

fn title(head: &Head<'_>) -> String {
    format!("{}: {}", head.title, head.kicker)
}

fn body(head: &Head<'_>, sections: &[Section], contents: Html) -> Html {
    let sentences = head.sentences.iter().map(paragraph).collect::<Html>();
    let header = [
        element("p", &[("class", "kicker")], format!("interwork, {}", head.kicker)),
        element("h1", &[], head.title),
        shell::verdict(head.look, head.verdict),
        element("div", &[("class", "sentences")], sentences),
        contents,
    ];
    let main = sections.iter().map(|(_, _, html)| html.clone()).collect::<Html>();
    [element("header", &[], header), element("main", &[], main)].into()
}

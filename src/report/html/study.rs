//! What the pages of sweeps, of `capacity` and of `compare` share: the head with its sentences, and the
//! data for the script. It knows none of them.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::shell::{self, text};

/// How a page's verdict looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// What was asked holds.
    Passed,
    /// It does not.
    Failed,
    /// Nothing was asked, or nobody can tell.
    Open,
}

/// The head of a page.
#[derive(Debug)]
pub(super) struct Head<'a> {
    /// What it is a page of.
    pub kicker: &'a str,
    pub title: &'a str,
    pub look: Look,
    pub verdict: &'a str,
    /// What matters, a paragraph each.
    pub sentences: Vec<String>,
}

/// A section: its id, its title for the list of contents, and its HTML.
pub(super) type Section = (&'static str, &'static str, String);

/// A whole page; `study` is what the script finds under that name.
pub(super) fn page(head: &Head<'_>, sections: &[Section], study: &Value) -> String {
    let (class, sign) = match head.look {
        Look::Passed => ("passed", "✓"),
        Look::Failed => ("failed", "✗"),
        Look::Open => ("none", "?"),
    };
    let mut body = String::from("<header>\n");
    let _ = write!(
        body,
        "<p class=\"kicker\">interwork, {}</p>\n<h1>{}</h1>\n\
         <p class=\"verdict {class}\"><span aria-hidden=\"true\">{sign}</span> {}</p>\n\
         <div class=\"sentences\">\n",
        text(head.kicker),
        text(head.title),
        text(head.verdict)
    );
    for sentence in &head.sentences {
        let _ = writeln!(body, "<p>{}</p>", text(sentence));
    }
    body.push_str(
        "</div>\n<noscript><p class=\"remark\">The charts need JavaScript; the sentences and tables \
         do not.</p></noscript>\n<nav aria-label=\"Sections\"><ul>\n",
    );
    for (id, title, _) in sections {
        let _ = writeln!(body, "<li><a href=\"#{id}\">{title}</a></li>");
    }
    body.push_str("</ul></nav>\n</header>\n<main>\n");
    sections.iter().for_each(|(_, _, html)| body.push_str(html));
    body.push_str("</main>\n");
    let data = json!({ "study": study });
    shell::document(&format!("{}: {}", head.title, head.kicker), &body, &data.to_string())
}

//! The shell of every page: head, style, scripts, data, and the few pieces of HTML that sections are
//! made of. It knows no run.

use std::fmt::Write as _;

use super::markup::{Html, element, paragraph};
use super::script::script;

const STYLE: &str = include_str!("assets/page.css");
const END: &str = "</body>\n</html>\n";

/// A whole page; `data` is JSON.
pub(crate) fn document(title: &str, body: &Html, data: &str) -> String {
    let mut page = opened(title, body);
    let _ = writeln!(
        page,
        "<script type=\"application/json\" id=\"data\">{}</script>",
        // Inside a script only `<` can end it.
        data.replace('<', "\\u003c")
    );
    let _ = write!(page, "<script>\n(() => {{\n{}}})();\n</script>\n{END}", script());
    page
}

/// A whole page of words and tables alone.
pub(crate) fn still(title: &str, body: &Html) -> String {
    opened(title, body) + END
}

/// A page up to the end of its body.
fn opened(title: &str, body: &Html) -> String {
    let (title, body) = (Html::from(title), body.as_str());
    // Nothing may be fetched, whatever stands in the page.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                  img-src data:";
    let mut page = String::with_capacity(body.len() + 64_000);
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{body}",
        title.as_str()
    );
    page
}

/// A section with its heading and what leads to it.
pub(crate) fn section(id: &str, title: &str, lead: &str, content: impl Into<Html>) -> Html {
    let title_id = format!("{id}-title");
    let lead = (!lead.is_empty()).then(|| paragraph(lead));
    element(
        "section",
        &[("id", id), ("aria-labelledby", &title_id)],
        [element("h2", &[("id", &title_id)], title), lead.into(), content.into()],
    )
}

/// The place of a chart, which the script draws, and what it shows in words.
pub(crate) fn chart(kind: &str, label: &str) -> Html {
    chart_over(kind, label, Html::default())
}

/// The same with something that stands there until it is drawn.
pub(crate) fn chart_over(kind: &str, label: &str, still: Html) -> Html {
    element(
        "figure",
        &[("class", "chart"), ("data-chart", kind), ("data-label", label)],
        [element("figcaption", &[], label), element("div", &[("class", "drawing")], still)],
    )
}

/// A table that scrolls in its own box; the first column names the row, the others are figures.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> Html {
    table_of(&[], head, rows)
}

/// The same, of words.
pub(crate) fn table_of_words(head: &[&str], rows: &[Vec<String>]) -> Html {
    table_of(&[("class", "words")], head, rows)
}

fn table_of(attributes: &[(&'static str, &str)], head: &[&str], rows: &[Vec<String>]) -> Html {
    let titles = head.iter().map(|title| element("th", &[("scope", "col")], *title));
    let titles = element("tr", &[], titles.collect::<Html>());
    let cell = |(place, words): (usize, &String)| match place {
        0 => element("th", &[("scope", "row")], words),
        _ => element("td", &[], words),
    };
    let row = |cells: &Vec<String>| {
        element("tr", &[], cells.iter().enumerate().map(cell).collect::<Html>())
    };
    let rows = rows.iter().map(row).collect::<Html>();
    let parts = [element("thead", &[], titles), element("tbody", &[], rows)];
    wide(element("table", attributes, parts))
}

/// Something that scrolls in its own box where it is wider than the page.
pub(crate) fn wide(content: Html) -> Html {
    element("div", &[("class", "wide"), ("tabindex", "0")], content)
}

/// The table behind a chart, one click away.
pub(crate) fn behind(table: Html) -> Html {
    folded("The table behind it", table)
}

/// Something that opens with a click.
pub(crate) fn folded(title: &str, content: Html) -> Html {
    element("details", &[], [element("summary", &[], title), content])
}

/// How a verdict looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// What was asked holds.
    Passed,
    /// It does not.
    Failed,
    /// Nobody can tell yet.
    Open,
    /// Nothing was asked.
    None,
}

/// A verdict with its sign.
pub(crate) fn verdict(look: Look, words: &str) -> Html {
    let (class, sign) = match look {
        Look::Passed => ("verdict passed", "✓"),
        Look::Failed => ("verdict failed", "✗"),
        Look::Open => ("verdict none", "?"),
        Look::None => ("verdict none", "–"),
    };
    let sign = element("span", &[("aria-hidden", "true")], sign);
    element("p", &[("class", class)], [sign, " ".into(), words.into()])
}

/// The list of sections, and what to say where there is no script.
pub(crate) fn contents<'a>(
    tables: &str,
    sections: impl Iterator<Item = (&'a str, &'a str)>,
) -> Html {
    let words =
        format!("Most charts need JavaScript; the sentences, {tables} and some pictures do not.");
    [element("noscript", &[], element("p", &[("class", "remark")], words)), links(sections)].into()
}

/// The list of sections.
pub(crate) fn links<'a>(sections: impl Iterator<Item = (&'a str, &'a str)>) -> Html {
    let link = |(id, title): (&str, &str)| {
        element("li", &[], element("a", &[("href", &format!("#{id}"))], title))
    };
    let links = element("ul", &[], sections.map(link).collect::<Html>());
    element("nav", &[("aria-label", "Sections")], links)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_comes_from_outside_becomes_markup() {
        let page = document("a <b>", &Html::default(), "{\"n\":\"</script><script>\"}");
        assert!(page.contains("<title>a &lt;b&gt;</title>"));
        assert!(page.contains("\\u003c/script>\\u003cscript>"));
        let html = table(&["<h>"], &[vec!["\"x\" & 'y'".to_owned()]]);
        let html = html.as_str();
        assert!(html.contains("&lt;h&gt;") && html.contains("&quot;x&quot; &amp; &#39;y&#39;"));
    }

    #[test]
    fn a_page_names_no_address_that_could_be_fetched() {
        let page = document("t", &Html::default(), "{}");
        let names = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!names.contains("http:") && !names.contains("https:"), "no address");
        assert!(!names.contains("@import") && !names.contains("url("), "no import");
    }
}

//! The shell of every page: head, style, scripts, data, and the few pieces of HTML that sections are
//! made of. It knows no run. Whatever comes from outside goes through [`text`].

use std::fmt::Write as _;

use super::script::script;

const STYLE: &str = include_str!("assets/page.css");
/// A whole page. `body` is HTML, `data` is JSON.
pub fn document(title: &str, body: &str, data: &str) -> String {
    // Nothing may be fetched, whatever stands in the page.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                  img-src data:";
    let mut page = String::with_capacity(body.len() + data.len() + 64_000);
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{body}",
        text(title)
    );
    let _ = writeln!(
        page,
        "<script type=\"application/json\" id=\"data\">{}</script>",
        // Inside a script only `<` can end it.
        data.replace('<', "\\u003c")
    );
    let _ = write!(page, "<script>\n(() => {{\n{}}})();\n</script>\n</body>\n</html>\n", script());
    page
}

/// Text as HTML.
pub fn text(words: &str) -> String {
    let mut shown = String::with_capacity(words.len());
    for letter in words.chars() {
        match letter {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            other => shown.push(other),
        }
    }
    shown
}

/// With a capital letter.
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// A section with its heading.
pub fn section(id: &str, title: &str, lead: &str, content: &str) -> String {
    let lead = if lead.is_empty() { String::new() } else { format!("<p>{}</p>\n", text(lead)) };
    format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">{}</h2>\n\
         {lead}{content}</section>\n",
        text(title)
    )
}

/// The place of a chart, which the script draws, and what it shows in words.
pub fn chart(kind: &str, label: &str) -> String {
    let label = text(label);
    format!(
        "<figure class=\"chart\" data-chart=\"{kind}\" data-label=\"{label}\">\n\
         <figcaption>{label}</figcaption>\n<div class=\"drawing\"></div>\n</figure>\n"
    )
}

/// A table that scrolls in its own box; the first column names the row, the others are figures.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut html = String::from("<div class=\"wide\" tabindex=\"0\">\n<table>\n<thead><tr>");
    for title in head {
        let _ = write!(html, "<th scope=\"col\">{}</th>", text(title));
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        html.push_str("<tr>");
        for (place, cell) in row.iter().enumerate() {
            let _ = match place {
                0 => write!(html, "<th scope=\"row\">{}</th>", text(cell)),
                _ => write!(html, "<td>{}</td>", text(cell)),
            };
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table>\n</div>\n");
    html
}

/// The table behind a chart, one click away.
pub fn behind(table: &str) -> String {
    folded("The table behind it", table)
}

/// Something that opens with a click.
pub fn folded(title: &str, content: &str) -> String {
    format!("<details>\n<summary>{}</summary>\n{content}</details>\n", text(title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_comes_from_outside_becomes_markup() {
        let page = document("a <b>", "", "{\"n\":\"</script><script>\"}");
        assert!(page.contains("<title>a &lt;b&gt;</title>"));
        assert!(page.contains("\\u003c/script>\\u003cscript>"));
        let html = table(&["<h>"], &[vec!["\"x\" & 'y'".to_owned()]]);
        assert!(html.contains("&lt;h&gt;") && html.contains("&quot;x&quot; &amp; &#39;y&#39;"));
    }

    #[test]
    fn a_page_names_no_address_that_could_be_fetched() {
        let page = document("t", "", "{}");
        let names = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!names.contains("http:") && !names.contains("https:"), "no address");
        assert!(!names.contains("@import") && !names.contains("url("), "no import");
    }
}

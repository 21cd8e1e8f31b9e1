//! HTML that nobody can make without escaping: text becomes [`Html`] as text, and markup only by
//! [`element`], whose tags and names of attributes stand in the program. Whoever writes a section
//! is made of it; `shell` alone reads it out. It knows no page.

/// A piece of HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Html(String);

impl Html {
    /// As it stands in a page.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts something behind it.
    pub(crate) fn add(&mut self, more: impl Into<Self>) {
        self.0.push_str(&more.into().0);
    }
}

/// Text, with what has a meaning in HTML escaped.
impl From<&str> for Html {
    fn from(words: &str) -> Self {
        let mut shown = String::with_capacity(words.len());
        escape(words, &mut shown);
        Self(shown)
    }
}

impl From<String> for Html {
    fn from(words: String) -> Self {
        Self::from(words.as_str())
    }
}

impl From<&String> for Html {
    fn from(words: &String) -> Self {
        Self::from(words.as_str())
    }
}

/// One behind the other.
impl<const N: usize> From<[Self; N]> for Html {
    fn from(parts: [Self; N]) -> Self {
        parts.into_iter().collect()
    }
}

/// Nothing, where there is none.
impl From<Option<Self>> for Html {
    fn from(part: Option<Self>) -> Self {
        part.unwrap_or_default()
    }
}

impl FromIterator<Self> for Html {
    fn from_iter<I: IntoIterator<Item = Self>>(parts: I) -> Self {
        Self(parts.into_iter().map(|part| part.0).collect())
    }
}

/// An element with its attributes and what it contains; on lines of its own unless it is part of one.
pub(crate) fn element(
    tag: &'static str,
    attributes: &[(&'static str, &str)],
    content: impl Into<Html>,
) -> Html {
    let mut html = format!("<{tag}");
    for (name, value) in attributes {
        html.push_str(&format!(" {name}=\""));
        escape(value, &mut html);
        html.push('"');
    }
    html.push('>');
    html.push_str(&content.into().0);
    html.push_str(&format!("</{tag}>"));
    let within_a_line = ["a", "code", "i", "span", "strong", "td", "th"];
    if !within_a_line.contains(&tag) {
        html.push('\n');
    }
    Html(html)
}

/// A picture that the program has drawn as SVG, its words escaped.
pub(crate) fn drawn(svg: &str) -> Html {
    Html(svg.to_owned())
}

/// A paragraph of words, escaped, or of markup.
pub(crate) fn paragraph(content: impl Into<Html>) -> Html {
    element("p", &[], content)
}

fn escape(words: &str, shown: &mut String) {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_comes_from_outside_becomes_markup() {
        let html = element("td", &[("title", "\"a\" <b>")], "<i> & 'c'");
        let shown = "<td title=\"&quot;a&quot; &lt;b&gt;\">&lt;i&gt; &amp; &#39;c&#39;</td>";
        assert_eq!(html.as_str(), shown);
        assert_eq!(element("p", &[], html.clone()).as_str(), format!("<p>{shown}</p>\n"));
        assert_eq!(Html::from([html.clone(), "<".into()]).as_str(), format!("{shown}&lt;"));
        assert!(Html::from(None).is_empty());
    }
}

//! The XML that SSP and presence need: an encoder that writes into a reused string and a decoder
//! with caps that hands over a small tree. It knows no element of either.

use crate::domain::text::xml_escape;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use thiserror::Error;

/// Bytes of a document.
const MAX_BYTES: usize = 256 * 1024;
/// Elements within each other.
const MAX_DEPTH: usize = 16;
/// Elements of a document.
const MAX_ELEMENTS: usize = 20_000;
/// Attributes of an element.
const MAX_ATTRIBUTES: usize = 16;

/// Why bytes are not the message that they should be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WireError {
    /// More bytes, elements, attributes or depth than any message needs.
    #[error("the document exceeds the limit of {0}")]
    Limit(&'static str),
    /// Not well-formed, or with a document type.
    #[error("the document is not well-formed: {0}")]
    Xml(String),
    /// An element or attribute is missing.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// An element that does not belong here.
    #[error("`{0}` is not known here")]
    Unknown(String),
    /// A value that its element or attribute does not have.
    #[error("`{value}` is no value of `{name}`")]
    Value {
        /// The element or attribute.
        name: &'static str,
        /// What it says.
        value: String,
    },
}

/// An element as decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Name without a namespace prefix.
    pub name: String,
    /// Names and values.
    pub attributes: Vec<(String, String)>,
    /// Elements directly inside, in the order of the document.
    pub children: Vec<Element>,
    /// Character data inside, without that of elements inside.
    pub text: String,
}

impl Element {
    /// The first child of a name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The first child of a name, or why not.
    pub fn need(&self, name: &'static str) -> Result<&Element, WireError> {
        self.child(name).ok_or(WireError::Missing(name))
    }

    /// All children of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| &**value)
    }

    /// The value of an attribute, or why not.
    pub fn need_attribute(&self, name: &'static str) -> Result<&str, WireError> {
        self.attribute(name).ok_or(WireError::Missing(name))
    }
}

/// Writes text with everything escaped that XML would not give back.
pub fn escape_into(text: &str, out: &mut String) {
    for character in text.chars() {
        match xml_escape(character) {
            Some(escaped) => out.push_str(escaped),
            None => out.push(character),
        }
    }
}

/// Writes the start of an element with attributes.
pub fn open(name: &str, attributes: &[(&str, &str)], out: &mut String) {
    start(name, attributes, out);
    out.push('>');
}

/// Writes the end of an element.
pub fn close(name: &str, out: &mut String) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Writes an element with attributes and without content.
pub fn empty(name: &str, attributes: &[(&str, &str)], out: &mut String) {
    start(name, attributes, out);
    out.push_str("/>");
}

/// Writes an element with text.
pub fn leaf(name: &str, text: &str, out: &mut String) {
    open(name, &[], out);
    escape_into(text, out);
    close(name, out);
}

fn start(name: &str, attributes: &[(&str, &str)], out: &mut String) {
    out.push('<');
    out.push_str(name);
    for (attribute, value) in attributes {
        out.push(' ');
        out.push_str(attribute);
        out.push_str("=\"");
        escape_into(value, out);
        out.push('"');
    }
}

/// Reads a document and returns its root. Document types and unknown entities are errors.
pub fn parse(document: &str) -> Result<Element, WireError> {
    if document.len() > MAX_BYTES {
        return Err(WireError::Limit("bytes"));
    }
    let malformed = |error: &dyn std::fmt::Display| WireError::Xml(error.to_string());
    let mut reader = Reader::from_str(document);
    let mut above: Vec<Element> = vec![Element::default()];
    let mut elements = 0;
    loop {
        let event = reader.read_event().map_err(|error| malformed(&error))?;
        let Some(top) = above.last_mut() else {
            return Err(WireError::Xml("an end without a start".to_owned()));
        };
        match event {
            Event::Start(tag) | Event::Empty(tag) if elements == MAX_ELEMENTS => {
                drop(tag);
                return Err(WireError::Limit("elements"));
            }
            Event::Start(tag) => {
                elements += 1;
                if above.len() > MAX_DEPTH {
                    return Err(WireError::Limit("depth"));
                }
                above.push(element(&tag)?);
            }
            Event::Empty(tag) => {
                elements += 1;
                top.children.push(element(&tag)?);
            }
            Event::End(_) => {
                // The reader has matched the names; the outermost is not an element.
                let done = above.pop().unwrap_or_default();
                match above.last_mut() {
                    Some(parent) => parent.children.push(done),
                    None => return Err(WireError::Xml("an end without a start".to_owned())),
                }
            }
            Event::Text(text) => top.text.push_str(&text.xml10_content()),
            Event::CData(data) => top.text.push_str(&data.xml10_content()),
            Event::GeneralRef(reference) => {
                let resolved = reference.resolve_char_ref().map_err(|error| malformed(&error))?;
                match resolved {
                    Some(character) => top.text.push(character),
                    None => {
                        let name = reference.xml10_content();
                        let text = resolve_xml_entity(&name)
                            .ok_or_else(|| WireError::Xml(format!("unknown entity `{name}`")))?;
                        top.text.push_str(text);
                    }
                }
            }
            Event::DocType(_) => return Err(WireError::Xml("a document type".to_owned())),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    let mut outermost = above.pop().unwrap_or_default();
    if !above.is_empty() || outermost.children.len() != 1 || !outermost.text.trim().is_empty() {
        return Err(WireError::Xml("not one root element".to_owned()));
    }
    Ok(outermost.children.remove(0))
}

/// Name and attributes of a tag.
fn element(tag: &BytesStart<'_>) -> Result<Element, WireError> {
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| WireError::Xml(error.to_string()))?;
        if attributes.len() == MAX_ATTRIBUTES {
            return Err(WireError::Limit("attributes"));
        }
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| WireError::Xml(error.to_string()))?;
        let name: &str = attribute.key.local_name().into_inner();
        attributes.push((name.to_owned(), value.into_owned()));
    }
    let name: &str = tag.local_name().into_inner();
    Ok(Element { name: name.to_owned(), attributes, ..Element::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Text;
    use proptest::prelude::*;

    /// What XML can carry of a text.
    fn carried(text: &str) -> String {
        let legal = |c: char| xml_escape(c) != Some("\u{fffd}");
        text.chars().map(|c| if legal(c) { c } else { '\u{fffd}' }).collect()
    }

    proptest! {
        #[test]
        fn any_text_survives_and_an_independent_parser_agrees(
            text in "(?s).{0,80}", value in "(?s).{0,40}"
        ) {
            let mut out = String::new();
            open("a", &[("v", &value)], &mut out);
            leaf("b", &text, &mut out);
            close("a", &mut out);
            let root = parse(&out).unwrap();
            prop_assert_eq!(root.attribute("v"), Some(&*carried(&value)));
            prop_assert_eq!(&root.child("b").unwrap().text, &carried(&text));
            let theirs = roxmltree::Document::parse(&out).unwrap();
            let element = theirs.root_element();
            prop_assert_eq!(element.attribute("v"), Some(&*carried(&value)));
            let inner = element.first_element_child().unwrap().text().unwrap_or("");
            prop_assert_eq!(inner, carried(&text));
        }

        #[test]
        fn the_bytes_of_a_text_are_those_of_its_escaped_form(text in "(?s).{0,200}") {
            let mut out = String::new();
            escape_into(&text, &mut out);
            prop_assert_eq!(out.len(), usize::from(Text::of(&text).bytes));
        }

        #[test]
        fn any_string_parses_or_fails_without_panic(text in "(?s)[<>/a&;=\"' !\\[\\]-]{0,60}") {
            let _ = parse(&text);
        }
    }

    #[test]
    fn documents_beyond_the_caps_are_errors() {
        let deep = "<a>".repeat(17) + &"</a>".repeat(17);
        assert_eq!(parse(&deep), Err(WireError::Limit("depth")));
        let many = format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS));
        assert_eq!(parse(&many), Err(WireError::Limit("elements")));
        assert_eq!(parse(&" ".repeat(MAX_BYTES + 1)), Err(WireError::Limit("bytes")));
        let wide: String = (0..17).map(|i| format!(" a{i}=\"\"")).collect();
        assert_eq!(parse(&format!("<a{wide}/>")), Err(WireError::Limit("attributes")));
    }

    #[test]
    fn a_document_type_an_unknown_entity_and_two_roots_are_errors() {
        for document in
            ["<!DOCTYPE a><a/>", "<a>&x;</a>", "<a/><b/>", "<a>", "</a>", "", "text", "<a/>text"]
        {
            assert!(parse(document).is_err(), "{document}");
        }
    }
}

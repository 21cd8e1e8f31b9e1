//! Documents as JSON text, for files and standard output alike.

use serde::Serialize;

/// A document that has no form in JSON: a fault of the program, whose documents are plain values with
/// texts for keys.
#[derive(Debug, thiserror::Error)]
#[error("a document cannot be written as JSON: {0}")]
pub(crate) struct NoJson(#[from] serde_json::Error);

/// A document, indented, with a newline at its end.
///
/// # Errors
/// If it cannot be written in JSON: an empty file would say that all is well.
pub(crate) fn text(document: &impl Serialize) -> Result<String, NoJson> {
    Ok(serde_json::to_string_pretty(document)? + "\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::text;

    #[test]
    fn a_document_without_a_form_in_json_is_an_error() {
        assert_eq!(text(&["a"]).ok().as_deref(), Some("[\n  \"a\"\n]\n"));
        let error = text(&BTreeMap::from([(["a list", "as a key"], 1)])).expect_err("no text");
        assert!(error.to_string().contains("cannot be written as JSON"), "{error}");
    }
}

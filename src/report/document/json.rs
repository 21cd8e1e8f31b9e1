//! Documents as JSON text, for files and standard output alike.

use serde::Serialize;

/// A document, indented, with a newline at its end.
///
/// # Panics
/// If it cannot be written in JSON, which is a fault of the program: documents are plain values with texts
/// for keys. An empty file would say that all is well.
pub(crate) fn text(document: &impl Serialize) -> String {
    serde_json::to_string_pretty(document).expect("a document is plain values") + "\n"
}

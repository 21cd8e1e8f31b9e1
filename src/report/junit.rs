//! JUnit's XML, which every CI service shows: one test case for each line, row or verdict. Written by
//! `run`, `compare` and `conformance`.

use std::fmt::Write;

/// One line with its verdict.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it belongs to.
    pub class: String,
    /// What it says.
    pub name: String,
    /// Why it does not hold, if so.
    pub failure: Option<String>,
}

/// A suite of cases as an XML document.
pub fn junit(suite: &str, cases: &[Case]) -> String {
    let escape = |text: &str| quick_xml::escape::escape(text).into_owned();
    let failures = cases.iter().filter(|case| case.failure.is_some()).count();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (suite, count) = (escape(suite), cases.len());
    let _ = writeln!(xml, "<testsuite name=\"{suite}\" tests=\"{count}\" failures=\"{failures}\">");
    for case in cases {
        let (class, name) = (escape(&case.class), escape(&case.name));
        let _ = write!(xml, "  <testcase classname=\"{class}\" name=\"{name}\"");
        let _ = match &case.failure {
            None => writeln!(xml, "/>"),
            Some(why) => writeln!(xml, "><failure>{}</failure></testcase>", escape(why)),
        };
    }
    xml.push_str("</testsuite>\n");
    xml
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_xml_is_escaped() {
        let case = |name: &str, failure: Option<&str>| Case {
            class: "slo".to_owned(),
            name: name.to_owned(),
            failure: failure.map(str::to_owned),
        };
        let cases = [case("p95 < 1s", None), case("a & \"b\"", Some("2 > 1"))];
        let xml = junit("x", &cases);
        let document = roxmltree::Document::parse(&xml).expect("well formed");
        let suite = document.root_element();
        assert_eq!((suite.attribute("tests"), suite.attribute("failures")), (Some("2"), Some("1")));
        let names: Vec<_> = suite.children().filter_map(|case| case.attribute("name")).collect();
        assert_eq!(names, ["p95 < 1s", "a & \"b\""]);
        assert!(suite.descendants().any(|node| node.text() == Some("2 > 1")));
    }
}

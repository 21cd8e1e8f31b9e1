//! JUnit's XML, which every CI service shows: one test case for each line, row or verdict. Written by
//! `run`, `compare` and `conformance`.

use std::fmt::Write;

/// One line with its verdict.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// What it belongs to.
    pub(crate) class: String,
    /// What it says.
    pub(crate) name: String,
    /// How it went.
    pub(crate) verdict: Verdict,
}

/// How a line went.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// It holds, or passes.
    Held,
    /// It does not, and why.
    Failed(String),
    /// Nobody can tell, and why.
    Open(String),
}

/// When the work behind the cases began, and how long it took.
#[derive(Clone, Debug)]
pub(crate) struct Took {
    /// By the clock, in UTC, such as `2026-01-31T12:00:00Z`.
    pub(crate) started: String,
    /// Seconds on a clock.
    pub(crate) seconds: f64,
}

/// A suite of cases as an XML document. One piece of work answers all of them: each has its part of the
/// time, so that services which add it up show how long it took.
pub(crate) fn junit(suite: &str, cases: &[Case], took: &Took) -> String {
    let escape = |text: &str| quick_xml::escape::escape(text).into_owned();
    let all = |of: fn(&Verdict) -> bool| cases.iter().filter(|case| of(&case.verdict)).count();
    let failures = all(|verdict| matches!(verdict, Verdict::Failed(_)));
    let open = all(|verdict| matches!(verdict, Verdict::Open(_)));
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (suite, count) = (escape(suite), cases.len());
    let _ = writeln!(
        xml,
        "<testsuite name=\"{suite}\" tests=\"{count}\" failures=\"{failures}\" skipped=\"{open}\" \
         time=\"{:.3}\" timestamp=\"{}\">",
        took.seconds, took.started
    );
    let each = took.seconds / count.max(1) as f64;
    for case in cases {
        let (class, name) = (escape(&case.class), escape(&case.name));
        let _ = write!(xml, "  <testcase classname=\"{class}\" name=\"{name}\" time=\"{each:.3}\"");
        let _ = match &case.verdict {
            Verdict::Held => writeln!(xml, "/>"),
            Verdict::Failed(why) => {
                writeln!(xml, "><failure>{}</failure></testcase>", escape(why))
            }
            Verdict::Open(why) => {
                writeln!(xml, "><skipped message=\"{}\"/></testcase>", escape(why))
            }
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
        let case =
            |name: &str, verdict| Case { class: "slo".to_owned(), name: name.to_owned(), verdict };
        let failed = Verdict::Failed("2 > 1".to_owned());
        let open = Verdict::Open("it was \"stopped\"".to_owned());
        let cases = [case("p95 < 1s", Verdict::Held), case("a & \"b\"", failed), case("c", open)];
        let took = Took { started: "2026-01-31T12:00:00Z".to_owned(), seconds: 1.5 };
        let xml = junit("x", &cases, &took);
        let document = roxmltree::Document::parse(&xml).expect("well formed");
        let suite = document.root_element();
        assert_eq!((suite.attribute("tests"), suite.attribute("failures")), (Some("3"), Some("1")));
        let names: Vec<_> = suite.children().filter_map(|case| case.attribute("name")).collect();
        assert_eq!(names, ["p95 < 1s", "a & \"b\"", "c"]);
        assert_eq!(suite.attribute("skipped"), Some("1"));
        assert_eq!(suite.attribute("time"), Some("1.500"));
        assert_eq!(suite.attribute("timestamp"), Some("2026-01-31T12:00:00Z"));
        assert!(suite.children().filter_map(|case| case.attribute("time")).all(|it| it == "0.500"));
        let why = suite.descendants().find_map(|node| node.attribute("message"));
        assert_eq!(why, Some("it was \"stopped\""));
        assert!(suite.descendants().any(|node| node.text() == Some("2 > 1")));
    }
}

//! The page of a plan: two sheets for somebody who decides. Words and tables alone, so that it prints as it
//! stands and needs no script.

use super::markup::{Html, paragraph};
use super::shell::{Look, section, table};
use super::study::{Head, Section, still_page};
use crate::report::document::numbers::capital;
use crate::report::document::plan::{Plan, Verdict};
use crate::report::face::plan::{BILLS, SCENARIOS};

/// The whole page of a plan, without scripts, as one HTML document.
pub(crate) fn plan_page(plan: &Plan) -> String {
    let open = plan.scenarios.iter().skip(1).any(|one| one.verdict == Verdict::Open);
    let fails = plan.scenarios.iter().skip(1).any(|one| one.verdict == Verdict::Fails);
    let (title, verdict) = (plan.title(), capital(&plan.verdict()));
    let head = Head {
        kicker: "what to buy, what it costs, what it survives",
        title: &title,
        look: match (plan.buys().next().is_some(), fails || open || plan.unsteady.is_some()) {
            (true, _) => Look::Failed,
            (false, true) => Look::Open,
            (false, false) => Look::Passed,
        },
        verdict: &verdict,
        sentences: plan.sentences(),
    };
    let mut sections: Vec<Section> = Vec::new();
    let mut add = |id, title, lead: String, head: &[&str], rows: Vec<Vec<String>>| {
        if !rows.is_empty() {
            sections.push((id, title, section(id, title, &lead, table(head, &rows))));
        }
    };
    add("scenarios", "What may come", plan.about_scenarios(), &SCENARIOS, plan.scenario_rows());
    add("parts", "What to buy", plan.about_parts() + ".", plan.part_head(), plan.part_rows());
    add("money", "What it costs", plan.about_bills() + ".", &BILLS, plan.bill_rows());
    let content = plan.assumptions().iter().map(paragraph).collect::<Html>();
    sections.push((
        "assumed",
        "What was assumed",
        section("assumed", "What was assumed", "", content),
    ));
    still_page(&head, &sections)
}

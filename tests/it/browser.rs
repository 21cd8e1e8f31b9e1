//! The pages of shipped runs in a real browser: nothing is fetched, nothing fails, every chart is drawn
//! with its axes and their units, what moves moves, and nothing is wider than the page, in light and
//! dark, on a desktop and on a phone. Pictures of all of them are left in `target/browser/`. Without a
//! browser these tests are skipped.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::common::webdriver::Browser;

/// A shipped topology with what makes its run short enough for a test.
type Shipped = (&'static str, &'static [&'static str]);

const PAGES: [Shipped; 3] = [
    ("omtp-reference", &[]),
    ("sms-fallback-storm", &[]),
    ("hub-and-spoke", &["--set", "run.duration=3m"]),
];
const LARGEST: Shipped =
    ("continental", &["--set", "run.duration=10s", "--set", "run.warm_up=10s"]);
const SMALLEST: Shipped = ("two-imsps", &[]);

const DESKTOP: u32 = 1280;
const PHONE: u32 = 390;

/// Where pictures and result folders are left.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("target").join("browser")
}

/// The page of a run, which is made once: two tests that wrote one folder would read halves of it.
fn page(shipped: Shipped) -> PathBuf {
    static MADE: Mutex<BTreeMap<&str, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(shipped.0).or_insert_with(|| run(shipped)).clone()
}

fn run((name, options): Shipped) -> PathBuf {
    let dir = folder().join("runs").join(name);
    let topology = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("topologies/{name}.yaml"));
    let run = Command::new(env!("CARGO_BIN_EXE_interwork"))
        .args(["run".as_ref(), topology.as_os_str(), "--force".as_ref(), "--out".as_ref()])
        .arg(&dir)
        .args(options)
        .output()
        .expect("the program starts");
    let code = run.status.code();
    // The storm is meant to break a line.
    assert!(matches!(code, Some(0 | 99)), "{code:?} {}", String::from_utf8_lossy(&run.stderr));
    dir.join("report.html")
}

fn storm() -> PathBuf {
    page(PAGES[1])
}

/// Scrolls through the page until every chart is drawn.
fn draw_all(browser: &Browser) {
    browser.until("every chart is drawn", |browser| {
        let left = browser.script(
            "const left = [...document.querySelectorAll('figure[data-chart]')].filter(f => !f.dataset.drawn);
             left[0]?.scrollIntoView({ behavior: 'instant' });
             return left.length",
        );
        left == 0
    });
    browser.script("scrollTo({ top: 0, behavior: 'instant' })");
}

/// What a page must not have, as sentences.
fn faults(browser: &Browser) -> Vec<String> {
    let mut faults: Vec<String> = browser
        .log("browser")
        .iter()
        .filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING")
        .map(|entry| format!("the console says {}", entry["message"]))
        .collect();
    for entry in browser.log("performance") {
        let message: Value =
            serde_json::from_str(entry["message"].as_str().unwrap_or("")).unwrap_or_default();
        let sent = &message["message"];
        let url = sent["params"]["request"]["url"].as_str().unwrap_or("");
        if sent["method"] == "Network.requestWillBeSent"
            && !url.starts_with("file://")
            && !url.starts_with("data:")
            // The browser's own first page, which may still be loading.
            && !url.starts_with("chrome://")
        {
            faults.push(format!("{url} is fetched"));
        }
    }
    let found = browser.script(
        "const faults = [];
         const wide = document.documentElement.clientWidth;
         if (document.documentElement.scrollWidth > wide) faults.push('the page is wider than its window');
         for (const figure of document.querySelectorAll('figure[data-chart]')) {
           const name = figure.dataset.chart, svg = figure.querySelector('.drawing > svg');
           if (name === 'matrix' || name === 'heat') {
             if (figure.querySelectorAll('td').length < 4) faults.push('the matrix is empty');
             continue;
           }
           if (!svg) { faults.push(`${name} is not drawn`); continue; }
           if (!['img', 'group'].includes(svg.getAttribute('role')) || !svg.getAttribute('aria-label')) faults.push(`${name} has no words`);
           const shapes = svg.querySelectorAll('path, rect, circle, line').length;
           if (shapes < 2) faults.push(`${name} is empty`);
           const words = [...svg.querySelectorAll('text')];
           if (!['map', 'flow'].includes(name)) {
             if (!svg.querySelector('.axis')) faults.push(`${name} has no axis`);
             if (!words.some(w => /second|latency|share|waiting|minutes|change|number/.test(w.textContent))) faults.push(`${name} has no unit`);
           }
           if (/NaN|undefined|Infinity/.test(svg.outerHTML)) faults.push(`${name} has a figure that is none`);
           for (const word of words) {
             const box = word.getBoundingClientRect();
             if (box.width > 0 && (box.left < -1 || box.right > wide + 1)) faults.push(`${name}: “${word.textContent}” leaves the page`);
           }
           const table = figure.nextElementSibling;
           if (table?.tagName !== 'DETAILS') faults.push(`${name} has no table behind it`);
         }
         for (const box of document.querySelectorAll('body *:not(.wide *):not(svg *):not(.tip)')) {
           const edge = box.getBoundingClientRect();
           if (edge.width > 0 && edge.right > wide + 1 && getComputedStyle(box).position !== 'absolute') faults.push(`<${box.tagName} class=${box.className}> is wider than the page`);
         }
         return faults",
    );
    let found = found.as_array().cloned().unwrap_or_default();
    faults.extend(found.iter().map(|fault| fault.as_str().unwrap_or("?").to_owned()));
    faults
}

#[test]
fn pages_fetch_nothing_and_draw_every_chart_in_light_and_dark_on_desktop_and_phone() {
    let Some(browser) = Browser::start() else { return };
    let mut faults_of_all = Vec::new();
    for shipped in PAGES {
        let page = page(shipped);
        for width in [DESKTOP, PHONE] {
            for dark in [false, true] {
                browser.open(&page, width, dark);
                draw_all(&browser);
                let shade = if dark { "dark" } else { "light" };
                let name = format!("{}-{shade}-{width}", shipped.0);
                browser.picture(&folder().join(format!("{name}.png")));
                faults_of_all.extend(faults(&browser).into_iter().map(|f| format!("{name}: {f}")));
                let ground =
                    browser.script("return getComputedStyle(document.body).backgroundColor");
                let bright = ground.as_str().is_some_and(|colour| colour.starts_with("rgb(25"));
                assert_eq!(bright, !dark, "{name}: {ground}");
            }
        }
    }
    assert!(faults_of_all.is_empty(), "{}", faults_of_all.join("\n"));
}

/// Runs the program on a shipped topology, into a folder.
fn answered(options: &[&str], topologies: &[&str], name: &str) -> PathBuf {
    let dir = folder().join("runs").join(name);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies");
    let answered = Command::new(env!("CARGO_BIN_EXE_interwork"))
        .args(options)
        .args(topologies.iter().map(|topology| root.join(topology)))
        .args(["--force".as_ref(), "--out".as_ref(), dir.as_os_str()])
        .output()
        .expect("the program starts");
    let code = answered.status.code();
    assert!(matches!(code, Some(0 | 99)), "{code:?} {}", String::from_utf8_lossy(&answered.stderr));
    dir.join("report.html")
}

#[test]
fn pages_of_studies_are_drawn_like_those_of_runs() {
    let Some(browser) = Browser::start() else { return };
    let runs = folder().join("runs");
    crate::common::shapes::make(&runs);
    // Answers at once: what comes is steady after a minute.
    let short = [
        "run.duration=1m",
        "run.warm_up=1m",
        "workload.messages.reply.after=1s",
        "slo.0=utilisation < 80%",
    ];
    let short = short.map(|setting| ["--set", setting]).concat();
    let quick = [
        "capacity",
        "--failures",
        "--replications",
        "2",
        "--max-replications",
        "2",
        "--precision",
        "5%",
    ];
    let capacity = [&quick[..], &short[..]].concat();
    let compare =
        ["compare", "--replications", "3", "--set", "run.duration=1m", "--set", "run.warm_up=1m"];
    let pages = [
        ("capacity", answered(&capacity, &["two-imsps.yaml"], "capacity")),
        ("compare", answered(&compare, &["hub-and-spoke.yaml", "full-mesh.yaml"], "compare")),
        ("sweep", runs.join("shapes/report.html")),
    ];
    let mut faults_of_all = Vec::new();
    for (name, page) in &pages {
        for (width, dark) in [(DESKTOP, false), (PHONE, true)] {
            browser.open(page, width, dark);
            draw_all(&browser);
            let shade = if dark { "dark" } else { "light" };
            let name = format!("{name}-{shade}-{width}");
            browser.picture(&folder().join(format!("{name}.png")));
            faults_of_all.extend(faults(&browser).into_iter().map(|f| format!("{name}: {f}")));
        }
    }
    assert!(faults_of_all.is_empty(), "{}", faults_of_all.join("\n"));
    // The last one is the study's: what is chosen is shown, in both charts.
    let cells = |browser: &Browser| {
        browser.script(
            "return [...document.querySelectorAll('[data-chart=heat] th, [data-chart=heat] td')].map(c => c.textContent).join(' ')",
        )
    };
    let before = cells(&browser);
    browser.click("[data-chart=sweep] label:nth-child(2) option[value='2']");
    let after = cells(&browser);
    assert_ne!(before, after);
    assert!(after.as_str().is_some_and(|text| text.contains("worst")), "{after}");
}

/// `UPDATE_GOLDEN=1` takes the README's picture again.
#[test]
fn the_readme_shows_the_top_of_a_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let picture = "results/sms-fallback-storm/report.png";
    let readme = std::fs::read_to_string(root.join("README.md")).expect("the README");
    assert!(readme.lines().take(30).any(|line| line.contains(picture)), "on the first screen");
    let Some(browser) = Browser::start() else { return };
    browser.open(&storm(), 1100, false);
    draw_all(&browser);
    let shown = browser.script(
        "const flow = document.querySelector('[data-chart=flow] .drawing').getBoundingClientRect();
         return flow.bottom + scrollY",
    );
    let shown = shown.as_f64().expect("a height").ceil() as u64 + 20;
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        browser.picture_of_top(&root.join(picture), shown);
    }
    let png = std::fs::read(root.join(picture)).expect("the picture");
    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
    // Fonts differ between machines by some lines, pages by more.
    let height = f64::from(side(20));
    assert!(side(16) > 1000 && (height / shown as f64 - 1.0).abs() < 0.2, "take it again");
}

#[test]
fn the_slider_replays_the_run_on_the_map() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&storm(), DESKTOP, false);
    draw_all(&browser);
    let state = |browser: &Browser| {
        browser.script(
            "const map = document.querySelector('[data-chart=map]');
             return [map.querySelector('output').textContent,
                     map.querySelector('[data-node=imsp-a] > *').getAttribute('class'),
                     map.querySelector('[data-line] > *').getAttribute('stroke-width')]",
        )
    };
    let before = state(&browser);
    assert_eq!(before[0], "whole run");
    // Twelve intervals of half a minute later the storm is on.
    browser.press("[data-chart=map] input", &"\u{e014}".repeat(13));
    let storm = state(&browser);
    assert_eq!(storm[0], "6:00 to 6:30");
    assert_eq!(storm[1], "fill u4", "its SMSC is full");
    assert_ne!(storm[2], before[2], "another width for another traffic");
    browser.click("[data-chart=map] [data-node=imsp-a]");
    let told =
        browser.script("return document.querySelector('[data-chart=map] .figures').textContent");
    let told = told.as_str().expect("words");
    assert!(told.contains("smsc[0] 100.0 % used") && told.contains("waiting"), "{told}");
    browser.click("[data-chart=map] button");
    browser.until("the replay goes on", |browser| state(browser)[0] != "6:00 to 6:30");
}

#[test]
fn the_matrix_shows_the_figure_that_is_chosen() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&storm(), PHONE, false);
    draw_all(&browser);
    let cells = |browser: &Browser| {
        browser.script(
            "return [...document.querySelectorAll('.matrix td')].map(c => c.textContent).join(' ')",
        )
    };
    let messages = cells(&browser);
    browser.click("[data-chart=matrix] option[value=sms]");
    let shares = cells(&browser);
    assert_ne!(messages, shares);
    assert!(shares.as_str().is_some_and(|text| text.contains('%')), "{shares}");
    browser.click("[data-chart=matrix] option[value=p50]");
    browser.click("[data-chart=matrix] option[value=sms-own]");
    let latency = cells(&browser);
    assert!(latency.as_str().is_some_and(|text| text.contains(" s")), "{latency}");
}

#[test]
fn flows_are_as_high_as_their_messages_on_both_sides() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&storm(), DESKTOP, false);
    draw_all(&browser);
    let ends = browser.script(
        "return [...document.querySelectorAll('[data-chart=flow] svg g')].map(g => [
           Number(g.querySelector('rect').getAttribute('height')),
           Number(g.getAttribute('aria-label').match(/: ([0-9,]+) messages/)[1].replaceAll(',', ''))])",
    );
    let ends: Vec<(f64, f64)> = serde_json::from_value(ends).expect("pairs");
    let (most_high, most) = ends.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1)).expect("ends");
    assert!(ends.len() >= 7 && most_high > 50.0, "{ends:?}");
    for (high, messages) in &ends {
        // Heights are written to a tenth, and nothing is thinner than a line.
        let expected = (most_high * messages / most).max(1.0);
        assert!((high - expected).abs() <= 0.11, "{messages} are {high} high, not {expected}");
    }
}

#[test]
fn limits_and_licences_are_drawn_where_their_figures_are() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&storm(), DESKTOP, false);
    draw_all(&browser);
    let words = |browser: &Browser, chart: &str| {
        let script = format!(
            "return [...document.querySelectorAll('[data-chart={chart}] text.limit')].map(t => t.textContent).join()"
        );
        browser.script(&script).as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(words(&browser, "sms"), "licence 4.00/s");
    let page = page(PAGES[0]);
    browser.open(&page, DESKTOP, false);
    draw_all(&browser);
    assert_eq!(words(&browser, "latency"), "p95 < 800 ms");
}

#[test]
fn charts_tell_their_figures_to_the_keyboard_too() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&storm(), DESKTOP, false);
    draw_all(&browser);
    browser.press("[data-chart=backlog] svg", "\u{e014}\u{e014}");
    let tip = browser.script("const t = document.querySelector('[data-chart=backlog] .tip'); return [t.style.visibility, t.textContent]");
    assert_eq!(tip[0], "visible");
    assert!(tip[1].as_str().is_some_and(|words| words.starts_with("0:30 to 1:00")), "{tip}");
    let silent = browser.script(
        "return [...document.querySelectorAll('select, input, button')].filter(c => !c.closest('label') && !c.getAttribute('aria-label') && !c.textContent).length",
    );
    assert_eq!(silent, 0, "every control says what it is");
}

#[test]
fn the_largest_page_is_as_quick_as_the_smallest() {
    let Some(browser) = Browser::start() else { return };
    for shipped in [SMALLEST, LARGEST] {
        let page = page(shipped);
        let size = std::fs::metadata(&page).expect("a page").len();
        browser.open(&page, DESKTOP, false);
        let ready = browser.script(
            "return Math.max(Number(document.documentElement.dataset.ready),
                             performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd)",
        );
        let ready = ready.as_f64().expect("milliseconds");
        println!("{}: {size} bytes, interactive after {ready:.0} ms", shipped.0);
        assert!(ready < 1000.0, "{}: {ready} ms", shipped.0);
        assert!(size < 2_000_000, "{}: {size} bytes", shipped.0);
        draw_all(&browser);
        let name = format!("{}-light-{DESKTOP}", shipped.0);
        let faults = faults(&browser);
        browser.picture(&folder().join(format!("{name}.png")));
        assert!(faults.is_empty(), "{name}: {}", faults.join("\n"));
    }
}

#[test]
fn a_page_without_series_and_topology_opens_all_the_same() {
    let Some(browser) = Browser::start() else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let storm = storm();
    let from = storm.parent().expect("a result folder");
    for name in ["manifest.json", "summary.json"] {
        let text = std::fs::read_to_string(from.join(name)).expect(name);
        let older = text.replacen("interwork/summary/1", "interwork/summary/0", 1);
        std::fs::write(dir.path().join(name), older).expect("written");
    }
    let report =
        Command::new(env!("CARGO_BIN_EXE_interwork")).arg("report").arg(dir.path()).output();
    assert_eq!(report.expect("the program starts").status.code(), Some(0));
    browser.open(&dir.path().join("report.html"), PHONE, true);
    draw_all(&browser);
    let found = faults(&browser);
    // What is over time cannot be drawn; it says so.
    let bad = |fault: &&String| {
        fault.contains("console") || fault.contains("page") || fault.contains("figure")
    };
    assert_eq!(found.iter().filter(bad).count(), 0, "{}", found.join("\n"));
    let words = browser.script("return document.querySelector('[data-chart=backlog]').textContent");
    assert!(
        words.as_str().is_some_and(|words| words.contains("Nothing was seen over time")),
        "{words}"
    );
}

#[test]
fn the_checks_can_fail() {
    let Some(browser) = Browser::start() else { return };
    let whole = std::fs::read_to_string(storm()).expect("a page");
    let told = |change: &dyn Fn(&str) -> String| {
        let dir = tempfile::tempdir().expect("a folder");
        let page = dir.path().join("page.html");
        std::fs::write(&page, change(&whole)).expect("written");
        browser.open(&page, DESKTOP, false);
        draw_all(&browser);
        faults(&browser).join("\n")
    };
    let with =
        |more: &'static str| move |page: &str| page.replacen("<main>", &format!("<main>{more}"), 1);
    assert_eq!(told(&|page| page.to_owned()), "");
    let fetched = "<img alt=\"\" src=\"http://127.0.0.1:9/x.png\">";
    assert!(told(&with(fetched)).contains("the console says"), "the policy forbids it");
    let free = |page: &str| with(fetched)(page).replace("default-src 'none'", "default-src *");
    let free = |page: &str| free(page).replace("img-src data:", "img-src *");
    assert!(told(&free).contains("127.0.0.1:9/x.png is fetched"));
    assert!(told(&with("<script>none()</script>")).contains("the console says"));
    let wide = "<div style=\"width: 3000px\">wide</div>";
    assert!(told(&with(wide)).contains("wider than"));
    let nothing = |page: &str| page.replace("picture.append(group);", "");
    assert!(told(&nothing).contains("map is empty"));
}

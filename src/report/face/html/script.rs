//! The script of every page: the modules under `assets/` as one script that fetches nothing. Each is
//! an ECMAScript module with imports at its head, so that editors and the type check understand it;
//! here each becomes a function of its own that returns what it exports, in an order in which what is
//! imported comes first. Called by `shell`; it knows no figure.

use std::fmt::Write as _;

/// A module: its name, as others import it, and its text.
type Module = (&'static str, &'static str);

macro_rules! modules {
    ($($name:literal,)+) => { [$(($name, include_str!(concat!("assets/", $name)))),+] };
}

/// What is imported stands before who imports it.
const MODULES: [Module; 24] = modules![
    "lists.js",
    "format.js",
    "scale.js",
    "data.js",
    "dom.js",
    "controls.js",
    "plot.js",
    "over_time.js",
    "over_value.js",
    "spreads.js",
    "bars.js",
    "utilisation.js",
    "flow.js",
    "map_layout.js",
    "map_figures.js",
    "map.js",
    "matrix.js",
    "messages.js",
    "presence.js",
    "sms.js",
    "stations.js",
    "intervals.js",
    "sweep.js",
    "main.js",
];

/// All modules as one script.
pub(crate) fn script() -> String {
    let mut script = String::from("\"use strict\";\nconst modules = {};\n");
    for (name, text) in MODULES {
        let exports = exports(text).join(", ");
        let _ = writeln!(
            script,
            "modules[\"./{name}\"] = (() => {{\n{}return {{ {exports} }};\n}})();",
            linked(text)
        );
    }
    script
}

/// Names that a module exports.
fn exports(text: &str) -> Vec<&str> {
    let exported = text.lines().filter_map(|line| line.strip_prefix("export const "));
    exported.filter_map(|rest| rest.split([' ', ':']).next()).collect()
}

/// A module's text with its imports taken from `modules`.
fn linked(text: &str) -> String {
    let mut linked = String::with_capacity(text.len());
    for line in text.lines() {
        // An import may take several lines: `import {`, names, `} from "./name.js";`.
        let line = match line.strip_prefix("import {") {
            Some(rest) => format!("const {{{rest}"),
            None => line.strip_prefix("export ").unwrap_or(line).to_owned(),
        };
        // Words may hold `} from ` too, but no quoted module after it.
        let line = match line.split_once("} from \"./") {
            Some((names, module)) => {
                format!("{names}}} = modules[\"./{}];", module.trim_end_matches(';'))
            }
            None => line,
        };
        linked.push_str(&line);
        linked.push('\n');
    }
    linked
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names that a module imports, with where from.
    fn imports(text: &str) -> Vec<(&str, &str)> {
        let mut all = Vec::new();
        for statement in text.split("import {").skip(1) {
            // A type's import in a comment is `import("…")`.
            let (names, rest) = statement.split_once("} from \"./").expect("a module");
            let (module, _) = rest.split_once("\";").expect("an end");
            let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
            all.extend(names.map(|name| (name, module)));
        }
        all
    }

    #[test]
    fn every_import_is_exported_by_a_module_that_comes_before() {
        for (place, (name, text)) in MODULES.iter().enumerate() {
            for (import, from) in imports(text) {
                let known = MODULES[..place].iter().find(|(module, _)| *module == from);
                let (_, text) =
                    known.unwrap_or_else(|| panic!("{name}: {from} is no module before it"));
                assert!(exports(text).contains(&import), "{name}: {from} exports no {import}");
            }
        }
    }

    #[test]
    fn modules_have_nothing_that_the_script_cannot_take_over() {
        for (name, text) in MODULES {
            for line in text.lines() {
                let other = ["export default", "export {", "export let", "export *", "import *"];
                assert!(!other.iter().any(|word| line.starts_with(word)), "{name}: {line}");
                assert!(!line.contains("</script"), "{name}: {line}");
            }
            let exported = text.lines().filter(|line| line.starts_with("export "));
            assert_eq!(exported.count(), exports(text).len(), "{name} exports constants alone");
        }
    }

    #[test]
    fn every_file_is_in_the_script() {
        let assets =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/face/html/assets");
        let files = std::fs::read_dir(assets).expect("the folder");
        let names = files.map(|file| file.expect("a file").file_name().into_string());
        let names = names.map(|name| name.expect("a name")).filter(|name| name.ends_with(".js"));
        let mut names: Vec<String> = names.collect();
        let mut modules = MODULES.map(|(name, _)| name);
        names.sort();
        modules.sort_unstable();
        assert_eq!(names, modules);
    }

    #[test]
    fn a_module_becomes_a_function_that_returns_what_it_exports() {
        let text = "import { a, b } from \"./other.js\";\nexport const c = a + b;\n";
        assert_eq!(linked(text), "const { a, b } = modules[\"./other.js\"];\nconst c = a + b;\n");
        assert_eq!(exports(text), ["c"]);
    }
}

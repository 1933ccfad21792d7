//! The rules as the pages list them: `docs/run.md`, and `firmware/README.md` with programs for each.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use bringup_board::checks::RULES;

#[test]
fn the_page_lists_every_rule_as_the_code_has_it() {
    let page = include_str!("../../../../docs/run.md").replace("\r\n", "\n");
    let mut rows = String::new();
    for rule in RULES {
        let severity = format!("{:?}", rule.severity).to_lowercase();
        let _ = writeln!(rows, "| `{}` | {severity} | {} |", rule.name, rule.summary);
    }
    assert!(
        page.contains(&format!(
            "\n| rule | severity | finds |\n|---|---|---|\n{rows}\n"
        )),
        "docs/run.md has another table; it should be\n{rows}"
    );
}

#[test]
fn rules_are_sorted_and_say_what_to_do() {
    assert!(RULES.is_sorted_by_key(|rule| rule.name));
    for rule in RULES {
        let words = rule
            .name
            .bytes()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
        assert!(words, "{}", rule.name);
        let about = rule.explanation;
        assert!(
            about.len() > rule.summary.len() && about.ends_with(['.', '?']),
            "{}",
            rule.name
        );
        assert!(!rule.summary.ends_with('.'), "{}", rule.name);
    }
}

/// Rules in the table of `firmware/README.md`, with the programs of its two columns.
fn programs() -> Vec<(String, Vec<String>, Vec<String>)> {
    let page = include_str!("../../../../firmware/README.md");
    let table = page.split("| rule | breaks it | does it right |").nth(1);
    let rows = table
        .unwrap()
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let names = |cell: &str| -> Vec<String> {
        cell.split(',')
            .map(|name| name.trim().replace('`', ""))
            .collect()
    };
    let cells = |line: &str| line.split('|').map(str::to_owned).collect::<Vec<_>>();
    rows.map(cells)
        .map(|cells| {
            (
                names(&cells[1]).remove(0),
                names(&cells[2]),
                names(&cells[3]),
            )
        })
        .collect()
}

#[test]
fn every_rule_has_a_program_that_breaks_it_and_one_that_does_not() {
    let programs = programs();
    let listed: Vec<&str> = programs.iter().map(|(rule, ..)| rule.as_str()).collect();
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(listed, rules, "the table of firmware/README.md");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../firmware/src/bin");
    let finds = |program: &str, rule: &str| {
        let path = folder.join(program).with_extension("out");
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{program}: {error}"));
        let line = |line: &str| line.split_whitespace().take(2).eq(["finding", rule]);
        text.lines().any(line)
    };
    for (rule, breaks, right) in &programs {
        assert!(!breaks.is_empty() && !right.is_empty(), "{rule}");
        for program in breaks {
            assert!(finds(program, rule), "{program} does not break {rule}");
        }
        for program in right {
            assert!(!finds(program, rule), "{program} breaks {rule}");
        }
    }
}

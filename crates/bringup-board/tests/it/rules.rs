//! The list of rules in `docs/run.md` is that of the code.

use std::fmt::Write as _;

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

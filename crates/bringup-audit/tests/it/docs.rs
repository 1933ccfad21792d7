//! The rules as the page lists them: `docs/audit.md`.

use std::fmt::Write as _;

use bringup_audit::Platform;
use bringup_audit::rules::{self, Scope};

#[test]
fn the_page_lists_every_rule_as_the_code_has_it() {
    let page = include_str!("../../../../docs/audit.md").replace("\r\n", "\n");
    let mut rows = String::new();
    for rule in rules::all() {
        let severity = format!("{:?}", rule.severity).to_lowercase();
        let applies = match rule.scope() {
            Scope::Chip => "chips".to_owned(),
            Scope::Freestanding if rule.platforms.len() == Platform::ALL.len() => "all".to_owned(),
            Scope::Freestanding => {
                let names: Vec<_> = rule
                    .platforms
                    .iter()
                    .map(|platform| platform.name())
                    .collect();
                names.join(", ")
            }
        };
        let _ = writeln!(
            rows,
            "| `{}` | {severity} | {applies} | {} |",
            rule.name, rule.summary
        );
    }
    let table = format!("\n| rule | severity | for | finds |\n|---|---|---|---|\n{rows}\n");
    assert!(
        page.contains(&table),
        "docs/audit.md has another table; it should be\n{table}"
    );
}

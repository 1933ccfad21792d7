//! What is wrong with a device that could be read: its parts contradict one another, or the processor.
//!
//! The loader reports what is not written as the standard wants it. The checks look at the resolved
//! [`Device`] and report what cannot be right in a chip, each as a warning: the file has a reading, and a
//! reader of it will be misled. There is a file for each check, and a line in the list below.

mod address_block;
mod alignment;
mod core_peripheral;
mod cpu;
mod duplicate_names;
mod enumeration;
mod outside;
mod overlap;
mod walk;

use crate::diagnostic::Reports;
use crate::{Device, Diagnostic, Severity, Span};

/// A check looks at the whole device and adds what it finds.
type Check = fn(&Device, &mut Findings);

/// All checks.
const CHECKS: &[Check] = &[
    address_block::check,
    alignment::check,
    core_peripheral::check,
    cpu::check,
    duplicate_names::check,
    enumeration::check,
    outside::check,
    overlap::fields,
    overlap::registers,
    overlap::peripherals,
];

/// Everything that the checks have against a device, in the order of the file.
///
/// What several elements derive from is looked at as often, and reported once, where it stands.
///
/// ```
/// let text = "<device><name>TINY</name><size>32</size><peripherals>
///     <peripheral><name>PORT</name><baseAddress>0x40000000</baseAddress>
///       <addressBlock><offset>0</offset><size>4</size><usage>registers</usage></addressBlock>
///       <registers>
///         <register><name>IN</name><addressOffset>0</addressOffset></register>
///         <register><name>OUT</name><addressOffset>4</addressOffset></register>
///       </registers>
///     </peripheral>
/// </peripherals></device>";
/// let device = bringup_device::svd::load(text).device.unwrap();
/// let found = bringup_device::check::check(&device);
/// assert_eq!(found[0].rule, bringup_device::rules::REGISTER_OUTSIDE);
/// ```
pub fn check(device: &Device) -> Vec<Diagnostic> {
    let mut findings = Findings::default();
    for check in CHECKS {
        check(device, &mut findings);
    }
    findings.0.into_sorted()
}

/// Collects what the checks find.
#[derive(Debug, Default)]
struct Findings(Reports);

impl Findings {
    fn add(
        &mut self,
        rule: &'static str,
        span: Span,
        breadcrumb: Vec<String>,
        message: String,
        hint: Option<&str>,
    ) {
        self.0.add(Diagnostic {
            severity: Severity::Warning,
            rule,
            message,
            span,
            breadcrumb,
            hint: hint.map(Into::into),
        });
    }
}

/// Names in backticks: "`A`", "`A` and `B`", "`A`, `B` and 7 more".
fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 3;
    let names: Vec<&str> = names.into_iter().collect();
    let shown = if names.len() > SHOWN + 1 {
        SHOWN
    } else {
        names.len()
    };
    let mut parts: Vec<String> = names
        .iter()
        .take(shown)
        .map(|name| format!("`{name}`"))
        .collect();
    if names.len() > shown {
        parts.push(format!("{} more", names.len() - shown));
    }
    let last = parts.pop().unwrap_or_default();
    if parts.is_empty() {
        last
    } else {
        format!("{} and {last}", parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn lists_of_names() {
        assert_eq!(listed(["A"]), "`A`");
        assert_eq!(listed(["A", "B"]), "`A` and `B`");
        assert_eq!(listed(["A", "B", "C", "D"]), "`A`, `B`, `C` and `D`");
        assert_eq!(
            listed(["A", "B", "C", "D", "E"]),
            "`A`, `B`, `C` and 2 more"
        );
    }
}

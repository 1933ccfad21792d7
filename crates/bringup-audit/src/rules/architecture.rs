//! `wrong-architecture`: compiled for a core that this one cannot stand in for.

use super::{Check, FIRMWARE, Problem, Rule, Subject};
use crate::report::Severity;

pub(super) const RULE: Rule = Rule {
    name: "wrong-architecture",
    summary: "compiled for a core that this one cannot stand in for",
    severity: Severity::Error,
    docs: "The build attributes of the image (section `.ARM.attributes`, `Tag_CPU_arch`) must name the architecture of \
           the chip's core. A Cortex-M0 or M0+ is ARMv6-M: code for ARMv7-M and later holds instructions that \
           fault there, among them 32-bit loads, `cbz`, `it` and hardware division. Of an image without the section nothing \
           is said. Source: Addenda to the ABI for the Arm Architecture, build attributes.",
    platforms: FIRMWARE,
    check: Check::Chip(check),
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Problem>) {
    let hint = format!(
        "build with `--target {}`, and every C or assembly part with `-mcpu`",
        subject.chip.core.target()
    );
    let attributes = match &subject.image.attributes {
        None => return,
        Some(Ok(attributes)) => attributes,
        Some(Err(error)) => {
            problems.push(Problem {
                message: format!(
                    "the build attributes in `.ARM.attributes` cannot be read: {error}"
                ),
                hint: "link the image again; without them nobody can tell which core it is for"
                    .to_owned(),
            });
            return;
        }
    };
    let architecture = subject.chip.core.architecture();
    if let Some(arch) = attributes
        .cpu_arch
        .filter(|arch| !arch.runs_on(architecture))
    {
        let cpu = attributes
            .cpu_name
            .as_ref()
            .map(|name| format!(" (`{name}`)"))
            .unwrap_or_default();
        problems.push(Problem {
            message: format!(
                "the image is built for {}{cpu}, but {} has a {}, which is {}",
                arch.name(),
                subject.chip.name,
                subject.chip.core.title(),
                architecture.name()
            ),
            hint,
        });
    }
}

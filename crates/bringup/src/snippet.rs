//! A problem beside the text it is about, in the colours of compilers.

use bringup_device::{Diagnostic, Part, Severity, Source};

use crate::ui::{BAD, DIM, HINT, STRONG, WARN, paint};

/// What is shown of a problem.
pub(crate) fn show(source: &Source, diagnostic: &Diagnostic) -> String {
    source.show_painted(diagnostic, |part, text| {
        let style = match part {
            Part::Severity(Severity::Warning) => WARN,
            Part::Severity(Severity::Error) => BAD,
            Part::Message => STRONG,
            Part::Hint => HINT,
            _ => DIM,
        };
        paint(style, text)
    })
}

//! Enumerations that call one value by several names.

use std::collections::BTreeMap;

use super::{Findings, walk};
use crate::{Device, Enumeration, rules};

/// One finding per enumeration. Values beyond the field are reported by the loader, which leaves them out.
pub(super) fn check(device: &Device, findings: &mut Findings) {
    walk::registers(device, |place, register| {
        for field in &register.fields {
            for enumeration in &field.enumerations {
                let breadcrumb =
                    || place.breadcrumb_of("field", &field.name, field.repeat.as_ref());
                values(enumeration, breadcrumb, findings);
            }
        }
    });
}

fn values(
    enumeration: &Enumeration,
    breadcrumb: impl Fn() -> Vec<String>,
    findings: &mut Findings,
) {
    let mut first = BTreeMap::new();
    let mut clashes = Vec::new();
    for value in &enumeration.values {
        let other = *first.entry(value.value).or_insert(value);
        if other.span != value.span && other.name != value.name {
            clashes.push((other, value));
        }
    }
    let Some((other, value)) = clashes.first() else {
        return;
    };
    let more = match clashes.len() - 1 {
        0 => String::new(),
        1 => "; one more value has two names".into(),
        more => format!("; {more} more values have two names"),
    };
    findings.add(
        rules::ENUM_VALUE_DUPLICATE,
        value.span,
        breadcrumb(),
        format!(
            "value {} is called `{}`, and `{}` before{more}",
            value.value, value.name, other.name
        ),
        None,
    );
}

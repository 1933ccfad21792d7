//! Names that stand for more than one thing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::walk::{self, Place};
use super::{Findings, listed};
use crate::{Device, Enumeration, Interrupt, RegisterOrCluster, Repeat, Span, rules};

/// Peripherals, registers and clusters, fields, named values, interrupts.
pub(super) fn check(device: &Device, findings: &mut Findings) {
    peripherals(device, findings);
    walk::containers(device, |place, children| {
        registers(place, children, findings);
    });
    let mut reserved = Reserved::default();
    walk::registers(device, |place, register| {
        let mut names = Names::default();
        for field in &register.fields {
            let mut clashes = names.add("", &field.name, field.repeat.as_ref(), field.span);
            if is_reserved(&field.name) && !clashes.is_empty() {
                reserved.fields.add(field.span, || place.breadcrumb());
                clashes.clear();
            }
            if !clashes.is_empty() {
                let breadcrumb = place.breadcrumb();
                let hint = "in Rust the later one gets another name";
                report(findings, "field", &clashes, field.span, breadcrumb, hint);
            }
            for enumeration in &field.enumerations {
                values(place, &field.name, enumeration, &mut reserved, findings);
            }
        }
    });
    reserved.report(findings);
    interrupts(device, findings);
}

/// What vendors call by that name has none: such clashes are counted, and reported once for the file.
fn is_reserved(name: &str) -> bool {
    name.eq_ignore_ascii_case("reserved")
}

/// Fields and values that are called `RESERVED` beside others that are.
#[derive(Default)]
struct Reserved {
    fields: Counted,
    values: Counted,
}

/// How many there are, and where the first one is.
#[derive(Default)]
struct Counted {
    spans: BTreeSet<Span>,
    first: Option<(Span, Vec<String>)>,
}

impl Counted {
    fn add(&mut self, span: Span, breadcrumb: impl FnOnce() -> Vec<String>) {
        self.spans.insert(span);
        self.first.get_or_insert_with(|| (span, breadcrumb()));
    }
}

impl Reserved {
    fn report(self, findings: &mut Findings) {
        let kinds = [
            (self.fields, "field", "register"),
            (self.values, "value", "field"),
        ];
        for (counted, kind, around) in kinds {
            let Some((span, breadcrumb)) = counted.first else {
                continue;
            };
            let message = match counted.spans.len() {
                1 => format!("a {kind} is called reserved as another one of its {around} is"),
                count => format!(
                    "{count} {kind}s are called reserved as others of their {around} are, this one first"
                ),
            };
            let hint = format!("what is reserved needs no <{kind}>").replace("<value>", "name");
            let hint = hint.replace("<field>", "`<field>`");
            findings.add(
                rules::DUPLICATE_NAME,
                span,
                breadcrumb,
                message,
                Some(&hint),
            );
        }
    }
}

/// The names in one place, with the element that had each first. Names in different alternate groups are
/// different: the standard makes the group a part of the name.
#[derive(Default)]
struct Names<'d>(HashMap<(&'d str, &'d str), Span>);

impl<'d> Names<'d> {
    /// Adds all names of an element and returns those that are another element's.
    fn add(
        &mut self,
        group: &'d str,
        name: &'d str,
        repeat: Option<&'d Repeat>,
        span: Span,
    ) -> Vec<&'d str> {
        let several = repeat.into_iter().flat_map(|it| &it.names);
        let single = repeat.is_none().then_some(name);
        let mut clashes = Vec::new();
        for name in single.into_iter().chain(several.map(String::as_str)) {
            if *self.0.entry((group, name)).or_insert(span) != span {
                clashes.push(name);
            }
        }
        clashes
    }
}

fn report(
    findings: &mut Findings,
    kind: &str,
    clashes: &[&str],
    span: Span,
    breadcrumb: Vec<String>,
    hint: &str,
) {
    let names = listed(clashes.iter().copied());
    let message = if clashes.len() == 1 {
        format!("a {kind} {names} was there before")
    } else {
        format!("{kind}s {names} were there before")
    };
    findings.add(rules::DUPLICATE_NAME, span, breadcrumb, message, Some(hint));
}

fn peripherals(device: &Device, findings: &mut Findings) {
    let mut names = Names::default();
    for peripheral in &device.peripherals {
        let repeat = peripheral.repeat.as_ref();
        let clashes = names.add("", &peripheral.name, repeat, peripheral.span);
        if !clashes.is_empty() {
            let hint = "in Rust the later one gets another name";
            report(
                findings,
                "peripheral",
                &clashes,
                peripheral.span,
                Vec::new(),
                hint,
            );
        }
    }
}

fn registers<'d>(place: &Place<'d>, children: &'d [RegisterOrCluster], findings: &mut Findings) {
    let mut names = Names::default();
    for child in children {
        let (kind, group, span) = match child {
            RegisterOrCluster::Register(it) => ("register", it.alternate_group.as_deref(), it.span),
            RegisterOrCluster::Cluster(it) => ("cluster", None, it.span),
        };
        let group = group.unwrap_or_default();
        let clashes = names.add(group, child.name(), child.repeat(), span);
        if !clashes.is_empty() {
            let hint = "in Rust the later one gets another name; \
                        `<alternateGroup>` tells registers of one name apart";
            report(findings, kind, &clashes, span, place.breadcrumb(), hint);
        }
    }
}

/// One finding per enumeration: vendors call many values `Reserved`.
fn values(
    place: &Place<'_>,
    field: &str,
    enumeration: &Enumeration,
    reserved: &mut Reserved,
    findings: &mut Findings,
) {
    let mut by_name: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for value in &enumeration.values {
        let same = by_name.entry(&value.name).or_default();
        if same
            .last()
            .is_none_or(|last: &&crate::EnumeratedValue| last.span != value.span)
        {
            same.push(value);
        }
    }
    by_name.retain(|_, values| values.len() > 1);
    by_name.retain(|name, values| {
        if is_reserved(name) {
            let breadcrumb = || place.breadcrumb_of("field", field, None);
            for value in values.iter().skip(1) {
                reserved.values.add(value.span, breadcrumb);
            }
        }
        !is_reserved(name)
    });
    let mut several = by_name.into_iter();
    let Some((name, same)) = several.next() else {
        return;
    };
    let numbers: Vec<String> = same.iter().map(|value| value.value.to_string()).collect();
    let more = match several.count() {
        0 => String::new(),
        1 => "; so does one more name".into(),
        more => format!("; so do {more} more names"),
    };
    let span = same.get(1).map_or(enumeration.span, |value| value.span);
    findings.add(
        rules::DUPLICATE_NAME,
        span,
        place.breadcrumb_of("field", field, None),
        format!(
            "`{name}` stands for {} values: {}{more}",
            same.len(),
            listed(numbers.iter().map(String::as_str)).replace('`', "")
        ),
        None,
    );
}

/// Several peripherals may list one interrupt, if they agree on its name and its number.
fn interrupts(device: &Device, findings: &mut Findings) {
    let mut by_number: BTreeMap<u32, &Interrupt> = BTreeMap::new();
    let mut by_name: HashMap<&str, &Interrupt> = HashMap::new();
    for peripheral in &device.peripherals {
        let breadcrumb = || Place::of_peripheral(peripheral).breadcrumb();
        for interrupt in &peripheral.interrupts {
            let named = *by_name.entry(&interrupt.name).or_insert(interrupt);
            if named.value != interrupt.value {
                let message = format!(
                    "interrupt `{}` has number {}, and {} before",
                    interrupt.name, interrupt.value, named.value
                );
                let rule = rules::INTERRUPT_CONFLICT;
                findings.add(rule, interrupt.span, breadcrumb(), message, None);
            }
            let numbered = *by_number.entry(interrupt.value).or_insert(interrupt);
            if numbered.name != interrupt.name {
                let message = format!(
                    "interrupt {} is called `{}`, and `{}` before; the first name counts",
                    interrupt.value, interrupt.name, numbered.name
                );
                let rule = rules::INTERRUPT_CONFLICT;
                findings.add(rule, interrupt.span, breadcrumb(), message, None);
            }
        }
    }
}

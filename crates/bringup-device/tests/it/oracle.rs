//! `svd-parser`, an independent reader of SVD files, as a judge: what it makes of a file, arrays spread
//! out and everything derived, is compared with what we make of it.

use std::collections::BTreeMap;

use bringup_device as ours;
use svd_parser::svd as theirs;

/// Reads `text` with the oracle; `Err` where it refuses the file.
pub(crate) fn read(text: &str) -> Result<theirs::Device, String> {
    let config = svd_parser::Config::default()
        .expand(true)
        .expand_properties(true)
        .validate_level(theirs::ValidateLevel::Disabled);
    svd_parser::parse_with_config(text, &config).map_err(|error| format!("{error:#}"))
}

/// Everything in which the two differ, one line each.
pub(crate) fn differences(ours: &ours::Device, theirs: &theirs::Device) -> Vec<String> {
    compare(&our_facts(ours), &their_facts(theirs))
}

/// What is known about a device: `GPIOA.MODER.MODE0.bits` → `0+2`. Elements of one name are told apart by a number.
#[derive(Default)]
struct Facts {
    facts: BTreeMap<String, String>,
    names: BTreeMap<String, u32>,
}

impl Facts {
    /// A new element of this name.
    fn element(&mut self, path: String) -> String {
        let count = self.names.entry(path.clone()).or_default();
        *count += 1;
        if *count == 1 {
            path
        } else {
            format!("{path}#{count}")
        }
    }

    fn add(&mut self, path: &str, what: &str, fact: String) {
        self.facts.insert(format!("{path}.{what}"), fact);
    }
}

/// Facts of which one side says nothing are not compared, unless it lacks the whole element.
fn compare(ours: &Facts, theirs: &Facts) -> Vec<String> {
    let mut differences = Vec::new();
    for (fact, value) in &theirs.facts {
        match ours.facts.get(fact) {
            Some(our_value) if our_value == value => {}
            Some(our_value) => {
                differences.push(format!("{fact}: ours {our_value}, theirs {value}"));
            }
            None => differences.push(format!("{fact}: only theirs, {value}")),
        }
    }
    let element_only_ours = |fact: &&String| {
        fact.rsplit_once('.').is_some_and(|(_, what)| what == "at")
            && !theirs.facts.contains_key(*fact)
    };
    differences.extend(
        ours.facts
            .keys()
            .filter(element_only_ours)
            .map(|fact| format!("{fact}: only ours")),
    );
    differences
}

fn our_facts(device: &ours::Device) -> Facts {
    let mut facts = Facts::default();
    for instance in device.peripherals_expanded() {
        let peripheral = instance.peripheral;
        let path = facts.element(instance.name.to_owned());
        facts.add(&path, "at", format!("{:#x}", instance.base_address));
        let mut interrupts: Vec<_> = peripheral
            .interrupts
            .iter()
            .map(|i| format!("{}={}", i.name, i.value))
            .collect();
        interrupts.sort();
        facts.add(&path, "interrupts", interrupts.join(","));
        facts.add(&path, "blocks", our_blocks(peripheral));
        for register in peripheral.registers_expanded() {
            our_register(&mut facts, &path, instance.base_address, &register);
        }
    }
    facts
}

fn our_blocks(peripheral: &ours::Peripheral) -> String {
    let blocks = peripheral
        .address_blocks
        .iter()
        .map(|block| format!("{:#x}+{:#x}", block.offset, block.size));
    blocks.collect::<Vec<_>>().join(",")
}

fn our_register(facts: &mut Facts, path: &str, base: u64, instance: &ours::RegisterInstance<'_>) {
    let register = instance.register;
    // The oracle joins the names of clusters with `_`.
    let path = facts.element(format!("{path}.{}", instance.path.replace('.', "_")));
    facts.add(&path, "at", format!("{:#x}", base + instance.offset));
    facts.add(&path, "size", register.size.to_string());
    facts.add(&path, "access", format!("{:?}", register.access));
    facts.add(&path, "reset", format!("{:#x}", register.reset_value));
    facts.add(&path, "mask", format!("{:#x}", register.reset_mask));
    facts.add(
        &path,
        "write",
        format!("{:?}", register.modified_write_values),
    );
    facts.add(&path, "read", format!("{:?}", register.read_action));
    facts.add(
        &path,
        "alternate",
        format!(
            "{:?} {:?}",
            register.alternate_register, register.alternate_group
        ),
    );
    for field in register.fields_expanded() {
        let path = facts.element(format!("{path}.{}", field.name));
        facts.add(
            &path,
            "at",
            format!("{}+{}", field.bit_offset, field.field.bit_width),
        );
        facts.add(&path, "access", format!("{:?}", field.field.access));
        facts.add(
            &path,
            "write",
            format!("{:?}", field.field.modified_write_values),
        );
        facts.add(
            &path,
            "constraint",
            format!("{:?}", field.field.write_constraint),
        );
        for enumeration in &field.field.enumerations {
            our_enumeration(facts, &path, enumeration);
        }
    }
}

fn our_enumeration(facts: &mut Facts, path: &str, enumeration: &ours::Enumeration) {
    let path = facts.element(format!("{path}:{:?}", enumeration.usage));
    facts.add(&path, "name", format!("{:?}", enumeration.name));
    // The oracle reads bits that do not matter as 0: the first of the values we spread a name out to.
    let mut last = None;
    for value in &enumeration.values {
        if last.replace(value.span) != Some(value.span) {
            let path = facts.element(format!("{path}.{}", value.name));
            facts.add(&path, "at", value.value.to_string());
        }
    }
    if let Some(default) = &enumeration.default {
        facts.add(&path, "default", default.name.clone());
    }
}

fn their_facts(device: &theirs::Device) -> Facts {
    let mut facts = Facts::default();
    for peripheral in &device.peripherals {
        let path = facts.element(peripheral.name.clone());
        facts.add(&path, "at", format!("{:#x}", peripheral.base_address));
        let mut interrupts: Vec<_> = peripheral
            .interrupt
            .iter()
            .map(|i| format!("{}={}", i.name, i.value))
            .collect();
        interrupts.sort();
        facts.add(&path, "interrupts", interrupts.join(","));
        let blocks = peripheral
            .address_block
            .iter()
            .flatten()
            .map(|block| format!("{:#x}+{:#x}", block.offset, block.size));
        facts.add(&path, "blocks", blocks.collect::<Vec<_>>().join(","));
        // The same order as ours, for elements of one name.
        let mut registers: Vec<_> = peripheral.all_registers().collect();
        registers.sort_by_key(|register| register.address_offset);
        for register in registers {
            their_register(&mut facts, &path, peripheral.base_address, register);
        }
    }
    facts
}

fn their_register(facts: &mut Facts, path: &str, base: u64, register: &theirs::Register) {
    let path = facts.element(format!("{path}.{}", register.name));
    let properties = &register.properties;
    facts.add(
        &path,
        "at",
        format!("{:#x}", base + u64::from(register.address_offset)),
    );
    if let Some(size) = properties.size {
        facts.add(&path, "size", size.to_string());
    }
    if let Some(access) = properties.access {
        facts.add(&path, "access", format!("{access:?}"));
    }
    let bits = properties
        .size
        .map_or(u64::MAX, |size| u64::MAX >> (64 - size.clamp(8, 64)));
    if let Some(reset) = properties.reset_value {
        facts.add(&path, "reset", format!("{:#x}", reset & bits));
        facts.add(
            &path,
            "mask",
            format!("{:#x}", properties.reset_mask.unwrap_or(bits) & bits),
        );
    }
    facts.add(
        &path,
        "write",
        format!("{:?}", register.modified_write_values),
    );
    facts.add(&path, "read", format!("{:?}", register.read_action));
    facts.add(
        &path,
        "alternate",
        format!(
            "{:?} {:?}",
            register.alternate_register, register.alternate_group
        ),
    );
    let mut fields: Vec<_> = register.fields().collect();
    fields.sort_by_key(|field| field.bit_offset());
    for field in fields {
        their_field(facts, &path, register, field);
    }
}

fn their_field(facts: &mut Facts, path: &str, register: &theirs::Register, field: &theirs::Field) {
    let path = facts.element(format!("{path}.{}", field.name));
    facts.add(
        &path,
        "at",
        format!("{}+{}", field.bit_offset(), field.bit_width()),
    );
    if let Some(access) = field.access.or(register.properties.access) {
        facts.add(&path, "access", format!("{access:?}"));
    }
    let write = field
        .modified_write_values
        .or(register.modified_write_values);
    facts.add(&path, "write", format!("{write:?}"));
    let constraint = field.write_constraint.map(|constraint| match constraint {
        theirs::WriteConstraint::WriteAsRead(_) => ours::WriteConstraint::WriteAsRead,
        theirs::WriteConstraint::UseEnumeratedValues(_) => {
            ours::WriteConstraint::UseEnumeratedValues
        }
        theirs::WriteConstraint::Range(range) => ours::WriteConstraint::Range {
            minimum: range.min,
            maximum: range.max,
        },
    });
    facts.add(&path, "constraint", format!("{constraint:?}"));
    for values in &field.enumerated_values {
        their_enumeration(facts, &path, values);
    }
}

fn their_enumeration(facts: &mut Facts, path: &str, values: &theirs::EnumeratedValues) {
    let path = facts.element(format!("{path}:{:?}", values.usage.unwrap_or_default()));
    facts.add(&path, "name", format!("{:?}", values.name));
    for value in &values.values {
        if let Some(number) = value.value {
            let path = facts.element(format!("{path}.{}", value.name));
            facts.add(&path, "at", number.to_string());
        }
        if value.is_default == Some(true) {
            facts.add(&path, "default", value.name.clone());
        }
    }
}

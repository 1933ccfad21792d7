//! `bringup svd show`: the map of a device, a peripheral, a register or a field.

use std::fmt::Write as _;
use std::path::PathBuf;

use bringup_device::{
    Cluster, Device, Enumeration, FieldInstance, Interrupt, Register, RegisterOrCluster, Repeat,
    RepeatKind,
};
use serde_json::{Value, json};

use super::find::{Element, Found, find};
use super::{bits, letters};
use crate::error::Error;
use crate::exit::Exit;
use crate::svd::patch::PatchArgs;
use crate::ui::{DIM, STRONG, paint};
use crate::view;

/// Characters of a description in a table.
const DESCRIPTION: usize = 60;

/// Named values that stand beside a field in the view of its register.
const VALUES: usize = 6;

/// Print the map of a device, a peripheral, a register or a field
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The SVD file, or a chip that is known by name
    file: PathBuf,

    /// What to show, in any case: GPIOB, gpiob.moder, GPIOB.MODER.MODE3; without it the whole device
    #[arg(value_name = "PERIPHERAL[.REGISTER[.FIELD]]")]
    path: Option<String>,

    #[command(flatten)]
    patches: PatchArgs,

    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let device = super::device(&args.file, &args.patches)?;
    let found = args.path.as_deref().map(|path| find(&device, path));
    match (found.transpose()?, args.json) {
        (None, true) => view::print_json(&device_json(&device)),
        (None, false) => view::print(device_text(&device).trim_end()),
        (Some(found), true) => view::print_json(&found_json(&found)),
        (Some(found), false) => view::print(found_text(&found).trim_end()),
    }
    Ok(Exit::Fine)
}

/// The first part of a description, on one line.
fn brief(description: Option<&str>) -> String {
    let text = description.unwrap_or_default();
    if text.chars().count() <= DESCRIPTION {
        return text.to_owned();
    }
    let cut: String = text.chars().take(DESCRIPTION - 1).collect();
    format!("{}…", cut.trim_end())
}

/// Rows of cells in columns as wide as what is in them; the last one runs free.
fn table(text: &mut String, indent: &str, rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let mut line = indent.to_owned();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, "{cell:<width$}  ");
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

/// A heading: what it is called, and what it is.
fn heading(text: &mut String, name: &str, description: Option<&str>) {
    let description = description.map_or_else(String::new, |it| format!("  {it}"));
    let _ = writeln!(text, "{}{description}", paint(STRONG, name));
}

fn device_text(device: &Device) -> String {
    let mut text = String::new();
    heading(&mut text, &device.name, device.description.as_deref());
    if let Some(cpu) = &device.cpu {
        let has = |present: bool, what: &'static str| if present { what } else { "" };
        let _ = writeln!(
            text,
            "{} {}, {} priority bits{}{}",
            cpu.name,
            cpu.revision,
            cpu.nvic_prio_bits,
            has(cpu.mpu_present, ", MPU"),
            has(cpu.fpu_present, ", FPU")
        );
    }
    text.push('\n');
    let rows: Vec<Vec<String>> = device
        .peripherals_expanded()
        .map(|instance| {
            let peripheral = instance.peripheral;
            let end = instance.base_address.saturating_add(peripheral.extent());
            vec![
                format!(
                    "{:#010x}…{:#010x}",
                    instance.base_address,
                    end.saturating_sub(1)
                ),
                instance.name.to_owned(),
                interrupts(&peripheral.interrupts),
                brief(peripheral.description.as_deref()),
            ]
        })
        .collect();
    table(&mut text, "  ", &rows);
    text
}

/// The numbers of interrupts.
fn interrupts(list: &[Interrupt]) -> String {
    let numbers: Vec<String> = list.iter().map(|it| it.value.to_string()).collect();
    if numbers.is_empty() {
        return String::new();
    }
    format!("irq {}", numbers.join(","))
}

fn device_json(device: &Device) -> Value {
    let peripherals = device.peripherals_expanded().map(|instance| {
        let peripheral = instance.peripheral;
        json!({
            "name": instance.name,
            "address": instance.base_address,
            "size": peripheral.extent(),
            "group": peripheral.group_name,
            "derived_from": peripheral.derived_from,
            "description": peripheral.description,
            "interrupts": interrupts_json(&peripheral.interrupts),
        })
    });
    json!({
        "name": device.name,
        "vendor": device.vendor,
        "version": device.version,
        "description": device.description,
        "cpu": device.cpu.as_ref().map(|cpu| &cpu.name),
        "peripherals": peripherals.collect::<Vec<_>>(),
    })
}

fn interrupts_json(list: &[Interrupt]) -> Vec<Value> {
    let all = list.iter();
    all.map(|it| json!({ "name": it.name, "number": it.value, "description": it.description }))
        .collect()
}

fn found_text(found: &Found<'_>) -> String {
    let mut text = String::new();
    match &found.element {
        Element::Peripheral => peripheral_text(&mut text, found),
        Element::Cluster(cluster) => cluster_text(&mut text, found, cluster),
        Element::Register(register) => register_text(&mut text, found, register),
        Element::Field(register, field) => field_text(&mut text, found, register, field),
    }
    text
}

fn peripheral_text(text: &mut String, found: &Found<'_>) {
    let peripheral = found.peripheral.peripheral;
    heading(text, &found.path, peripheral.description.as_deref());
    let end = found.address.saturating_add(peripheral.extent());
    let _ = writeln!(
        text,
        "{:#010x}…{:#010x}",
        found.address,
        end.saturating_sub(1)
    );
    if let Some(origin) = &peripheral.derived_from {
        let _ = writeln!(text, "as {origin}");
    }
    for interrupt in &peripheral.interrupts {
        let what = brief(interrupt.description.as_deref());
        let line = format!("interrupt {} {}  {what}", interrupt.value, interrupt.name);
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text.push('\n');
    registers_table(text, &peripheral.registers);
}

fn cluster_text(text: &mut String, found: &Found<'_>, cluster: &Cluster) {
    heading(text, &found.path, cluster.description.as_deref());
    let end = found.address.saturating_add(cluster.extent());
    let _ = writeln!(
        text,
        "{:#010x}…{:#010x}\n",
        found.address,
        end.saturating_sub(1)
    );
    registers_table(text, &cluster.registers);
}

fn registers_table(text: &mut String, registers: &[RegisterOrCluster]) {
    let mut rows = Vec::new();
    register_rows(&mut rows, registers, 0, 0);
    table(text, "  ", &rows);
}

/// A row for each register, an array in one; clusters with what is in their first instance.
fn register_rows(
    rows: &mut Vec<Vec<String>>,
    registers: &[RegisterOrCluster],
    base: u64,
    depth: usize,
) {
    for child in registers {
        let offset = base.saturating_add(child.address_offset());
        let step = child
            .repeat()
            .map_or_else(String::new, |repeat| format!(" +{:#x}", repeat.increment));
        let name = format!(
            "{}{}",
            "  ".repeat(depth),
            name(child.name(), child.repeat())
        );
        let (kind, access, reset) = match child {
            RegisterOrCluster::Register(it) => (
                it.size.to_string(),
                letters(it.access, it.modified_write_values, it.read_action),
                reset(it),
            ),
            RegisterOrCluster::Cluster(_) => (String::new(), "", String::new()),
        };
        rows.push(vec![
            format!("{offset:#05x}{step}"),
            name,
            kind,
            access.to_owned(),
            reset,
            brief(child.description()),
        ]);
        if let RegisterOrCluster::Cluster(cluster) = child {
            register_rows(rows, &cluster.registers, offset, depth + 1);
        }
    }
}

/// The name of something that may be there several times: `CCR[0…3]`, `CCR1…CCR4`.
fn name(own: &str, repeat: Option<&Repeat>) -> String {
    let Some(repeat) = repeat else {
        return own.to_owned();
    };
    let ends = |list: &[String]| match list {
        [first, .., last] => format!("{first}…{last}"),
        [only] => only.clone(),
        [] => String::new(),
    };
    match repeat.kind {
        RepeatKind::Array => format!("{own}[{}]", ends(&repeat.indices)),
        RepeatKind::List => ends(&repeat.names),
    }
}

/// The reset value in as many digits as the register has; `–` where the file gives none.
fn reset(register: &Register) -> String {
    if register.reset_mask == 0 {
        return "–".into();
    }
    let digits = (register.size / 4) as usize + 2;
    format!("{:#0digits$x}", register.reset_value)
}

fn register_text(text: &mut String, found: &Found<'_>, register: &Register) {
    heading(text, &found.path, register.description.as_deref());
    let _ = writeln!(
        text,
        "{:#010x}, {} bits, {}, reset {}\n",
        found.address,
        register.size,
        register.access.word(),
        reset(register)
    );
    text.push_str(&bits::draw(register));
    text.push('\n');
    let rows: Vec<Vec<String>> = register
        .fields_expanded()
        .map(|field| field_row(register, &field))
        .collect();
    table(text, "  ", &rows);
}

fn field_row(register: &Register, instance: &FieldInstance<'_>) -> Vec<String> {
    let field = instance.field;
    let mut description = brief(description(instance).as_deref());
    let values = field.read_enumeration().or(field.write_enumeration());
    if let Some(values) = values {
        let _ = write!(description, " {}", paint(DIM, values_brief(values)));
    }
    vec![
        bit_range(instance),
        instance.name.to_owned(),
        letters(field.access, field.modified_write_values, field.read_action).to_owned(),
        field_reset(register, instance),
        description,
    ]
}

/// The description, in which `%s` stands for the index as it does in the name.
fn description(instance: &FieldInstance<'_>) -> Option<String> {
    let text = instance.field.description.as_deref()?;
    let Some(repeat) = &instance.field.repeat else {
        return Some(text.to_owned());
    };
    let index = repeat.names.iter().position(|name| name == instance.name);
    let index = index.and_then(|at| repeat.indices.get(at));
    Some(index.map_or_else(|| text.to_owned(), |index| text.replace("%s", index)))
}

/// `0 Input, 1 Output, …`.
fn values_brief(enumeration: &Enumeration) -> String {
    let all = enumeration.values.iter();
    let mut values: Vec<String> = all
        .take(VALUES)
        .map(|value| format!("{} {}", value.value, value.name))
        .collect();
    if enumeration.values.len() > VALUES {
        values.push("…".into());
    }
    format!("({})", values.join(", "))
}

fn bit_range(instance: &FieldInstance<'_>) -> String {
    match instance.field.bit_width {
        1 => instance.bit_offset.to_string(),
        width => format!(
            "{}:{}",
            instance.bit_offset + width - 1,
            instance.bit_offset
        ),
    }
}

fn field_reset(register: &Register, instance: &FieldInstance<'_>) -> String {
    if register.reset_mask & instance.mask() != instance.mask() {
        return "–".into();
    }
    format!(
        "{:#x}",
        (register.reset_value & instance.mask()) >> instance.bit_offset
    )
}

fn field_text(
    text: &mut String,
    found: &Found<'_>,
    register: &Register,
    instance: &FieldInstance<'_>,
) {
    let field = instance.field;
    heading(text, &found.path, description(instance).as_deref());
    let plural = if field.bit_width == 1 { "bit" } else { "bits" };
    let _ = writeln!(
        text,
        "{plural} {} of {:#010x}, mask {:#x}, {}, reset {}",
        bit_range(instance),
        found.address,
        instance.mask(),
        field.access.word(),
        field_reset(register, instance)
    );
    for enumeration in &field.enumerations {
        let usage = match enumeration.usage {
            bringup_device::EnumUsage::Read => "read as",
            bringup_device::EnumUsage::Write => "written as",
            bringup_device::EnumUsage::ReadWrite => "values",
        };
        let _ = writeln!(text, "\n{usage}");
        let mut rows: Vec<Vec<String>> = enumeration
            .values
            .iter()
            .map(|value| {
                let description = value.description.clone().unwrap_or_default();
                vec![value.value.to_string(), value.name.clone(), description]
            })
            .collect();
        rows.extend(enumeration.default.as_ref().map(|default| {
            let description = default.description.clone().unwrap_or_default();
            vec!["others".into(), default.name.clone(), description]
        }));
        table(text, "  ", &rows);
    }
}

fn found_json(found: &Found<'_>) -> Value {
    let mut value = match &found.element {
        Element::Peripheral => {
            let peripheral = found.peripheral.peripheral;
            let registers = peripheral.registers_expanded();
            json!({
                "kind": "peripheral",
                "size": peripheral.extent(),
                "description": peripheral.description,
                "derived_from": peripheral.derived_from,
                "interrupts": interrupts_json(&peripheral.interrupts),
                "registers": registers.map(|it| register_json(&it.path, it.offset, it.register)).collect::<Vec<_>>(),
            })
        }
        Element::Cluster(cluster) => json!({
            "kind": "cluster",
            "size": cluster.extent(),
            "description": cluster.description,
            "registers": cluster_json(cluster),
        }),
        Element::Register(register) => {
            let offset = found.address.wrapping_sub(found.peripheral.base_address);
            let mut value = register_json(&register.name, offset, register);
            value["kind"] = "register".into();
            value
        }
        Element::Field(register, field) => {
            let mut value = field_json(register, field);
            value["kind"] = "field".into();
            value
        }
    };
    value["path"] = found.path.clone().into();
    value["address"] = found.address.into();
    value
}

/// The registers directly in a cluster, arrays once.
fn cluster_json(cluster: &Cluster) -> Vec<Value> {
    let children = cluster.registers.iter();
    children
        .map(|child| match child {
            RegisterOrCluster::Register(it) => register_json(&it.name, it.address_offset, it),
            RegisterOrCluster::Cluster(it) => json!({
                "name": it.name,
                "offset": it.address_offset,
                "registers": cluster_json(it),
            }),
        })
        .collect()
}

fn register_json(name: &str, offset: u64, register: &Register) -> Value {
    let fields = register.fields_expanded();
    json!({
        "name": name,
        "offset": offset,
        "bits": register.size,
        "access": register.access.word(),
        "reset_value": register.reset_value,
        "reset_mask": register.reset_mask,
        "description": register.description,
        "fields": fields.map(|field| field_json(register, &field)).collect::<Vec<_>>(),
    })
}

fn field_json(register: &Register, instance: &FieldInstance<'_>) -> Value {
    let field = instance.field;
    let enumerations = field.enumerations.iter().map(|enumeration| {
        let values = enumeration.values.iter();
        json!({
            "usage": format!("{:?}", enumeration.usage),
            "values": values.map(|value| json!({
                "value": value.value,
                "name": value.name,
                "description": value.description,
            })).collect::<Vec<_>>(),
            "default": enumeration.default.as_ref().map(|it| &it.name),
        })
    });
    json!({
        "name": instance.name,
        "bit_offset": instance.bit_offset,
        "bit_width": field.bit_width,
        "access": field.access.word(),
        "reset_value": (register.reset_value & instance.mask()) >> instance.bit_offset,
        "description": field.description,
        "enumerations": enumerations.collect::<Vec<_>>(),
    })
}

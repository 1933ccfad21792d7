//! What the documentation of the model promises about every device, whatever the file was.

use bringup_device::{Device, Field, Peripheral, Register, RegisterOrCluster, Repeat};

type Result = std::result::Result<(), String>;

/// Says which promise is broken.
pub(crate) fn check(device: &Device) -> Result {
    device.peripherals.iter().try_for_each(peripheral)?;
    let interrupts = device.interrupts();
    ensure(
        interrupts
            .windows(2)
            .all(|pair| pair[0].value < pair[1].value),
        "interrupts are not in order",
    )
}

fn ensure(holds: bool, what: &str) -> Result {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

fn peripheral(peripheral: &Peripheral) -> Result {
    named(&peripheral.name, peripheral.repeat.as_ref())?;
    registers(&peripheral.registers).map_err(|error| format!("{}: {error}", peripheral.name))
}

fn named(name: &str, repeat: Option<&Repeat>) -> Result {
    ensure(
        !name.contains("%s") || repeat.is_none(),
        "`%s` is left in a name",
    )?;
    let Some(repeat) = repeat else { return Ok(()) };
    ensure(
        repeat.count() > 0 && repeat.names.len() == repeat.indices.len(),
        "instances and indices differ",
    )
}

fn registers(registers: &[RegisterOrCluster]) -> Result {
    let offsets: Vec<_> = registers
        .iter()
        .map(RegisterOrCluster::address_offset)
        .collect();
    ensure(offsets.is_sorted(), "registers are not in order")?;
    registers.iter().try_for_each(|child| {
        named(child.name(), child.repeat())?;
        match child {
            RegisterOrCluster::Register(it) => {
                register(it).map_err(|error| format!("{}: {error}", it.name))
            }
            RegisterOrCluster::Cluster(it) => self::registers(&it.registers),
        }
    })
}

fn register(register: &Register) -> Result {
    ensure(matches!(register.size, 8 | 16 | 32 | 64), "odd size")?;
    ensure(
        register.reset_value & !register.mask() == 0,
        "reset value is too wide",
    )?;
    ensure(
        register.reset_mask & !register.mask() == 0,
        "reset mask is too wide",
    )?;
    ensure(
        register
            .fields
            .iter()
            .map(|field| field.bit_offset)
            .is_sorted(),
        "fields are not in order",
    )?;
    register
        .fields
        .iter()
        .try_for_each(|it| field(it).map_err(|error| format!("{}: {error}", it.name)))?;
    let allowed = |field: &Field| {
        (register.access.can_read() || !field.access.can_read())
            && (register.access.can_write() || !field.access.can_write())
    };
    ensure(
        register.fields.iter().all(allowed),
        "a field allows more than its register",
    )?;
    let inside = |instance: bringup_device::FieldInstance<'_>| {
        u64::from(instance.bit_offset) + u64::from(instance.field.bit_width)
            <= u64::from(register.size)
    };
    ensure(
        register.fields_expanded().all(inside),
        "a field is not in its register",
    )
}

fn field(field: &Field) -> Result {
    named(&field.name, field.repeat.as_ref())?;
    ensure(field.bit_width > 0, "a field has no bits")?;
    ensure(field.enumerations.len() <= 2, "too many enumerations")?;
    let values = || {
        field
            .enumerations
            .iter()
            .flat_map(|enumeration| &enumeration.values)
    };
    ensure(
        values().all(|value| value.value <= field.max_value()),
        "a value is too large",
    )
}

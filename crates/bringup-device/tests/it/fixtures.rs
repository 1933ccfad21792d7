//! Small files that use each feature of SVD, compared with the oracle and with what they are to mean.

use bringup_device::{
    Access, AddressBlockUsage, CpuCore, Device, ModifiedWriteValues, ReadAction, RepeatKind,
    WriteConstraint, svd,
};

use proptest::prelude::*;
use proptest::sample::Index;

use crate::{invariants, oracle};

const DERIVED: &str = include_str!("../fixtures/derived.svd");
const ARRAYS: &str = include_str!("../fixtures/arrays.svd");
const VALUES: &str = include_str!("../fixtures/values.svd");

/// All fixtures, for tests that change them.
pub(crate) const ALL: &[&str] = &[DERIVED, ARRAYS, VALUES];

/// A fixture in which up to 40 bytes were replaced by as many from elsewhere in it.
pub(crate) fn changed() -> impl Strategy<Value = String> {
    let place = any::<Index>;
    let parts = (0..ALL.len(), place(), 0..40_usize, place());
    parts.prop_map(|(fixture, at, length, from)| {
        let text = ALL[fixture];
        let boundary = |at: usize| text.floor_char_boundary(at);
        let (at, from) = (
            boundary(at.index(text.len())),
            boundary(from.index(text.len())),
        );
        let cut = boundary(at + length).max(at);
        let piece = &text[from..boundary(from + length).max(from)];
        format!("{}{piece}{}", &text[..at], &text[cut..])
    })
}

fn device(text: &str) -> Device {
    let (device, warnings) = svd::load(text).into_result().unwrap();
    assert_eq!(warnings, []);
    device
}

fn register<'a>(
    device: &'a Device,
    peripheral: &str,
    path: &str,
) -> bringup_device::RegisterInstance<'a> {
    let mut registers = device.peripheral(peripheral).unwrap().registers_expanded();
    registers.find(|instance| instance.path == path).unwrap()
}

#[test]
fn fixtures_equal_what_the_oracle_reads() {
    // The oracle gives a derived enumeration no name, and a register derived from one elsewhere the
    // inherited properties of that place.
    let explained = |line: &String| line.contains(".name: ours Some(\"MODE_VALUES\"), theirs None");
    for text in ALL {
        let device = device(text);
        invariants::check(&device).unwrap();
        let mut differences = oracle::differences(&device, &oracle::read(text).unwrap());
        differences.retain(|line| !explained(line));
        assert_eq!(differences, [] as [String; 0], "{}", device.name);
    }
}

#[test]
fn byte_order_mark_and_line_ends_change_nothing() {
    for text in ALL {
        let plain = device(text);
        let marked = svd::load_bytes(format!("\u{FEFF}{text}").as_bytes());
        assert_eq!(marked.diagnostics, []);
        let marked = marked.device.unwrap();
        assert_eq!(marked.peripherals.len(), plain.peripherals.len());
        assert_eq!(
            marked.peripherals[0].span.start,
            plain.peripherals[0].span.start + 3
        );
        let dos = device(&text.replace('\n', "\r\n"));
        assert_eq!((dos.name, dos.description), (plain.name, plain.description));
    }
}

#[test]
fn peripherals_derive_in_steps_and_ahead() {
    let device = device(DERIVED);
    let [third, second, first] =
        ["UART3", "UART2", "UART1"].map(|name| device.peripheral(name).unwrap());
    assert_eq!(
        first.description.as_deref(),
        Some("First & origin of the others")
    );
    assert_eq!(third.group_name.as_deref(), Some("UART"));
    assert_eq!(third.derived_from.as_deref(), Some("UART2"));
    assert_eq!((first.shape, second.shape), (third.shape, third.shape));
    assert_ne!(first.shape, device.peripheral("DMA").unwrap().shape);
    assert_eq!(third.interrupts[0].value, 2);
    let interrupts: Vec<_> = device
        .interrupts()
        .iter()
        .map(|interrupt| interrupt.name.clone())
        .collect();
    assert_eq!(interrupts, ["UART1", "UART2"]);
    assert_eq!(third.extent(), 0x400);
}

#[test]
fn equal_enumerations_share_a_shape() {
    let device = device(DERIVED);
    let fields = |register: &str| {
        self::register(&device, "UART3", register)
            .register
            .fields
            .clone()
    };
    let shapes: Vec<_> = fields("CTRL")
        .iter()
        .chain(&fields("STATUS"))
        .map(|field| field.enumerations[0].shape)
        .collect();
    assert_eq!(shapes.len(), 5);
    assert!(shapes.windows(2).all(|pair| pair[0] == pair[1]));
    let mode = &fields("CTRL")[0].enumerations[0];
    assert_eq!(mode.value_named("On").unwrap().value, 1);
    assert_eq!(
        (mode.name_of(0), mode.name_of(3)),
        (Some("Off"), Some("Other"))
    );
}

#[test]
fn arrays_spread_out() {
    let device = device(ARRAYS);
    let ports: Vec<_> = device
        .peripherals_expanded()
        .map(|port| (port.name, port.base_address))
        .collect();
    assert_eq!(
        ports[..3],
        [
            ("PORTA", 0x5000_0000),
            ("PORTB", 0x5000_0400),
            ("PORTC", 0x5000_0800)
        ]
    );
    let port = device.peripheral("PORTB").unwrap();
    let kinds: Vec<_> = port
        .registers
        .iter()
        .filter_map(|r| r.repeat())
        .map(|repeat| repeat.kind)
        .collect();
    assert_eq!(kinds, [RepeatKind::Array, RepeatKind::List]);
    let registers: Vec<_> = port
        .registers_expanded()
        .map(|r| format!("{}@{:#x}", r.path, r.offset))
        .collect();
    assert_eq!(
        registers,
        [
            "MODE@0x0",
            "DATA0@0x10",
            "DATA1@0x14",
            "DATA2@0x18",
            "DATA3@0x1c",
            "AFL_SEL@0x24",
            "AFH_SEL@0x2c"
        ]
    );
    let mode = register(&device, "PORTA", "MODE").register;
    let pin = mode.fields_expanded().nth(15).unwrap();
    assert_eq!(
        (pin.name, pin.bit_offset, pin.mask()),
        ("PIN15", 30, 0xC000_0000)
    );
    assert_eq!(mode.field("PIN7").unwrap().max_value(), 3);
}

#[test]
fn clusters_nest() {
    let device = device(ARRAYS);
    let inner = register(&device, "TIMER", "UNIT1.CC3.FILTER1");
    assert_eq!(
        (inner.offset, inner.register.size),
        (0x100 + 0x40 + 0x10 + 2 * 8 + 4 + 1, 8)
    );
    let timer = device.peripheral("TIMER").unwrap();
    assert_eq!(timer.registers_expanded().count(), 1 + 2 * (1 + 3 * 3));
    let unit = timer.register("UNIT").unwrap().as_cluster().unwrap();
    assert_eq!(unit.extent(), 0x10 + 2 * 8 + 6);
    assert!(unit.register("CC2").unwrap().as_cluster().is_some());
}

#[test]
fn values_in_each_form() {
    let device = device(VALUES);
    assert_eq!(
        device.description.as_deref(),
        Some("Values in several lines")
    );
    let cpu = device.cpu.as_ref().unwrap();
    assert_eq!(
        (cpu.core, cpu.mpu_present, cpu.fpu_present),
        (CpuCore::CortexM0Plus, true, false)
    );
    assert_eq!(
        (
            cpu.vtor_present,
            cpu.device_num_interrupts,
            cpu.nvic_prio_bits
        ),
        (Some(true), Some(8), 2)
    );
    let usages: Vec<_> = device.peripherals[0]
        .address_blocks
        .iter()
        .map(|block| block.usage)
        .collect();
    assert_eq!(
        usages,
        [AddressBlockUsage::Registers, AddressBlockUsage::Reserved]
    );
    let wide = register(&device, "ALL", "WIDE").register;
    assert_eq!(
        (wide.mask(), wide.reset_value),
        (u64::MAX, 0xFEDC_BA98_7654_3210)
    );
    assert_eq!(wide.field("HIGH").unwrap().mask(), 0xFFFF_FFFF_0000_0000);
    let byte = register(&device, "ALL", "BYTE").register;
    assert_eq!((byte.access, byte.reset_mask), (Access::WriteOnce, 0xFF));
    assert_eq!(byte.alternate_register.as_deref(), Some("BITS"));
}

#[test]
fn side_effects_and_constraints() {
    let device = device(VALUES);
    let bits = register(&device, "ALL", "BITS").register;
    let top = bits.field("TOP").unwrap();
    assert_eq!(
        top.modified_write_values,
        Some(ModifiedWriteValues::OneToSet)
    );
    assert_eq!(top.read_action, Some(ReadAction::Clear));
    let constraint = |name| bits.field(name).unwrap().write_constraint;
    assert_eq!(
        constraint("CHOICE"),
        Some(WriteConstraint::UseEnumeratedValues)
    );
    assert_eq!(
        constraint("LEVEL"),
        Some(WriteConstraint::Range {
            minimum: 1,
            maximum: 12
        })
    );
    assert_eq!(constraint("KEEP"), Some(WriteConstraint::WriteAsRead));
    let choice = bits.field("CHOICE").unwrap();
    let read: Vec<_> = choice
        .read_enumeration()
        .unwrap()
        .values
        .iter()
        .map(|v| (v.name.as_str(), v.value))
        .collect();
    assert_eq!(
        read,
        [
            ("Busy", 4),
            ("Busy", 5),
            ("Busy", 6),
            ("Busy", 7),
            ("Idle", 0)
        ]
    );
    assert_eq!(
        choice
            .write_enumeration()
            .unwrap()
            .value_named("Stop")
            .unwrap()
            .value,
        2
    );
}

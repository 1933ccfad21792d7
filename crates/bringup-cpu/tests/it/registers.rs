//! Special registers, privilege, and the System Control Space.

use bringup_cpu::armv6m::{Config, Core, FaultKind, Stop, SysTickConfig};

use crate::bus::{ICSR, NVIC_IPR0, NVIC_ISER, RAM, SCS, SHPR2, SHPR3, STACK, program, steps};

/// `mrs r1, special` and `msr special, r0`.
const fn mrs(special: u16) -> [u16; 2] {
    [0xF3EF, 0x8100 | special]
}
const fn msr(special: u16) -> [u16; 2] {
    [0xF380, 0x8800 | special]
}

/// Executes two halfwords with R0 as given.
fn execute(config: Config, code: [u16; 2], r0: u32) -> Core {
    let (mut core, mut world) = program(config, &code);
    core.set_reg(0, r0);
    core.set_xpsr(0xF100_0000);
    steps(&mut core, &mut world, 1);
    core
}

#[test]
fn reading() {
    let read = |special| execute(Config::CORTEX_M0_PLUS, mrs(special), 0).reg(1);
    assert_eq!(
        [0, 1, 2, 3].map(read),
        [0xF000_0000; 4],
        "APSR; EPSR reads as zero, IPSR is 0"
    );
    assert_eq!([5, 6, 7].map(read), [0; 3]);
    assert_eq!([8, 9, 16, 20].map(read), [STACK, 0, 0, 0]);
    assert_eq!(read(17), 0, "BASEPRI does not exist");
}

#[test]
fn ipsr_in_a_handler() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[0xDF00]);
    world.on(11, &mrs(5));
    steps(&mut core, &mut world, 2);
    assert_eq!(core.reg(1), 11);
}

#[test]
fn writing() {
    let write = |special, value| execute(Config::CORTEX_M0_PLUS, msr(special), value);
    assert_eq!(write(0, 0x5FFF_FFFF).xpsr(), 0x5100_0000, "flags only");
    assert_eq!(write(8, RAM + 7).msp(), RAM + 4);
    assert_eq!(write(9, RAM + 7).psp(), RAM + 4);
    assert!(write(16, 1).primask());
    assert!(!write(16, 2).primask());
    let core = write(20, 3);
    assert_eq!(
        (core.control(), core.reg(13)),
        (2, 0),
        "nPRIV is not there, SP is PSP now"
    );
}

#[test]
fn unprivileged_code_changes_flags_only() {
    let config = Config {
        unprivileged: true,
        ..Config::CORTEX_M0_PLUS
    };
    let [a, b] = msr(20);
    let [c, d] = msr(16);
    let [e, f] = mrs(8);
    let code = [a, b, 0xB672, c, d, e, f, 0x6010];
    let (mut core, mut world) = program(config, &code);
    world.on(3, &[0xE7FE]);
    core.set_reg(0, 1);
    core.set_reg(1, 7);
    core.set_reg(2, NVIC_ISER);
    steps(&mut core, &mut world, 4);
    assert_eq!((core.control(), core.primask(), core.reg(1)), (1, false, 0));
    core.set_stop_on_hard_fault(true);
    let Stop::Fault(fault) = core.run(&mut world, 100) else {
        panic!("no fault")
    };
    assert_eq!(fault.kind, FaultKind::SystemControlSpace);
    assert_eq!(core.ipsr(), 3);
}

#[test]
fn identification_and_fixed_registers() {
    let (core, _) = program(Config::CORTEX_M0_PLUS, &[]);
    let read = |offset: u32| core.peek(SCS + offset);
    assert_eq!(read(0xD00), Some(0x410C_C601));
    assert_eq!(read(0xD0C), Some(0xFA05_0000));
    assert_eq!(read(0xD14), Some(0x208));
    assert_eq!(read(0xD24), Some(0));
    assert_eq!(read(0x01C), Some(0x8000_0000), "no reference clock");
    assert_eq!(core.peek(0xE000_F000), None);
    assert_eq!(core.peek(0xE000_DFFC), None);
}

#[test]
fn calibration_of_a_reference_clock() {
    let systick = SysTickConfig {
        calibration: 0x4000_2327,
        reference: Some(8),
    };
    let config = Config {
        systick: Some(systick),
        ..Config::CORTEX_M0_PLUS
    };
    assert_eq!(program(config, &[]).0.peek(SCS + 0x1C), Some(0x4000_2327));
    let none = Config {
        systick: None,
        ..Config::CORTEX_M0_PLUS
    };
    let (mut core, _) = program(none, &[]);
    assert!(core.poke(SCS + 0x14, 5));
    assert_eq!(
        [0x10, 0x14, 0x18, 0x1C].map(|offset| core.peek(SCS + offset)),
        [Some(0); 4]
    );
}

#[test]
fn priorities_have_two_bits() {
    let (mut core, _) = program(Config::CORTEX_M0_PLUS, &[]);
    for (address, expected) in [
        (NVIC_IPR0, 0xC0C0_C0C0),
        (SHPR2, 0xC000_0000),
        (SHPR3, 0xC0C0_0000_u32),
    ] {
        assert!(core.poke(address, u32::MAX));
        assert_eq!(core.peek(address), Some(expected), "{address:#x}");
    }
}

#[test]
fn interrupts_that_are_not_there() {
    let (mut core, _) = program(
        Config {
            interrupts: 5,
            ..Config::CORTEX_M0_PLUS
        },
        &[],
    );
    assert!(core.poke(NVIC_ISER, u32::MAX));
    assert_eq!(core.peek(NVIC_ISER), Some(0x1F));
    assert!(core.poke(NVIC_IPR0 + 4, u32::MAX));
    assert_eq!(core.peek(NVIC_IPR0 + 4), Some(0xC0));
}

#[test]
fn interrupt_control_and_state() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[0xDF00, 0xE7FE]);
    world.on(11, &[0xE7FE]);
    assert!(core.poke(ICSR, 1 << 28 | 1 << 26));
    core.set_primask(false);
    assert!(core.poke(SHPR3, 0xC0C0_0000));
    assert_eq!(
        core.peek(ICSR),
        Some(1 << 28 | 1 << 26 | 14 << 12),
        "lowest number pending"
    );
    assert!(core.poke(ICSR, 1 << 27 | 1 << 25));
    assert_eq!(core.peek(ICSR), Some(0));
    assert!(core.poke(SCS + 0x200, 4));
    steps(&mut core, &mut world, 1);
    assert_eq!(
        core.peek(ICSR),
        Some(1 << 22 | 0b1011),
        "IRQ2 is not enabled; SVCall is active"
    );
}

//! Cycles of each class of instruction, as tables 3-1 of the two manuals give them.

use bringup_cpu::armv6m::timing::Timing;
use bringup_cpu::armv6m::{Config, Core};

use crate::bus::{IOPORT, RAM, World, program};

/// Name, code, cycles on the Cortex-M0+, on the Cortex-M0. R0 points into RAM; Z is set; R7 is a code
/// address; the stack holds code addresses.
#[rustfmt::skip]
const TABLE: &[(&str, &[u16], u64, u64)] = &[
    ("movs r1, #1",       &[0x2101],         1, 1),
    ("movs r1, r2",       &[0x0011],         1, 1),
    ("mov r8, r2",        &[0x4690],         1, 1),
    ("mov pc, r7",        &[0x46BF],         2, 3),
    ("add pc, r6",        &[0x44B7],         2, 3),
    ("add pc, pc",        &[0x44FF],         2, 3),
    ("adds r1, r2, r3",   &[0x18D1],         1, 1),
    ("add r8, r2",        &[0x4490],         1, 1),
    ("add sp, #4",        &[0xB001],         1, 1),
    ("adr r1, #4",        &[0xA101],         1, 1),
    ("muls r1, r2, r1",   &[0x4351],         1, 1),
    ("cmp r1, r2",        &[0x4291],         1, 1),
    ("lsls r1, r2",       &[0x4091],         1, 1),
    ("ldr r1, [r0]",      &[0x6801],         2, 2),
    ("ldrh r1, [r0]",     &[0x8801],         2, 2),
    ("ldrb r1, [r0]",     &[0x7801],         2, 2),
    ("ldrsh r1, [r0, r2]",&[0x5E81],         2, 2),
    ("ldr r1, [pc, #4]",  &[0x4901],         2, 2),
    ("ldr r1, [sp]",      &[0x9900],         2, 2),
    ("str r1, [r0]",      &[0x6001],         2, 2),
    ("strb r1, [r0, r2]", &[0x5481],         2, 2),
    ("ldm r0!, {r1-r3}",  &[0xC80E],         4, 4),
    ("stm r0!, {r1-r3}",  &[0xC00E],         4, 4),
    ("push {r1-r3}",      &[0xB40E],         4, 4),
    ("push {r1-r3, lr}",  &[0xB50E],         5, 5),
    ("pop {r1-r3}",       &[0xBC0E],         4, 4),
    ("pop {r1-r3, pc}",   &[0xBD0E],         7, 8),
    ("pop {pc}",          &[0xBD00],         4, 5),
    ("beq taken",         &[0xD010],         2, 3),
    ("bne not taken",     &[0xD110],         1, 1),
    ("b",                 &[0xE010],         2, 3),
    ("bl",                &[0xF000, 0xF810], 3, 4),
    ("bx r7",             &[0x4738],         2, 3),
    ("blx r7",            &[0x47B8],         2, 3),
    ("sxth r1, r2",       &[0xB211],         1, 1),
    ("rev r1, r2",        &[0xBA11],         1, 1),
    ("cpsid i",           &[0xB672],         1, 1),
    ("mrs r1, apsr",      &[0xF3EF, 0x8100], 3, 4),
    ("msr apsr, r1",      &[0xF381, 0x8800], 3, 4),
    ("nop",               &[0xBF00],         1, 1),
    ("yield",             &[0xBF10],         1, 1),
    ("sev",               &[0xBF40],         1, 1),
    ("wfe",               &[0xBF20],         2, 2),
    ("wfi",               &[0xBF30],         2, 2),
    ("dsb",               &[0xF3BF, 0x8F4F], 3, 4),
    ("dmb",               &[0xF3BF, 0x8F5F], 3, 4),
    ("isb",               &[0xF3BF, 0x8F6F], 3, 4),
];

fn prepared(config: Config, code: &[u16]) -> (Core, World) {
    let (mut core, mut world) = program(config, code);
    core.set_reg(0, RAM + 0x100);
    core.set_reg(6, 0x20);
    core.set_reg(7, 0x201);
    core.set_reg(13, RAM + 0x800);
    for i in 0..8 {
        world.put_word(RAM + 0x800 + 4 * i, 0x201);
    }
    core.set_xpsr(1 << 30 | 1 << 24);
    (core, world)
}

fn cycles(config: Config, code: &[u16], setup: impl Fn(&mut Core, &mut World)) -> u64 {
    let (mut core, mut world) = prepared(config, code);
    setup(&mut core, &mut world);
    assert_eq!(core.step(&mut world), None);
    assert_eq!(core.instructions(), 1);
    core.cycles()
}

#[test]
fn every_class() {
    for &(name, code, plus, m0) in TABLE {
        assert_eq!(
            cycles(Config::CORTEX_M0_PLUS, code, |_, _| {}),
            plus,
            "{name} on the M0+"
        );
        assert_eq!(
            cycles(Config::CORTEX_M0, code, |_, _| {}),
            m0,
            "{name} on the M0"
        );
    }
}

#[test]
fn slow_multiplier() {
    let config = Config {
        timing: Timing::CORTEX_M0_PLUS.with_multiplier(32),
        ..Config::CORTEX_M0_PLUS
    };
    assert_eq!(cycles(config, &[0x4351], |_, _| {}), 32);
}

#[test]
fn io_port_saves_a_cycle() {
    let io = |core: &mut Core, _: &mut World| core.set_reg(0, IOPORT);
    assert_eq!(cycles(Config::CORTEX_M0_PLUS, &[0x6801], io), 1);
    assert_eq!(cycles(Config::CORTEX_M0_PLUS, &[0x6001], io), 1);
}

#[test]
fn fetch_wait_states_count_for_each_halfword() {
    let slow = |_: &mut Core, world: &mut World| world.fetch_wait = 3;
    assert_eq!(cycles(Config::CORTEX_M0_PLUS, &[0xBF00], slow), 4);
    assert_eq!(cycles(Config::CORTEX_M0_PLUS, &[0xF3BF, 0x8F4F], slow), 9);
}

#[test]
fn a_new_code_generation_asks_for_wait_states_again() {
    let (mut core, mut world) = prepared(Config::CORTEX_M0_PLUS, &[0xBF00, 0xE7FD]);
    core.set_skip(false);
    core.run(&mut world, 300);
    let turns = core.instructions();
    world.fetch_wait = 1;
    world.generation = 1;
    let start = core.cycles();
    core.run(&mut world, start + 500);
    // A turn costs 3 cycles without and 5 with wait states.
    assert!(turns.abs_diff(200) <= 1, "{turns}");
    assert!(
        (core.instructions() - turns).abs_diff(200) <= 1,
        "{}",
        core.instructions()
    );
}

#[test]
fn loads_from_flash_wait_for_each_access() {
    let slow = |core: &mut Core, world: &mut World| {
        world.flash_wait = 2;
        core.set_reg(0, 0x200);
    };
    let plus = |code: &[u16]| cycles(Config::CORTEX_M0_PLUS, code, slow);
    assert_eq!(plus(&[0x4901]), 2 + 2, "ldr r1, [pc, #4]");
    assert_eq!(plus(&[0x7801]), 2 + 2, "ldrb r1, [r0]");
    assert_eq!(plus(&[0xC80E]), 1 + 3 + 3 * 2, "ldm r0!, {{r1-r3}}");
    assert_eq!(plus(&[0x2101]), 1, "what loads nothing");
    let ram = |core: &mut Core, world: &mut World| {
        world.flash_wait = 2;
        core.set_reg(0, RAM);
    };
    assert_eq!(cycles(Config::CORTEX_M0_PLUS, &[0x6801], ram), 2);
}

#[test]
fn exception_entry_waits_for_the_vector() {
    let (mut core, mut world) = prepared(Config::CORTEX_M0_PLUS, &[0xDF00]);
    world.on(11, &[0x4770]);
    world.flash_wait = 2;
    assert_eq!(core.step(&mut world), None);
    assert_eq!(core.cycles(), 15 + 2);
    // The frame is in RAM.
    assert_eq!(core.step(&mut world), None);
    assert_eq!(core.cycles(), 17 + 2 + 9);
}

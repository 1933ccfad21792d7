//! A SysTick blink, the way a program of the field does it.

use crate::bus::{PORT, program};
use bringup_cpu::armv6m::{Config, Stop};

/// Enables SysTick with a reload of 999 and toggles the port at each COUNTFLAG.
#[rustfmt::skip]
const BLINK: &[u16] = &[
    0x4907,         // ldr r1, =0xE000E010
    0x4A08,         // ldr r2, =999
    0x604A,         // str r2, [r1, #4]
    0x2000,         // movs r0, #0
    0x6088,         // str r0, [r1, #8]
    0x2305,         // movs r3, #5
    0x600B,         // str r3, [r1]
    0x4C06,         // ldr r4, =PORT
    // loop:
    0x680D,         // ldr r5, [r1]
    0x03ED,         // lsls r5, r5, #15
    0xD5FC,         // bpl loop
    0x43C0,         // mvns r0, r0
    0x6020,         // str r0, [r4]
    0xE7F9,         // b loop
    0xBF00, 0xBF00, 
    0xE010, 0xE000, 999, 0, 4, 0x4000,
];

#[test]
fn skipping_changes_nothing() {
    let (mut with, mut world_with) = program(Config::CORTEX_M0_PLUS, BLINK);
    let (mut without, mut world_without) = program(Config::CORTEX_M0_PLUS.without_skip(), BLINK);
    for limit in [10, 999, 5000, 5001, 123_456] {
        assert_eq!(with.run(&mut world_with, limit), Stop::Limit);
        assert_eq!(without.run(&mut world_without, limit), Stop::Limit);
        assert_eq!(with.cycles(), without.cycles());
        assert_eq!(with.instructions(), without.instructions());
        assert_eq!(with.pc(), without.pc());
    }
    assert_eq!(world_with.log, world_without.log);
}

#[test]
fn blink_toggles_every_wrap() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS.without_skip(), BLINK);
    assert_eq!(core.run(&mut world, 100_000), Stop::Limit);
    let edges = world.writes(PORT);
    assert_eq!(edges.len(), 99);
    let (first, last) = (edges[0].0, edges[98].0);
    assert!((last - first).abs_diff(98 * 1000) <= 5, "{first} to {last}");
    assert!(core.cycles() >= 100_000 && core.cycles() < 100_005);
}

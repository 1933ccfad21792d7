//! Loads and stores.

use bringup_cpu::armv6m::{Config, Core};

use crate::bus::{CODE, RAM, World, program, steps};

/// Runs one instruction with R0 = RAM + 0x10, R1 = `0x8899_AABB`, R2 = 4 and a pattern in RAM.
fn run(halfword: u16) -> (Core, World) {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[halfword]);
    for i in 0..16 {
        world.put_word(RAM + 4 * i, 0x8081_8283 + 0x0404_0404 * i);
    }
    core.set_reg(0, RAM + 0x10);
    core.set_reg(1, 0x8899_AABB);
    core.set_reg(2, 4);
    core.set_reg(13, RAM + 0x20);
    core.set_reg(14, 0x1111_1111);
    steps(&mut core, &mut world, 1);
    (core, world)
}

#[test]
fn loads_of_every_width_and_sign() {
    #[rustfmt::skip]
    let table = [
        ("ldr r3, [r0, #4]",   0x6843, 0x9495_9697_u32),
        ("ldr r3, [r0, r2]",   0x5883, 0x9495_9697),
        ("ldr r3, [sp, #4]",   0x9B01, 0xA4A5_A6A7),
        ("ldrh r3, [r0, #6]",  0x88C3, 0x9495),
        ("ldrh r3, [r0, r2]",  0x5A83, 0x9697),
        ("ldrb r3, [r0, #7]",  0x79C3, 0x94),
        ("ldrb r3, [r0, r2]",  0x5C83, 0x97),
        ("ldrsh r3, [r0, r2]", 0x5E83, 0xFFFF_9697),
        ("ldrsb r3, [r0, r2]", 0x5683, 0xFFFF_FF97),
    ];
    for (name, halfword, expected) in table {
        assert_eq!(run(halfword).0.reg(3), expected, "{name}");
    }
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[0xBF00, 0x4B01, 0, 0]);
    world.put_word(CODE + 8, 0xCAFE_F00D);
    steps(&mut core, &mut world, 2);
    assert_eq!(
        core.reg(3),
        0xCAFE_F00D,
        "a literal counts from the aligned PC"
    );
}

#[test]
fn stores_of_every_width() {
    #[rustfmt::skip]
    let table = [
        ("str r1, [r0, #4]",  0x6041, RAM + 0x14, 0x8899_AABB_u32),
        ("str r1, [r0, r2]",  0x5081, RAM + 0x14, 0x8899_AABB),
        ("str r1, [sp, #4]",  0x9101, RAM + 0x24, 0x8899_AABB),
        ("strh r1, [r0, #6]", 0x80C1, RAM + 0x14, 0xAABB_9697),
        ("strh r1, [r0, r2]", 0x5281, RAM + 0x14, 0x9495_AABB),
        ("strb r1, [r0, #7]", 0x71C1, RAM + 0x14, 0xBB95_9697),
        ("strb r1, [r0, r2]", 0x5481, RAM + 0x14, 0x9495_96BB),
    ];
    for (name, halfword, address, expected) in table {
        assert_eq!(run(halfword).1.word(address), expected, "{name}");
    }
}

#[test]
fn multiple_registers() {
    let (core, _) = run(0xC80A); // ldm r0!, {r1, r3}
    assert_eq!(
        [core.reg(1), core.reg(3), core.reg(0)],
        [0x9091_9293, 0x9495_9697, RAM + 0x18]
    );
    let (core, _) = run(0xC803); // ldm r0, {r0, r1}: no write-back
    assert_eq!([core.reg(0), core.reg(1)], [0x9091_9293, 0x9495_9697]);
    let (core, mut world) = run(0xC006); // stm r0!, {r1, r2}
    assert_eq!(
        [world.word(RAM + 0x10), world.word(RAM + 0x14)],
        [0x8899_AABB, 4]
    );
    assert_eq!(core.reg(0), RAM + 0x18);
    let (core, mut world) = run(0xB506); // push {r1, r2, lr}
    let words = [RAM + 0x14, RAM + 0x18, RAM + 0x1C].map(|address| world.word(address));
    assert_eq!(
        (words, core.reg(13)),
        ([0x8899_AABB, 4, 0x1111_1111], RAM + 0x14)
    );
    let (core, _) = run(0xBD06); // pop {r1, r2, pc}
    let registers = [core.reg(1), core.reg(2), core.reg(13)];
    assert_eq!(registers, [0xA0A1_A2A3, 0xA4A5_A6A7, RAM + 0x2C]);
    assert_eq!((core.pc(), core.xpsr() >> 24 & 1), (0xA8A9_AAAA, 1));
}

#[test]
fn calls() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[0xF000, 0xF87E, 0xBF00]);
    steps(&mut core, &mut world, 1);
    assert_eq!((core.pc(), core.reg(14)), (CODE + 4 + 0xFC, CODE + 5));
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[0xF7FF, 0xFFBE]);
    steps(&mut core, &mut world, 1);
    assert_eq!(core.pc(), CODE + 4 - 0x84);
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[0x47F0]); // blx lr
    core.set_reg(14, 0x201);
    steps(&mut core, &mut world, 1);
    assert_eq!((core.pc(), core.reg(14)), (0x200, CODE + 3));
}

#[test]
fn code_in_ram_that_changes_itself() {
    // str r1, [r0] replaces the two instructions behind it, which were decoded before.
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[]);
    world.put(RAM, &[0x2200, 0x6001, 0x2201, 0x2301, 0xE7FA]);
    core.set_reg(0, RAM + 4);
    core.set_reg(1, 0x2307_2205); // movs r2, #5; movs r3, #7
    core.set_reg(15, RAM);
    core.set_skip(false);
    core.run(&mut world, 40);
    assert_eq!([core.reg(2), core.reg(3)], [5, 7]);
    // Once more with everything decoded.
    core.set_reg(1, 0x2309_2208);
    core.run(&mut world, 80);
    assert_eq!(core.reg(3), 9);
}

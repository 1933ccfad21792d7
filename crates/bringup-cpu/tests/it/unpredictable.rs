//! What the core does with what is UNPREDICTABLE, and that the world hears of it. Which encodings are is tested with
//! all of them in `encodings`.

use bringup_cpu::armv6m::{Config, Core, Stop};

use crate::asm::{BX_LR, HERE, b, bx, str};
use crate::bus::{CODE, LINES, RAM, SCS, STACK, World, program, steps};

/// `cmp r0, r1` in the encoding for high registers.
const CMP_LOW: u16 = 0x4508;

/// Executes one instruction with R0 = 5 and R1 = 6.
fn execute(code: &[u16]) -> (Core, World) {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, code);
    core.set_reg(0, 5);
    core.set_reg(1, 6);
    core.step(&mut world);
    (core, world)
}

/// What the world was told, as sentences.
fn told(world: &World) -> Vec<String> {
    let sentence = |(at, what): &(bringup_cpu::At, bringup_cpu::Unpredictable)| {
        format!(
            "{:#x}: {:#06x}: {}: {}",
            at.pc, what.encoding, what.reason, what.effect
        )
    };
    world.unpredictable.iter().map(sentence).collect()
}

#[test]
fn the_world_hears_before_each_execution() {
    for config in [
        Config::CORTEX_M0_PLUS,
        Config::CORTEX_M0_PLUS.without_skip(),
    ] {
        let (mut core, mut world) = program(config, &[CMP_LOW, b(-1)]);
        assert_eq!(core.run(&mut world, 300), Stop::Limit);
        // A turn takes three cycles.
        assert_eq!(core.instructions(), 200);
        let cycles: Vec<_> = world.unpredictable.iter().map(|(at, _)| at.cycle).collect();
        assert_eq!(cycles, (0..100).map(|turn| 3 * turn).collect::<Vec<_>>());
        assert!(world.unpredictable.iter().all(|(at, _)| at.pc == CODE));
    }
}

#[test]
fn a_debugger_that_steps_and_breaks_sees_the_same() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[CMP_LOW, b(-1)]);
    core.set_breakpoint(CODE);
    for turn in 0..5 {
        assert_eq!(core.run(&mut world, 1000), Stop::Breakpoint { pc: CODE });
        assert_eq!(world.unpredictable.len(), turn);
    }
    steps(&mut core, &mut world, 2);
    assert_eq!(world.unpredictable.len(), 5);
}

#[test]
fn effects() {
    let (core, world) = execute(&[CMP_LOW]);
    assert_eq!(
        core.xpsr() >> 28,
        0b1000,
        "5 - 6 is negative, with a borrow"
    );
    insta::assert_snapshot!(told(&world).join("\n"), @"0x100: 0x4508: `CMP` of two low registers in the encoding for high ones: is executed as if nothing stood against it");

    // `stm r1!, {r0, r1}`: the old base is stored.
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[0xC103]);
    core.set_reg(1, RAM);
    steps(&mut core, &mut world, 1);
    assert_eq!((world.word(RAM + 4), core.reg(1)), (RAM, RAM + 8));
    assert_eq!(world.unpredictable.len(), 1);

    // `mrs sp, apsr`, `msr basepri, r0`, `mrs r0, basepri`.
    let (core, _) = execute(&[0xF3EF, 0x8D00]);
    assert_eq!(core.reg(13), 0);
    let (core, _) = execute(&[0xF380, 0x8811]);
    assert_eq!(
        (core.reg(13), core.primask(), core.control()),
        (STACK, false, 0)
    );
    let (core, world) = execute(&[0xF3EF, 0x8011]);
    assert_eq!(core.reg(0), 0);
    insta::assert_snapshot!(told(&world).join("\n"), @"0x100: 0xf3ef8011: `MRS` of a special register that does not exist: reads 0");

    // `push {}` faults; the handler's address is that of a vector of 0, which is not Thumb code.
    let (core, world) = execute(&[0xB400]);
    assert_eq!((core.ipsr(), world.unpredictable.len()), (3, 1));
}

#[test]
fn exception_returns_and_parts_of_system_registers() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[0xDF00, HERE]);
    world.on(11, &[bx(0)]);
    world.on(3, &[HERE]);
    core.set_reg(0, 0xFFFF_FFF1);
    steps(&mut core, &mut world, 2);
    assert_eq!(core.ipsr(), 3);
    insta::assert_snapshot!(told(&world).join("\n"), @"0x1580: 0x4700: an exception return to a mode that the processor cannot return to: raises HardFault");

    // A frame of thread mode with an exception number in it.
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[0xDF00, HERE]);
    world.on(11, &[BX_LR]);
    world.on(3, &[HERE]);
    steps(&mut core, &mut world, 1);
    world.put_word(STACK - 4, 1 << 24 | 5);
    steps(&mut core, &mut world, 1);
    assert_eq!((core.ipsr(), world.unpredictable.len()), (3, 1));

    // A frame with an odd return address.
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[0xDF00, HERE]);
    world.on(11, &[BX_LR]);
    steps(&mut core, &mut world, 1);
    world.put_word(STACK - 8, CODE | 1);
    steps(&mut core, &mut world, 1);
    assert_eq!(
        (core.pc(), core.ipsr(), world.unpredictable.len()),
        (CODE, 0, 1)
    );

    // `ldrb r1, [r0]` and `strb r1, [r0]` of ICSR.
    for code in [0x7801, 0x7001] {
        let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[code]);
        world.on(3, &[HERE]);
        core.set_reg(0, SCS + 0xD04);
        steps(&mut core, &mut world, 1);
        assert_eq!((core.ipsr(), world.unpredictable.len()), (3, 1));
    }
}

#[test]
fn nothing_is_said_of_what_is_defined() {
    // NOP, an unallocated hint, `mov pc, lr`, `stm r0!, {r0, r1}`, `ldm r0, {r0, r1}`, UDF.
    for code in [0xBF00, 0xBF70, 0x46F7, 0xC003, 0xC803, 0xDE00, str(0, 1, 0)] {
        let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[code, HERE]);
        world.on(3, &[HERE]);
        core.set_reg(0, RAM);
        core.set_reg(1, LINES);
        core.set_reg(14, CODE | 1);
        steps(&mut core, &mut world, 1);
        assert_eq!(told(&world), Vec::<String>::new(), "{code:#06x}");
    }
}

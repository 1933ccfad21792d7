//! What the world hears of the core itself: exceptions it takes and leaves, and a stack that overflows.

use bringup_cpu::armv6m::Config;

use crate::asm::{BX_LR, HERE, push, svc};
use crate::bus::{CODE, RAM, STACK, program, steps};

/// `SUB SP, #8`.
const SUB_SP: u16 = 0xB082;
/// `ADD SP, SP, R0`.
const ADD_SP_R0: u16 = 0x4485;
/// `MOV SP, R0`.
const MOV_SP_R0: u16 = 0x4685;

#[test]
fn the_stack_is_watched_wherever_it_moves_down() {
    let cases: [(u16, u32); 4] = [
        (push(0b11), STACK - 8),
        (SUB_SP, STACK - 8),
        (ADD_SP_R0, STACK - 0x10),
        (svc(0), STACK - 0x20),
    ];
    for (code, sp) in cases {
        for (lowest, overflows) in [(sp + 4, vec![sp]), (sp, vec![])] {
            let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[code, HERE]);
            world.on(11, &[HERE]);
            core.set_reg(0, 0x10_u32.wrapping_neg());
            core.watch_stack(Some(lowest..=STACK));
            steps(&mut core, &mut world, 1);
            assert_eq!(core.reg(13), sp, "{code:#x}");
            let told: Vec<u32> = world.overflows.iter().map(|(sp, _)| *sp).collect();
            assert_eq!(told, overflows, "{code:#x}");
        }
    }
}

#[test]
fn a_stack_of_its_own_is_not_watched_and_a_reset_does_not_end_the_watch() {
    let (mut core, mut world) = program(
        Config::CORTEX_M0_PLUS,
        &[MOV_SP_R0, push(0b1), SUB_SP, HERE],
    );
    core.set_reg(0, RAM + 0x100);
    core.watch_stack(Some(STACK - 0x100..=STACK));
    steps(&mut core, &mut world, 3);
    assert_eq!((core.reg(13), world.overflows.len()), (RAM + 0xF4, 0));
    world.put(CODE, &[SUB_SP, SUB_SP]);
    core.watch_stack(Some(STACK - 8..=STACK));
    core.reset(&mut world);
    steps(&mut core, &mut world, 2);
    assert_eq!(world.overflows, [(STACK - 16, CODE + 2)]);
}

#[test]
fn exceptions_are_told_when_they_are_taken_and_when_what_they_interrupted_goes_on() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[svc(0), HERE]);
    world.on(11, &[BX_LR]);
    world.on(16, &[BX_LR]);
    core.poke(0xE000_E100, 1);
    steps(&mut core, &mut world, 1);
    // Raised in the handler, it is tail-chained, and again for as long as its line is high.
    world.lines = 1;
    steps(&mut core, &mut world, 3);
    world.lines = 0;
    steps(&mut core, &mut world, 1);
    let [call, interrupt] = [4 * 11, 4 * 16].map(|entry| u64::from(world.word(entry)));
    assert_eq!(
        world.exceptions,
        [
            (11, call),
            (16, interrupt),
            (16, interrupt),
            (16, interrupt),
            (0, 0)
        ]
    );
    assert_eq!((core.pc(), core.ipsr()), (CODE + 2, 0));
}

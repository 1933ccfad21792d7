//! Skipping idle loops changes nothing but the time it takes.

use bringup_cpu::armv6m::{Config, Stop};
use proptest::prelude::*;

use crate::asm::{BX_LR, HERE, NOP, WFI, adds, b, b_if, cmp, ldr, movs, pop, push, str, subs};
use crate::bus::{COUNTER, IOPORT, PORT, RAM, SYST_CSR, SYST_CVR, SYST_RVR, World, program};

/// Everything that can be told about a run from outside.
#[derive(Debug, PartialEq)]
struct Told {
    stop: Stop,
    cycles: u64,
    instructions: u64,
    registers: [u32; 16],
    xpsr: u32,
    systick: [Option<u32>; 2],
}

/// A program: code, the registers it starts with, and what the world does.
#[derive(Debug, Clone, Default)]
struct Case {
    code: Vec<u16>,
    registers: Vec<(u8, u32)>,
    systick: Option<(u32, u32)>,
    handler: Vec<u16>,
    plan: Vec<(u64, u32, u32)>,
}

/// Runs in stretches up to each limit; returns what could be told after each, and the world at the end.
fn run(case: &Case, skip: bool, limits: &[u64]) -> (Vec<Told>, World) {
    let config = Config {
        skip,
        stop_when_stuck: false,
        ..Config::CORTEX_M0_PLUS
    };
    let (mut core, mut world) = program(config, &case.code);
    for &(register, value) in &case.registers {
        core.set_reg(register, value);
    }
    world.on(15, &case.handler);
    world.plan.clone_from(&case.plan);
    if let Some((reload, control)) = case.systick {
        assert!(
            core.poke(SYST_RVR, reload) && core.poke(SYST_CVR, 0) && core.poke(SYST_CSR, control)
        );
    }
    let tell = |&limit: &u64| Told {
        stop: core.run(&mut world, limit),
        cycles: core.cycles(),
        instructions: core.instructions(),
        registers: core::array::from_fn(|i| core.reg(i as u8)),
        xpsr: core.xpsr(),
        systick: [core.peek(SYST_CSR), core.peek(SYST_CVR)],
    };
    let told = limits.iter().map(tell).collect();
    (told, world)
}

/// Accesses but for reads of the ports that a skipped loop polls.
fn visible(world: &World) -> Vec<crate::bus::Access> {
    let seen = |access: &&crate::bus::Access| access.write || access.address == COUNTER;
    world.log.iter().filter(seen).cloned().collect()
}

/// Compares runs with and without; returns how many accesses each made.
fn check(case: &Case, limits: &[u64]) -> (usize, usize) {
    let (with, few) = run(case, true, limits);
    let (without, many) = run(case, false, limits);
    for (with, without) in with.iter().zip(&without) {
        assert_eq!(with, without, "{case:?}");
    }
    assert_eq!(visible(&few), visible(&many), "{case:?}");
    assert!(few.ram == many.ram, "memory differs: {case:?}");
    (few.log.len() + few.plain, many.log.len() + many.plain)
}

/// Polls `register` until its bit `bit` is set, then counts in R7, reports on PORT, and polls on.
fn polling(bit: u16, padding: usize) -> Vec<u16> {
    let mut code = vec![ldr(1, 0, 0)];
    code.extend(vec![NOP; padding]);
    code.push(0x0009 | (31 - bit) << 6); // lsls r1, r1, #31 - bit
    code.push(b_if(5, -(code.len() as i16))); // bpl
    code.extend([adds(7, 1), str(7, 4, 0)]);
    code.push(b(-(code.len() as i16)));
    code
}

#[test]
fn countflag_polling() {
    let case = Case {
        code: polling(16, 0),
        registers: vec![(0, SYST_CSR), (4, PORT), (7, 0)],
        systick: Some((99_999, 5)),
        ..Case::default()
    };
    check(
        &case,
        &[
            1, 50, 99_998, 99_999, 100_000, 100_001, 100_002, 100_007, 1_234_567,
        ],
    );
}

#[test]
fn device_polling_is_executed_a_few_times_only() {
    let case = Case {
        code: polling(0, 3),
        registers: vec![(0, PORT), (4, PORT), (7, 0)],
        plan: vec![(500_000, 0, 1), (500_100, 0, 0), (900_000, 0, 1)],
        ..Case::default()
    };
    let (few, many) = check(&case, &[300_000, 500_050, 900_100]);
    assert!(few < 200 && many > 50_000, "{few} of {many}");
}

#[test]
fn memory_set_by_an_interrupt() {
    // ldr r1, [r0]; cmp r1, #0; beq; str r1 -> PORT; clear; loop
    let code = vec![
        ldr(1, 0, 0),
        cmp(1, 0),
        b_if(0, -2),
        str(1, 4, 0),
        movs(1, 0),
        str(1, 0, 0),
        b(-6),
    ];
    let case = Case {
        code,
        registers: vec![(0, RAM + 0x100), (4, PORT), (5, RAM + 0x100)],
        systick: Some((4_999, 7)),
        handler: vec![movs(0, 9), str(0, 5, 0), BX_LR],
        ..Case::default()
    };
    let (few, many) = check(&case, &[10_000, 1_000_000]);
    assert!(few * 10 < many, "{few} of {many}");
}

#[test]
fn loops_with_calls_and_stack_frames() {
    // loop: bl f; lsls r1, r0, #31; bpl loop; b .
    // f: push {r2, r4, lr}; sub sp, #8; str r5, [sp]; ldr r0, [r4]; ldr r2, [sp]; add sp, #8; pop {r2, r4, pc}
    let code = vec![
        0xF000, 0xF802, 0x07C1, 0xD5FB, HERE, 0xB514, 0xB082, 0x9500, 0x6820, 0x9A00, 0xB002,
        0xBD14,
    ];
    let mut code = code;
    code[1] = 0xF803; // bl to halfword 5
    let case = Case {
        code,
        registers: vec![(4, IOPORT), (5, 0x55)],
        plan: vec![(77_777, 0, 1)],
        ..Case::default()
    };
    let (few, many) = check(&case, &[50_000, 100_000]);
    assert!(few * 10 < many, "{few} of {many}");
}

#[test]
fn loops_that_compute_are_left_alone() {
    // Counts down from a large number, storing each value.
    let code = vec![str(1, 2, 0), subs(1, 1), b_if(1, -2), str(1, 4, 0), HERE];
    let case = Case {
        code,
        registers: vec![(1, 100_000), (2, RAM), (4, PORT)],
        ..Case::default()
    };
    check(&case, &[123_456, 1_000_000]);
}

#[test]
fn reads_with_side_effects_are_not_skipped() {
    let code = vec![ldr(1, 0, 0), 0x4291, b_if(1, -2), str(1, 4, 0), HERE]; // cmp r1, r2; bne
    let case = Case {
        code,
        registers: vec![(0, COUNTER), (2, 5000), (4, PORT)],
        ..Case::default()
    };
    check(&case, &[10_000, 100_000]);
}

#[test]
fn a_free_running_counter_is_not_skipped() {
    // Waits until SYST_CVR is below 1000.
    let code = vec![ldr(1, 0, 8), 0x4291, b_if(2, -2), str(1, 4, 0), HERE]; // cmp r1, r2; bcs
    let case = Case {
        code,
        registers: vec![(0, SYST_CSR), (2, 1000), (4, PORT)],
        systick: Some((50_000, 5)),
        ..Case::default()
    };
    check(&case, &[200_000]);
}

#[test]
fn nested_loops_that_only_wait() {
    // Outer loop: inner delay loop of 20 turns, then a poll.
    let code = vec![
        movs(3, 20),
        subs(3, 1),
        b_if(1, -1),
        ldr(1, 0, 0),
        cmp(1, 0),
        b_if(0, -5),
        HERE,
    ];
    let case = Case {
        code,
        registers: vec![(0, PORT)],
        plan: vec![(1_000_003, 0, 1)],
        ..Case::default()
    };
    let (few, many) = check(&case, &[400_000, 1_000_100]);
    assert!(few * 10 < many, "{few} of {many}");
}

#[test]
fn sleeping() {
    let case = Case {
        code: vec![WFI, adds(7, 1), push(0x80), pop(0x80), b(-4)],
        registers: vec![(4, PORT), (7, 0)],
        systick: Some((12_345, 7)),
        handler: vec![str(7, 4, 0), BX_LR],
        ..Case::default()
    };
    check(&case, &[100, 54_321, 1_000_000]);
}

#[test]
fn stuck_loops_are_told() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &polling(0, 0));
    core.set_reg(0, PORT);
    let stuck = core.run(&mut world, 1_000_000);
    assert_eq!(
        stuck,
        Stop::Stuck {
            pc: crate::bus::CODE,
            polled: vec![PORT]
        }
    );
    // A plan gives hope; PORT reads as ones from then on.
    world.plan = vec![(core.cycles() + 500, 0, 1)];
    core.set_reg(4, PORT);
    assert_eq!(core.run(&mut world, 1_000), Stop::Limit);
    assert!(!world.writes(PORT).is_empty());
}

#[test]
fn a_loop_that_polls_memory_nothing_writes_is_stuck() {
    let code = [ldr(1, 0, 0), cmp(1, 0), b_if(0, -2), HERE];
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &code);
    core.set_reg(0, RAM + 0x10);
    let stuck = core.run(&mut world, 1_000_000);
    assert_eq!(
        stuck,
        Stop::Stuck {
            pc: crate::bus::CODE,
            polled: vec![RAM + 0x10]
        }
    );
}

#[test]
fn an_empty_loop_lets_time_pass() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[HERE]);
    assert_eq!(core.run(&mut world, 1_000_000_000_001), Stop::Limit);
    assert_eq!(core.cycles(), 1_000_000_000_002);
    assert_eq!(core.instructions(), 500_000_000_001);
}

/// An event that is due at the very end of a turn ends the look at the loop.
#[test]
fn an_event_at_the_end_of_each_possible_turn() {
    for due in 60..120 {
        let case = Case {
            code: polling(0, 2),
            registers: vec![(0, PORT), (4, PORT), (7, 0)],
            plan: vec![(due, 0, 1), (due + 7, 0, 0)],
            ..Case::default()
        };
        check(&case, &[due, 400]);
    }
}

proptest! {
    /// The wrap falls anywhere in the loop.
    #[test]
    fn any_loop_length_and_reload(
        padding in 0..40_usize,
        reload in 20..20_000_u32,
        control in prop_oneof![Just(5_u32), Just(7)],
        limits in prop::collection::vec(1..200_000_u64, 1..6),
    ) {
        let mut limits = limits;
        limits.sort_unstable();
        let case = Case {
            code: polling(16, padding),
            registers: vec![(0, SYST_CSR), (4, PORT), (7, 0)],
            systick: Some((reload, control)),
            handler: vec![BX_LR],
            ..Case::default()
        };
        check(&case, &limits);
    }

    /// Devices change at any time; the loop keeps a frame on the stack.
    #[test]
    fn any_event_times(
        padding in 0..20_usize,
        plan in prop::collection::vec((1..100_000_u64, Just(0_u32), 0..2_u32), 0..8),
        limit in 1..150_000_u64,
    ) {
        let mut code = vec![push(0x0C), pop(0x0C)];
        code.extend(polling(0, padding));
        let code_len = code.len() as i16;
        *code.last_mut().expect("a branch") = b(1 - code_len);
        let case = Case {
            code,
            registers: vec![(0, PORT), (4, PORT), (7, 0)],
            plan,
            ..Case::default()
        };
        check(&case, &[limit / 2, limit]);
    }
}

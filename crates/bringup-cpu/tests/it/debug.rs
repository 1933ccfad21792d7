//! Breakpoints, stepping, snapshots.

use bringup_cpu::armv6m::{Config, Stop};

use crate::asm::{HERE, NOP, adds, b, bkpt, movs};
use crate::bus::{CODE, RAM, program, steps};

#[test]
fn breakpoints_stop_once_per_arrival() {
    for skip in [true, false] {
        let config = if skip {
            Config::CORTEX_M0_PLUS
        } else {
            Config::CORTEX_M0_PLUS.without_skip()
        };
        let (mut core, mut world) = program(config, &[movs(0, 0), adds(0, 1), b(-1)]);
        core.set_breakpoint(CODE + 2);
        for turn in 0..20 {
            assert_eq!(
                core.run(&mut world, 10_000),
                Stop::Breakpoint { pc: CODE + 2 }
            );
            assert_eq!((core.reg(0), core.pc()), (turn, CODE + 2));
        }
        assert!(core.clear_breakpoint(CODE + 2));
        assert!(!core.clear_breakpoint(CODE + 2));
        assert_eq!(core.run(&mut world, 10_000), Stop::Limit);
    }
}

#[test]
fn a_breakpoint_set_while_running_is_heeded() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[NOP, b(-1)]);
    assert_eq!(core.run(&mut world, 1000), Stop::Limit);
    core.set_breakpoint(CODE);
    assert_eq!(core.run(&mut world, 2000), Stop::Breakpoint { pc: CODE });
}

#[test]
fn a_breakpoint_on_an_instruction_that_branches_to_itself() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[HERE]);
    core.set_breakpoint(CODE);
    for cycles in [0, 2, 4] {
        assert_eq!(core.run(&mut world, 100), Stop::Breakpoint { pc: CODE });
        assert_eq!(core.cycles(), cycles);
    }
}

#[test]
fn stepping_ignores_breakpoints_and_equals_running() {
    let code = [movs(0, 0), adds(0, 1), 0xB401, 0xBC02, b(-3)];
    let (mut stepped, mut world) = program(Config::CORTEX_M0_PLUS, &code);
    stepped.set_breakpoint(CODE + 4);
    steps(&mut stepped, &mut world, 1000);
    let (mut run, mut world) = program(Config::CORTEX_M0_PLUS, &code);
    run.run(&mut world, stepped.cycles());
    assert_eq!(run.instructions(), 1000);
    assert_eq!(
        (run.pc(), run.reg(0), run.xpsr()),
        (stepped.pc(), stepped.reg(0), stepped.xpsr())
    );
}

#[test]
fn stepping_onto_bkpt() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[bkpt(1), NOP]);
    assert_eq!(
        core.step(&mut world),
        Some(Stop::Bkpt {
            pc: CODE,
            comment: 1
        })
    );
    core.skip_bkpt(&mut world);
    assert_eq!(core.step(&mut world), None);
    core.skip_bkpt(&mut world);
    assert_eq!(core.pc(), CODE + 4, "no BKPT, nothing to skip");
}

#[test]
fn a_clone_runs_on_as_the_original() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[adds(0, 1), 0x4341, b(-2)]);
    core.run(&mut world, 777);
    let (mut copy, mut copy_world) = (core.clone(), world.clone());
    core.run(&mut world, 5000);
    copy.run(&mut copy_world, 5000);
    assert_eq!(
        (core.cycles(), core.instructions()),
        (copy.cycles(), copy.instructions())
    );
    assert_eq!(
        [0, 1, 15].map(|i| core.reg(i)),
        [0, 1, 15].map(|i| copy.reg(i))
    );
}

#[test]
fn code_changed_by_a_loader() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[]);
    world.put(RAM, &[movs(0, 1), b(-1)]);
    core.set_reg(15, RAM);
    core.run(&mut world, 100);
    world.put(RAM, &[movs(0, 2)]);
    core.code_changed(RAM, RAM + 1);
    core.run(&mut world, 200);
    assert_eq!(core.reg(0), 2);
}

#[test]
fn instructions_are_fetched_once() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS.without_skip(), &[NOP, NOP, b(-2)]);
    core.run(&mut world, 100_000);
    assert_eq!(world.fetches, 3);
}

//! What raises HardFault, where it says it happened, and lockup.

use bringup_cpu::armv6m::{Config, Core, Fault, FaultKind, Stop};

use crate::asm::{BX_LR, CPSID, HERE, NOP, bkpt, bx, ldr, str, svc};
use crate::bus::{CODE, NVIC_ISER, RAM, STACK, World, handler, program};

const HARD_FAULT: u32 = 3;

fn with_handler(code: &[u16]) -> (Core, World) {
    let (core, mut world) = program(
        Config {
            stop_on_hard_fault: true,
            ..Config::CORTEX_M0_PLUS
        },
        code,
    );
    world.on(HARD_FAULT, &[NOP, BX_LR]);
    (core, world)
}

/// Runs `code` with R0 = `r0` and expects a fault of the instruction at `CODE` + `offset`.
fn check(code: &[u16], r0: u32, kind: FaultKind, offset: u32, address: u32) {
    let (mut core, mut world) = with_handler(code);
    core.set_reg(0, r0);
    let fault = Fault {
        kind,
        pc: CODE + offset,
        address,
    };
    assert_eq!(core.run(&mut world, 100), Stop::Fault(fault));
    assert_eq!(core.last_fault(), Some(fault));
    assert_eq!((core.ipsr(), core.pc()), (HARD_FAULT, handler(HARD_FAULT)));
    assert_eq!(
        world.word(core.reg(13) + 0x18),
        CODE + offset,
        "stacked return address"
    );
}

#[test]
fn faults_of_instructions() {
    check(&[NOP, 0xDE00], 0, FaultKind::Undefined, 2, CODE + 2);
    check(&[0xF7F0, 0xA000], 0, FaultKind::Undefined, 0, CODE);
    check(&[ldr(1, 0, 0)], RAM + 2, FaultKind::Unaligned, 0, RAM + 2);
    check(&[0x8801], RAM + 1, FaultKind::Unaligned, 0, RAM + 1);
    check(&[0xC802], RAM + 2, FaultKind::Unaligned, 0, RAM + 2);
    check(&[str(1, 0, 0)], RAM + 3, FaultKind::Unaligned, 0, RAM + 3);
    check(
        &[ldr(1, 0, 0)],
        0x3000_0000,
        FaultKind::Load,
        0,
        0x3000_0000,
    );
    check(
        &[str(1, 0, 4)],
        0x3000_0000,
        FaultKind::Store,
        0,
        0x3000_0004,
    );
    check(&[str(1, 0, 0)], 0, FaultKind::Store, 0, 0);
    check(
        &[0x7801],
        NVIC_ISER,
        FaultKind::SystemControlSpace,
        0,
        NVIC_ISER,
    );
    check(&[CPSID, svc(0)], 0, FaultKind::SvcEscalation, 2, CODE + 2);
}

/// Runs `bx r0` and expects a fault at its target.
fn check_target(r0: u32, kind: FaultKind) {
    let (mut core, mut world) = with_handler(&[bx(0)]);
    core.set_reg(0, r0);
    let pc = r0 & !1;
    assert_eq!(
        core.run(&mut world, 100),
        Stop::Fault(Fault {
            kind,
            pc,
            address: pc
        })
    );
    assert_eq!(
        world.word(core.reg(13) + 0x18),
        pc,
        "stacked return address"
    );
}

#[test]
fn faults_of_branch_targets() {
    check_target(0x200, FaultKind::NotThumb);
    check_target(0x3000_0001, FaultKind::Fetch);
    check_target(0x4000_0001, FaultKind::ExecuteNever);
    check_target(0xE000_0001, FaultKind::ExecuteNever);
    check_target(0xFFFF_FFF9, FaultKind::ExecuteNever);
}

#[test]
fn second_half_of_an_instruction_beyond_memory() {
    let (mut core, mut world) = with_handler(&[]);
    world.put(0xFFFE, &[0xF000]);
    core.set_reg(15, 0xFFFE);
    let fault = Fault {
        kind: FaultKind::Fetch,
        pc: 0xFFFE,
        address: 0x1_0000,
    };
    assert_eq!(core.run(&mut world, 100), Stop::Fault(fault));
}

#[test]
fn a_faulting_load_multiple_changes_no_register() {
    let (mut core, mut world) = with_handler(&[0xC80E]);
    core.set_reg(0, RAM + 0x3FF8);
    let registers = [7, 8, 9];
    for (i, value) in (1..).zip(registers) {
        core.set_reg(i, value);
    }
    assert!(matches!(core.run(&mut world, 100), Stop::Fault(_)));
    assert_eq!([core.reg(1), core.reg(2), core.reg(3)], registers);
    assert_eq!(core.reg(0), RAM + 0x3FF8);
}

#[test]
fn bkpt_stops_and_can_be_skipped_or_refused() {
    let (mut core, mut world) = with_handler(&[bkpt(0xAB), HERE]);
    let stop = Stop::Bkpt {
        pc: CODE,
        comment: 0xAB,
    };
    assert_eq!(core.run(&mut world, 100), stop);
    assert_eq!(core.run(&mut world, 100), stop);
    let mut refusing = core.clone();
    core.skip_bkpt(&mut world);
    assert_eq!(core.run(&mut world, 100), Stop::Limit);
    assert_eq!(core.pc(), CODE + 2);
    refusing.refuse_bkpt(&mut world);
    let fault = Fault {
        kind: FaultKind::Breakpoint,
        pc: CODE,
        address: CODE,
    };
    assert_eq!(refusing.run(&mut world, 100), Stop::Fault(fault));
}

#[test]
fn a_fault_in_hard_fault_locks_up() {
    let (mut core, mut world) = with_handler(&[0xDE00]);
    world.on(HARD_FAULT, &[svc(0)]);
    assert!(matches!(core.run(&mut world, 100), Stop::Fault(_)));
    let pc = handler(HARD_FAULT);
    let lockup = Stop::Lockup(Fault {
        kind: FaultKind::SvcEscalation,
        pc,
        address: pc,
    });
    assert_eq!(core.run(&mut world, 200), lockup);
    assert_eq!(core.run(&mut world, 300), lockup, "and stays locked up");
    core.reset(&mut world);
    assert_eq!(core.pc(), CODE);
    assert!(matches!(core.run(&mut world, 400), Stop::Fault(_)));
}

#[test]
fn nmi_ends_a_lockup_of_hard_fault_for_as_long_as_it_runs() {
    let (mut core, mut world) = with_handler(&[0xDE00]);
    world.on(HARD_FAULT, &[0xDE01]);
    world.on(2, &[0x3501, BX_LR]); // adds r5, #1
    assert!(matches!(core.run(&mut world, 100), Stop::Fault(_)));
    assert!(matches!(core.run(&mut world, 200), Stop::Lockup(_)));
    core.pend_nmi();
    assert!(matches!(core.run(&mut world, 300), Stop::Lockup(_)));
    assert_eq!(core.reg(5), 1);
}

#[test]
fn a_stack_that_cannot_be_written_locks_up() {
    let (mut core, mut world) = with_handler(&[0xDE00]);
    core.set_msp(RAM + 0x10);
    assert!(matches!(
        core.run(&mut world, 100),
        Stop::Lockup(Fault {
            kind: FaultKind::Stacking,
            ..
        })
    ));
}

#[test]
fn a_stack_that_cannot_be_written_and_nmi() {
    // From thread mode NMI runs, and HardFault follows.
    let (mut core, mut world) = with_handler(&[HERE]);
    world.on(2, &[HERE]);
    core.set_msp(RAM + 0x10);
    core.pend_nmi();
    assert!(matches!(core.run(&mut world, 100), Stop::Fault(_)));
    assert_eq!(
        (core.ipsr(), core.pending_exceptions()),
        (2, 1 << HARD_FAULT)
    );
    // From HardFault it is a lockup for good.
    let (mut core, mut world) = with_handler(&[0xDE00]);
    world.on(HARD_FAULT, &[HERE]);
    assert!(matches!(core.run(&mut world, 100), Stop::Fault(_)));
    core.set_msp(RAM + 0x10);
    core.pend_nmi();
    for limit in [200, 300] {
        let stop = core.run(&mut world, limit);
        assert!(
            matches!(
                stop,
                Stop::Lockup(Fault {
                    kind: FaultKind::Stacking,
                    ..
                })
            ),
            "{stop:?}"
        );
    }
    assert_eq!(core.ipsr(), 2);
}

#[test]
fn a_process_stack_that_cannot_be_written_is_a_hard_fault_on_the_main_stack() {
    let (mut core, mut world) = with_handler(&[svc(0)]);
    core.set_psp(RAM + 0x10);
    core.set_control(2);
    let fault = core.run(&mut world, 100);
    assert!(
        matches!(
            fault,
            Stop::Fault(Fault {
                kind: FaultKind::Stacking,
                ..
            })
        ),
        "{fault:?}"
    );
    assert_eq!((core.ipsr(), core.pc()), (HARD_FAULT, handler(HARD_FAULT)));
    assert_eq!((core.reg(13), core.reg(14)), (STACK, 0xFFFF_FFFD));
    assert_eq!(core.pending_exceptions(), 1 << 11, "SVCall waits");
}

#[test]
fn unreadable_vectors() {
    let mut world = World::new();
    world.flash.clear();
    let mut core = Core::new(Config::CORTEX_M0_PLUS);
    core.reset(&mut world);
    assert!(matches!(
        core.run(&mut world, 10),
        Stop::Lockup(Fault {
            kind: FaultKind::Vector,
            ..
        })
    ));
    let (mut core, mut world) = with_handler(&[svc(0)]);
    assert!(core.poke(crate::bus::VTOR, 0x3000_0000));
    assert!(matches!(
        core.run(&mut world, 100),
        Stop::Lockup(Fault {
            kind: FaultKind::Vector,
            ..
        })
    ));
}

#[test]
fn an_even_vector_faults_in_the_handler() {
    let (mut core, mut world) = with_handler(&[svc(0)]);
    world.put_word(4 * 11, 0x1000);
    let fault = Fault {
        kind: FaultKind::NotThumb,
        pc: 0x1000,
        address: 0x1000,
    };
    assert_eq!(core.run(&mut world, 100), Stop::Fault(fault));
    assert_eq!(core.active_exceptions(), 1 << 3 | 1 << 11);
}

#[test]
fn exception_returns_that_do_not_fit() {
    for value in [0xFFFF_FFF1_u32, 0xFFFF_FFF5, 0xFFFF_FF00, 0xF000_0001] {
        let (mut core, mut world) = with_handler(&[svc(0)]);
        world.on(11, &[bx(0)]);
        core.set_reg(0, value);
        let pc = handler(11);
        let fault = Fault {
            kind: FaultKind::ExceptionReturn,
            pc,
            address: value,
        };
        assert_eq!(core.run(&mut world, 200), Stop::Fault(fault), "{value:#x}");
    }
}

#[test]
fn messages() {
    let fault = Fault {
        kind: FaultKind::Load,
        pc: 0x102,
        address: 0x3000_0000,
    };
    insta::assert_snapshot!(fault, @"bus error on a load at pc 0x00000102, address 0x30000000");
    insta::assert_snapshot!(Stop::Lockup(Fault { address: 0x102, ..fault }), @"lockup: bus error on a load at pc 0x00000102");
}

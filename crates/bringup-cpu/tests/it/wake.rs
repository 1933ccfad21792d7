//! WFI, WFE, SEV and the event register.

use bringup_cpu::armv6m::{Config, Sleep, Stop};

use crate::asm::{BX_LR, CPSID, HERE, NOP, SEV, WFE, WFI, adds, b, movs};
use crate::bus::{CODE, NVIC_ISER, SCR, handler, program, steps};

const IRQ0: u32 = 16;

#[test]
fn wfi_sleeps_to_the_interrupt() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[WFI, adds(6, 1), HERE]);
    world.on(IRQ0, &[adds(5, 1), BX_LR]);
    assert!(core.poke(NVIC_ISER, 1));
    world.plan = vec![(1000, 1, 0), (1016, 0, 0)];
    assert_eq!(core.run(&mut world, 500), Stop::Limit);
    assert_eq!((core.sleep(), core.cycles()), (Some(Sleep::Interrupt), 500));
    assert_eq!(core.run(&mut world, 1020), Stop::Limit);
    assert_eq!((core.sleep(), core.reg(5), core.reg(6)), (None, 1, 0));
    assert_eq!(core.instructions(), 3);
    core.run(&mut world, 1100);
    assert_eq!((core.reg(5), core.reg(6)), (1, 1));
}

#[test]
fn wfi_with_primask_wakes_without_the_handler() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[CPSID, WFI, adds(6, 1), HERE]);
    assert!(core.poke(NVIC_ISER, 1));
    world.plan = vec![(1000, 1, 0)];
    assert_eq!(core.run(&mut world, 1001), Stop::Limit);
    assert_eq!((core.reg(6), core.ipsr(), core.cycles()), (1, 0, 1001));
}

#[test]
fn wfi_ignores_what_is_disabled() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[WFI, HERE]);
    world.plan = vec![(100, 1, 0)];
    assert_eq!(core.run(&mut world, 10_000), Stop::Limit);
    assert_eq!((core.pc(), core.cycles()), (CODE + 2, 10_000));
    assert_eq!(core.sleep(), Some(Sleep::Interrupt));
}

#[test]
fn wfe_and_sev() {
    let code = [SEV, WFE, adds(6, 1), WFE, adds(6, 1), HERE];
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &code);
    assert_eq!(core.run(&mut world, 100), Stop::Limit);
    assert_eq!((core.reg(6), core.sleep()), (1, Some(Sleep::Event)));
    core.send_event();
    assert_eq!(core.run(&mut world, 110), Stop::Limit);
    assert_eq!((core.reg(6), core.sleep()), (2, None));
}

#[test]
fn sevonpend_wakes_wfe_for_a_disabled_interrupt() {
    for (scr, woken) in [(0x10, 1), (0, 0)] {
        let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[WFE, adds(6, 1), HERE]);
        assert!(core.poke(SCR, scr));
        world.plan = vec![(100, 1, 0)];
        core.run(&mut world, 200);
        assert_eq!(core.reg(6), woken, "SCR {scr:#x}");
    }
}

#[test]
fn an_exception_return_sets_the_event_register() {
    let (mut core, mut world) = program(
        Config::CORTEX_M0_PLUS,
        &[0xDF00, WFE, adds(6, 1), WFE, HERE],
    );
    world.on(11, &[BX_LR]);
    core.run(&mut world, 200);
    assert_eq!((core.reg(6), core.sleep()), (1, Some(Sleep::Event)));
}

#[test]
fn sleep_on_exit() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[WFI, adds(6, 1), b(-1)]);
    world.on(IRQ0, &[adds(5, 1), movs(7, 0), BX_LR]);
    // Adds need no stack frame here: R5 is not stacked.
    assert!(core.poke(NVIC_ISER, 1));
    assert!(core.poke(SCR, 2));
    world.plan = vec![(100, 1, 0), (110, 0, 0), (300, 1, 0), (310, 0, 0)];
    core.run(&mut world, 1000);
    assert_eq!(
        (core.reg(5), core.reg(6)),
        (2, 0),
        "thread mode is never reached"
    );
    assert_eq!(
        (core.sleep(), core.cycles()),
        (Some(Sleep::Interrupt), 1000)
    );
}

#[test]
fn stepping_over_wfi_goes_to_the_event() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[WFI, NOP]);
    world.on(IRQ0, &[BX_LR]);
    assert!(core.poke(NVIC_ISER, 1));
    world.plan = vec![(1000, 1, 0)];
    steps(&mut core, &mut world, 2);
    assert_eq!(core.cycles(), 1000);
    steps(&mut core, &mut world, 1);
    assert_eq!((core.pc(), core.cycles()), (handler(IRQ0), 1015));
}

#[test]
fn sleep_deep_is_told() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[WFI]);
    assert!(core.poke(SCR, 4));
    assert_eq!(core.run(&mut world, 50), Stop::Limit);
    assert!(core.sleep_deep() && core.sleep().is_some());
}

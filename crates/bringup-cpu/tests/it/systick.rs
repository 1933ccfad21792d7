//! SysTick, to the cycle.

use bringup_cpu::armv6m::{Config, Core, Stop, SysTickConfig};

use crate::asm::{BX_LR, HERE, NOP, WFI, adds, b, ldr, str};
use crate::bus::{PORT, SYST_CSR, SYST_CVR, SYST_RVR, World, handler, program, steps};

const SYSTICK: u32 = 15;

/// A core about to execute NOPs, with SysTick started at cycle 0.
fn started(config: Config, reload: u32, control: u32) -> (Core, World) {
    let (mut core, world) = program(config, &[NOP; 64]);
    assert!(core.poke(SYST_RVR, reload));
    assert!(core.poke(SYST_CVR, 0x1234));
    assert!(core.poke(SYST_CSR, control));
    (core, world)
}

#[test]
fn counts_down_and_reloads() {
    let (mut core, mut world) = started(Config::CORTEX_M0_PLUS, 4, 5);
    let expected = [0, 4, 3, 2, 1, 0, 4, 3, 2, 1, 0, 4];
    for (cycle, value) in (0_u64..).zip(expected) {
        assert_eq!((core.cycles(), core.peek(SYST_CVR)), (cycle, Some(value)));
        let countflag = u32::from(cycle >= 5) << 16;
        assert_eq!(core.peek(SYST_CSR), Some(5 | countflag), "cycle {cycle}");
        steps(&mut core, &mut world, 1);
    }
}

#[test]
fn countflag_clears_on_read_and_on_writing_the_counter() {
    let code = [ldr(1, 0, 0), ldr(2, 0, 0), HERE];
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[NOP; 10]);
    world.put(0x200, &code);
    assert!(core.poke(SYST_RVR, 4) && core.poke(SYST_CSR, 5));
    steps(&mut core, &mut world, 6);
    core.set_reg(0, SYST_CSR);
    core.set_reg(15, 0x200);
    steps(&mut core, &mut world, 2);
    assert_eq!([core.reg(1), core.reg(2)], [1 << 16 | 5, 5]);
    steps(&mut core, &mut world, 3);
    assert_eq!(core.peek(SYST_CSR), Some(1 << 16 | 5));
    assert!(core.poke(SYST_CVR, 1));
    assert_eq!(
        (core.peek(SYST_CSR), core.peek(SYST_CVR)),
        (Some(5), Some(0))
    );
}

#[test]
fn a_reload_of_zero_stops_at_the_next_wrap() {
    let (mut core, mut world) = started(Config::CORTEX_M0_PLUS, 3, 5);
    steps(&mut core, &mut world, 2);
    assert!(core.poke(SYST_RVR, 0));
    steps(&mut core, &mut world, 10);
    assert_eq!(
        (core.peek(SYST_CVR), core.peek(SYST_CSR)),
        (Some(0), Some(1 << 16 | 5))
    );
    let (mut core, mut world) = started(Config::CORTEX_M0_PLUS, 0, 7);
    steps(&mut core, &mut world, 10);
    assert_eq!(core.peek(SYST_CSR), Some(7), "never counts");
}

#[test]
fn stopping_holds_the_value() {
    let (mut core, mut world) = started(Config::CORTEX_M0_PLUS, 100, 5);
    steps(&mut core, &mut world, 11);
    assert!(core.poke(SYST_CSR, 4));
    steps(&mut core, &mut world, 20);
    assert_eq!(core.peek(SYST_CVR), Some(90));
    assert!(core.poke(SYST_CSR, 5));
    steps(&mut core, &mut world, 3);
    assert_eq!(core.peek(SYST_CVR), Some(87));
}

#[test]
fn registers_have_24_bits() {
    let (core, _) = started(Config::CORTEX_M0_PLUS, u32::MAX, u32::MAX);
    assert_eq!(
        (core.peek(SYST_RVR), core.peek(SYST_CSR)),
        (Some(0x00FF_FFFF), Some(7))
    );
}

#[test]
fn reference_clock() {
    let systick = SysTickConfig {
        calibration: 0,
        reference: Some(8),
    };
    let config = Config {
        systick: Some(systick),
        ..Config::CORTEX_M0_PLUS
    };
    let (mut core, mut world) = started(config, 2, 1);
    let mut values = Vec::new();
    for _ in 0..48 {
        values.push(core.peek(SYST_CVR).expect("a register"));
        steps(&mut core, &mut world, 1);
    }
    let expected: Vec<_> = [0, 2, 1, 0, 2, 1]
        .into_iter()
        .flat_map(|value| [value; 8])
        .collect();
    assert_eq!(values, expected);
}

#[test]
fn without_a_reference_clock_clksource_is_one() {
    let (core, _) = started(Config::CORTEX_M0_PLUS, 9, 1);
    assert_eq!(core.peek(SYST_CSR), Some(5));
}

#[test]
fn the_exception_comes_every_reload_plus_one_cycles() {
    for code in [[HERE; 2], [WFI, b(-1)], [NOP, b(-1)]] {
        let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &code);
        core.set_reg(4, PORT);
        core.set_reg(5, 0);
        world.on(SYSTICK, &[str(5, 4, 0), adds(5, 1), BX_LR]);
        assert!(core.poke(SYST_RVR, 999) && core.poke(SYST_CVR, 0) && core.poke(SYST_CSR, 7));
        assert_eq!(core.run(&mut world, 1_000_000), Stop::Limit);
        let writes = world.writes(PORT);
        assert_eq!(writes.len(), 999);
        for (i, (cycle, value)) in (0_u64..).zip(writes) {
            let late = cycle - 1000 * (i + 1) - 15;
            assert!(late <= 2 && u64::from(value) == i, "{i}: {late} late");
        }
        assert!(core.active_exceptions() == 0 && handler(SYSTICK) != core.pc());
    }
}

#[test]
fn tickint_set_after_the_wrap_pends_nothing() {
    let (mut core, mut world) = started(Config::CORTEX_M0_PLUS, 4, 5);
    steps(&mut core, &mut world, 6);
    assert!(core.poke(SYST_CSR, 7));
    assert_eq!(core.pending_exceptions(), 0);
    world.on(SYSTICK, &[HERE]);
    steps(&mut core, &mut world, 5);
    assert_eq!(core.ipsr(), SYSTICK);
}

//! Watchpoints: they stop after the access, whatever makes it, and change nothing.

use bringup_cpu::armv6m::{Config, Core, Stop};
use bringup_cpu::{Watch, WatchHit, Watchpoint, Width};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::asm::{NOP, b, ldr, movs, pop, push, str, svc};
use crate::bus::{CODE, ICSR, PORT, RAM, SCS, STACK, World, program};

/// `strb r1, [r0, #3]`
const STRB_3: u16 = 0x70C1;

const fn on(watch: Watch, first: u32, length: u32) -> Watchpoint {
    Watchpoint {
        first,
        last: first + length - 1,
        watch,
    }
}

fn hit(stop: Stop) -> WatchHit {
    match stop {
        Stop::Watchpoint(hit) => hit,
        other => panic!("{other}"),
    }
}

#[test]
fn it_stops_after_the_access_and_once() {
    let code = [str(1, 0, 0), ldr(2, 0, 0), STRB_3, b(-4)];
    for skip in [true, false] {
        let config = Config {
            skip,
            ..Config::CORTEX_M0_PLUS
        };
        let (mut core, mut world) = program(config, &code);
        core.set_reg(0, RAM);
        core.set_watchpoint(on(Watch::Write, RAM + 3, 1));
        let word = hit(core.run(&mut world, 1_000));
        assert_eq!(
            (word.address, word.width, word.write, word.pc),
            (RAM, Width::Word, true, CODE)
        );
        assert_eq!(core.pc(), CODE + 2);
        let byte = hit(core.run(&mut world, 1_000));
        assert_eq!((byte.address, byte.width), (RAM + 3, Width::Byte));
        assert_eq!(core.pc(), CODE + 6);
        core.set_watchpoint(on(Watch::Read, RAM, 4));
        assert_eq!(
            core.run(&mut world, 1_000).to_string(),
            "write to 0x20000000 by 0x00000100"
        );
        assert_eq!(
            core.run(&mut world, 1_000).to_string(),
            "read of 0x20000000 by 0x00000102"
        );
        assert!(core.clear_watchpoint(&on(Watch::Read, RAM, 4)));
        assert!(core.clear_watchpoint(&on(Watch::Write, RAM + 3, 1)));
        assert!(!core.clear_watchpoint(&on(Watch::Write, RAM + 3, 1)));
        assert_eq!(core.run(&mut world, 1_000), Stop::Limit);
    }
}

#[test]
fn all_ranges_and_kinds() {
    let code = [str(1, 0, 4), ldr(2, 0, 4), b(-3)];
    let stops = |watchpoint| {
        let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &code);
        core.set_reg(0, RAM);
        core.set_watchpoint(watchpoint);
        [(); 2].map(|()| match core.run(&mut world, 100) {
            Stop::Watchpoint(hit) => Some(hit.write),
            _ => None,
        })
    };
    assert_eq!(
        stops(on(Watch::Access, RAM + 4, 4)),
        [Some(true), Some(false)]
    );
    assert_eq!(stops(on(Watch::Read, RAM + 7, 1)), [Some(false); 2]);
    assert_eq!(stops(on(Watch::Write, RAM, 0x100)), [Some(true); 2]);
    assert_eq!(stops(on(Watch::Access, RAM, 4)), [None; 2]);
    assert_eq!(stops(on(Watch::Access, RAM + 8, 4)), [None; 2]);
}

#[test]
fn devices_and_system_registers() {
    // The address of ICSR follows in R3; writing 0 there does nothing.
    let code = [ldr(2, 0, 0), str(1, 3, 0), ldr(2, 3, 0), b(-4)];
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &code);
    core.set_reg(0, PORT);
    core.set_reg(3, ICSR);
    core.set_watchpoint(on(Watch::Access, PORT, 4));
    core.set_watchpoint(on(Watch::Access, SCS, 0x1000));
    let seen = [(); 4].map(|()| {
        let hit = hit(core.run(&mut world, 1_000));
        (hit.address, hit.write, core.pc() - CODE)
    });
    assert_eq!(
        seen,
        [
            (PORT, false, 2),
            (ICSR, true, 4),
            (ICSR, false, 6),
            (PORT, false, 2)
        ]
    );
    assert_eq!(world.log.len(), 2, "each access is made once");
}

#[test]
fn frames_of_exceptions_and_transfers_of_several_registers() {
    let (mut core, mut world) = program(
        Config::CORTEX_M0_PLUS,
        &[push(0xF), pop(0xF), svc(0), b(-4)],
    );
    world.on(11, &[NOP, 0x4770]);
    // The frame begins eight words below the stack, the four registers four.
    core.set_watchpoint(on(Watch::Access, STACK - 8, 4));
    let mut next = || {
        let hit = hit(core.run(&mut world, 1_000));
        (hit.address, hit.write, core.pc())
    };
    assert_eq!(next(), (STACK - 8, true, CODE + 2));
    assert_eq!(next(), (STACK - 8, false, CODE + 4));
    assert_eq!(next(), (STACK - 8, true, crate::bus::handler(11)));
    assert_eq!(next(), (STACK - 8, false, CODE + 6));
}

#[test]
fn stepping_tells_as_well_and_refused_accesses_do_not() {
    let (mut core, mut world) = program(
        Config::CORTEX_M0_PLUS,
        &[movs(1, 7), str(1, 0, 0), str(1, 2, 0)],
    );
    world.on(3, &[NOP]);
    core.set_reg(0, RAM);
    core.set_reg(2, 0x7000_0000);
    core.set_watchpoint(on(Watch::Access, RAM, 4));
    core.set_watchpoint(on(Watch::Access, 0x7000_0000, 4));
    assert_eq!(core.step(&mut world), None);
    assert_eq!(hit(core.step(&mut world).unwrap()).pc, CODE + 2);
    assert_eq!(core.step(&mut world), None);
    assert_eq!(core.ipsr(), 3);
}

#[test]
fn a_restored_core_keeps_its_watchpoints() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[str(1, 0, 0), b(-2)]);
    core.set_reg(0, RAM);
    let (snapshot, before) = (core.clone(), world.clone());
    core.set_watchpoint(on(Watch::Write, RAM, 4));
    hit(core.run(&mut world, 100));
    let cycles = core.cycles();
    core.restore(&snapshot);
    world = before;
    assert_eq!(core.cycles(), 0);
    hit(core.run(&mut world, 100));
    assert_eq!(core.cycles(), cycles);
}

/// Runs to cycle 5000; the stops on the way that are not of watchpoints.
fn run(core: &mut Core, world: &mut World) -> Vec<Stop> {
    let mut stops = Vec::new();
    while stops.len() < 20 {
        match core.run(world, 5_000) {
            Stop::Watchpoint(_) => {}
            Stop::Bkpt { .. } => core.skip_bkpt(world),
            Stop::Limit | Stop::Lockup(_) => break,
            stop => stops.push(stop),
        }
    }
    stops
}

fn deterministic() -> ProptestConfig {
    ProptestConfig {
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(deterministic())]

    #[test]
    fn watching_changes_nothing(
        code in prop::collection::vec(prop_oneof![any::<u16>(), 0x5000..0xA000_u16], 1..64),
        registers in prop::array::uniform16(prop_oneof![RAM..RAM + 0x4000, Just(PORT), 0xE000_E000..0xE000_EE00_u32]),
        plan in prop::collection::vec((0..5000_u64, any::<u32>(), any::<u32>()), 0..8),
        first in RAM..RAM + 0x4000,
        length in 1..0x800_u32,
    ) {
        let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &code);
        core.set_stop_when_stuck(false);
        for i in 1..48 {
            world.put_word(4 * i, CODE | 1);
        }
        for (i, value) in (0..15).zip(registers) {
            core.set_reg(i, value);
        }
        world.plan = plan;
        let (mut watched, mut over) = (core.clone(), world.clone());
        watched.set_watchpoint(on(Watch::Access, first, length));
        watched.set_watchpoint(on(Watch::Access, PORT & !0xF, 16));
        watched.set_watchpoint(on(Watch::Access, SCS, 0x1000));
        prop_assert_eq!(run(&mut core, &mut world), run(&mut watched, &mut over));
        let state = |core: &Core| {
            let registers: Vec<_> = (0..16).map(|i| core.reg(i)).collect();
            (registers, core.xpsr(), core.cycles(), core.instructions(), core.pending_exceptions())
        };
        prop_assert_eq!(state(&core), state(&watched));
        prop_assert_eq!(world.log, over.log);
        prop_assert!(world.ram == over.ram);
    }
}

//! Any code, any state: no panic, and no run beyond its limit.

use bringup_cpu::armv6m::{Config, Stop};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::bus::{CODE, RAM, program};

/// The same cases in each run.
fn deterministic() -> ProptestConfig {
    ProptestConfig {
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(deterministic())]

    #[test]
    fn random_code_ends(
        code in prop::collection::vec(any::<u16>(), 1..64),
        vectors in prop::collection::vec(prop_oneof![Just(CODE | 1), Just(RAM | 1), any::<u32>()], 48),
        registers in prop::array::uniform16(prop_oneof![RAM..RAM + 0x4000, 0xE000_E000..0xE000_EE00_u32, any::<u32>()]),
        psr in any::<u32>(),
        control in 0..4_u32,
        plan in prop::collection::vec((0..5000_u64, any::<u32>(), any::<u32>()), 0..8),
        skip in any::<bool>(),
    ) {
        let config = Config { skip, unprivileged: true, ..Config::CORTEX_M0_PLUS };
        let (mut core, mut world) = program(config, &code);
        for (i, vector) in (0..).zip(&vectors).skip(1) {
            world.put_word(4 * i, *vector);
        }
        world.put(RAM, &code);
        core.set_control(control);
        for (i, value) in (0..15).zip(registers) {
            core.set_reg(i, value);
        }
        core.set_xpsr(psr | 1 << 24);
        world.plan = plan;
        for _ in 0..20 {
            let before = core.cycles();
            match core.run(&mut world, 5000) {
                // The longest instruction or exception sequence takes less than this.
                Stop::Limit => prop_assert!(core.cycles() >= 5000 && core.cycles() < 5100),
                Stop::Bkpt { .. } if before % 2 == 0 => core.skip_bkpt(&mut world),
                Stop::Bkpt { .. } => core.refuse_bkpt(&mut world),
                _ => {}
            }
        }
    }
}

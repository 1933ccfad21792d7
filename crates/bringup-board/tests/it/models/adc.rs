//! The analog-to-digital converter: RM0377 and RM0091, chapter "Analog-to-digital converter".

use std::time::Duration;

use bringup_board::{RunOptions, Stop, Width};

use super::Bench;
use crate::asm::Asm;
use crate::fixture::elf;

const RCC: u32 = 0x4002_1000;
const ADC: u32 = 0x4001_2400;
const ISR: u32 = ADC;
const IER: u32 = ADC + 0x04;
const CR: u32 = ADC + 0x08;
const CFGR1: u32 = ADC + 0x0C;
const CFGR2: u32 = ADC + 0x10;
const SMPR: u32 = ADC + 0x14;
const TR: u32 = ADC + 0x20;
const CHSELR: u32 = ADC + 0x28;
const DR: u32 = ADC + 0x40;
const CCR: u32 = ADC + 0x308;
const TIM2: u32 = 0x4000_0000;
const RAM: u32 = 0x2000_0800;

const ADRDY: u32 = 1 << 0;
const EOSMP: u32 = 1 << 1;
const EOC: u32 = 1 << 2;
const EOS: u32 = 1 << 3;
const OVR: u32 = 1 << 4;
const AWD: u32 = 1 << 7;
const ADEN: u32 = 1 << 0;
const ADDIS: u32 = 1 << 1;
const ADSTART: u32 = 1 << 2;
const ADSTP: u32 = 1 << 4;
const ADCAL: u32 = 1 << 31;
const CONT: u32 = 1 << 13;
const WAIT: u32 = 1 << 14;
const DISCEN: u32 = 1 << 16;

/// The converter of an STM32L031 with the HSI16 as its clock, 16 MHz.
fn l031() -> Bench {
    let mut bench = Bench::l031();
    bench.set(RCC, 1);
    bench.set(RCC + 0x34, 1 << 9);
    bench.run(10);
    bench
}

/// That of an STM32F042 with the HSI14.
fn f042() -> Bench {
    let mut bench = Bench::f042();
    bench.set(RCC + 0x18, 1 << 9);
    bench
}

/// Switches the converter on.
fn enabled(mut bench: Bench) -> Bench {
    bench.write(CR, ADEN);
    bench.run(20);
    assert_eq!(bench.read(ISR), ADRDY);
    bench
}

impl Bench {
    /// One conversion of a channel.
    fn convert(&mut self, channel: u32) -> u32 {
        self.write(CHSELR, 1 << channel);
        self.command(ADSTART);
        self.run(100);
        assert_eq!(self.read(CR) & ADSTART, 0);
        self.take()
    }

    fn command(&mut self, bit: u32) {
        self.set(CR, bit);
    }

    /// The result; its flag is cleared, as by reading.
    fn take(&mut self) -> u32 {
        self.write(ISR, EOC);
        self.read(DR)
    }
}

#[test]
fn it_calibrates_starts_and_stops() {
    for (mut bench, micros) in [(l031(), 5), (f042(), 5)] {
        bench.command(ADCAL);
        bench.command(ADEN);
        assert_eq!(
            bench.read(CR) & (ADCAL | ADEN),
            ADCAL,
            "not while it calibrates"
        );
        bench.run(micros);
        bench.run(2);
        assert_eq!(bench.read(CR) & ADCAL, 0);
        bench.write(ISR, u32::MAX);
        bench.command(ADSTART);
        assert_eq!(bench.read(CR) & ADSTART, 0, "it is off");
        bench.command(ADEN);
        assert_eq!(bench.read(ISR) & ADRDY, 0);
        bench.run(2);
        assert_eq!(bench.read(ISR), ADRDY);
        bench.command(ADSTP);
        assert_eq!(bench.read(CR) & ADSTP, 0, "there is nothing to stop");
        bench.command(ADDIS);
        bench.run(1);
        assert_eq!(bench.read(CR) & (ADEN | ADDIS), 0);
    }
}

#[test]
fn pins_are_measured() {
    for bench in [l031(), f042()] {
        let mut bench = enabled(bench);
        for (pin, channel) in [("PA0", 0), ("PA7", 7), ("PB0", 8), ("PB1", 9)] {
            for (microvolts, expected) in [
                (0, 0),
                (1_650_000, 2_048),
                (3_300_000, 4_095),
                (5_000_000, 4_095),
                (1_000, 1),
            ] {
                bench.board.apply(pin, microvolts).unwrap();
                assert_eq!(bench.convert(channel), expected, "{microvolts} on {pin}");
            }
            bench.board.drive(pin, Some(true)).unwrap();
            assert_eq!(bench.convert(channel), 4_095);
            bench.board.drive(pin, None).unwrap();
            assert_eq!(bench.convert(channel), 0);
        }
    }
}

#[test]
fn results_have_a_resolution_and_an_alignment() {
    let mut bench = enabled(l031());
    bench.board.apply("PA1", 2_000_000).unwrap();
    let raw = 2_482;
    assert_eq!(bench.convert(1), raw);
    for (resolution, left) in [
        (0, raw << 4),
        (1, raw >> 2 << 6),
        (2, raw >> 4 << 8),
        (3, raw >> 6 << 2),
    ] {
        bench.write(CFGR1, resolution << 3);
        assert_eq!(bench.convert(1), raw >> (2 * resolution));
        bench.write(CFGR1, resolution << 3 | 1 << 5);
        assert_eq!(bench.convert(1), left);
    }
}

/// 16 samples, four bits more.
#[test]
fn the_l0_oversamples() {
    let mut bench = enabled(l031());
    bench.board.apply("PA1", 2_000_000).unwrap();
    bench.write(CFGR2, 3 << 2 | 1);
    assert_eq!(bench.convert(1), 2_482 * 16);
    bench.write(CFGR2, 4 << 5 | 3 << 2 | 1);
    assert_eq!(bench.convert(1), 2_482);
}

/// 1.5 and 12.5 clocks: 14 of PCLK / 4, then with the longest sampling time and six bits.
#[test]
fn conversions_take_their_clocks() {
    for (bench, sampling) in [(l031(), [1.5, 160.5]), (f042(), [1.5, 239.5])] {
        let mut bench = enabled(bench);
        bench.command(ADDIS);
        bench.run(1);
        bench.write(CFGR2, 0b10 << 30);
        bench.command(ADEN);
        bench.run(60);
        for (smpr, res, conversion) in [(0, 0, 12.5), (7, 3, 7.5), (0, 1, 11.5), (7, 2, 9.5)] {
            bench.write(SMPR, smpr);
            bench.write(CFGR1, res << 3 | CONT | 1 << 12);
            bench.write(CHSELR, 1);
            bench.write(ISR, u32::MAX);
            let start = bench.board.cycles();
            bench.command(ADSTART);
            let sampled = (4.0 * sampling[smpr as usize / 7]) as u64;
            let whole = (4.0 * (sampling[smpr as usize / 7] + conversion)) as u64;
            let mut flags = Vec::new();
            for until in [
                sampled - 4,
                sampled + 4,
                whole - 4,
                whole + 4,
                2 * whole - 4,
                2 * whole + 4,
            ] {
                let options = RunOptions {
                    pause_at: Some(start + until),
                    ..RunOptions::limited(Duration::from_secs(1))
                };
                bench.board.debug(&options).unwrap();
                flags.push(bench.read(ISR));
            }
            let all = EOSMP | EOC | EOS;
            assert_eq!(
                flags,
                [0, EOSMP, EOSMP, all, all, all | OVR],
                "{smpr} {res}"
            );
            bench.command(ADSTP);
        }
    }
}

#[test]
fn internal_channels_read_what_the_calibration_says() {
    let mut bench = enabled(l031());
    assert_eq!(bench.convert(17), 0, "it is off");
    bench.write(CCR, 0b11 << 22);
    assert_eq!(bench.convert(17), 0x687 * 30 / 33);
    assert_eq!(bench.convert(18), 0x2B7 * 30 / 33);
    let mut bench = enabled(f042());
    bench.write(CCR, 0b111 << 22);
    let found = [16, 17, 18].map(|channel| bench.convert(channel));
    assert_eq!(found, [0x6EE, 0x5F6, 2_048]);
}

#[test]
fn sequences_go_both_ways_and_step_by_step() {
    let mut bench = enabled(l031());
    for (pin, millivolts) in [("PA0", 100), ("PA3", 200), ("PA5", 300)] {
        bench.board.apply(pin, millivolts * 1_000).unwrap();
    }
    let (low, middle, high) = (124, 248, 372);
    for (direction, expected) in [(0, [low, middle, high]), (1 << 2, [high, middle, low])] {
        bench.write(CHSELR, 0b10_1001);
        bench.write(CFGR1, DISCEN | direction);
        for (step, value) in expected.into_iter().enumerate() {
            bench.write(ISR, EOS);
            bench.command(ADSTART);
            bench.run(10);
            assert_eq!(bench.read(CR) & ADSTART, 0);
            assert_eq!(bench.read(ISR) & EOS != 0, step == 2);
            assert_eq!(bench.take(), value);
        }
        bench.write(CFGR1, WAIT | direction);
        bench.command(ADSTART);
        for value in expected {
            bench.run(10);
            assert_eq!((bench.take(), bench.read(ISR) & OVR), (value, 0));
        }
    }
}

#[test]
fn an_overrun_keeps_the_old_result_or_takes_the_new_one() {
    for (mode, expected) in [(0, 124), (1 << 12, 248)] {
        let mut bench = enabled(l031());
        bench.board.apply("PA0", 100_000).unwrap();
        bench.board.apply("PA3", 200_000).unwrap();
        bench.write(CFGR1, mode);
        bench.write(CHSELR, 0b1001);
        bench.command(ADSTART);
        bench.run(10);
        assert_eq!(bench.read(ISR) & (EOC | OVR), EOC | OVR);
        assert_eq!(bench.take(), expected);
        assert_eq!(bench.read(ISR) & (EOC | OVR), OVR);
    }
}

#[test]
fn the_watchdog_guards_a_window() {
    for (cfgr1, channel, millivolts, outside) in [
        (1 << 23, 2, 500, true),
        (1 << 23, 2, 1_000, false),
        (1 << 23, 2, 2_000, true),
        (2 << 26 | 0b11 << 22, 2, 2_000, true),
        (3 << 26 | 0b11 << 22, 2, 2_000, false),
        (0, 2, 2_000, false),
    ] {
        let mut bench = enabled(l031());
        bench.write(TR, (2_000 << 16) + 1_000);
        bench.write(IER, AWD);
        bench.board.apply("PA2", millivolts * 1_000).unwrap();
        bench.write(CFGR1, cfgr1);
        bench.convert(channel);
        assert_eq!(
            bench.read(ISR) & AWD != 0,
            outside,
            "{cfgr1:#x} {millivolts}"
        );
        assert_eq!(bench.pending() & 1 << 12 != 0, outside);
    }
}

#[test]
fn results_go_to_memory_by_dma() {
    let mut bench = enabled(l031());
    bench.set(RCC + 0x30, 1);
    bench.board.apply("PA0", 100_000).unwrap();
    bench.board.apply("PA3", 200_000).unwrap();
    let dma = 0x4002_0008;
    for (offset, value) in [
        (4, 4),
        (8, DR),
        (12, RAM),
        (0, 0b01 << 10 | 0b01 << 8 | 1 << 7 | 1 << 5 | 1),
    ] {
        bench.write(dma + offset, value);
    }
    bench.write(CHSELR, 0b1001);
    // A transfer takes seven cycles of the core, a conversion 22.
    bench.write(SMPR, 7);
    bench.write(CFGR1, CONT | 0b11);
    bench.command(ADSTART);
    bench.run(100);
    assert_eq!(bench.read(ISR) & OVR, 0);
    let words = [0, 4].map(|at| bench.board.peek(RAM + at, Width::Word).unwrap());
    assert_eq!(words, [(248 << 16) + 124; 2]);
    // Without a channel that reads, the next conversion but one finds the last one there.
    bench.write(dma, 0);
    bench.run(50);
    assert_eq!(bench.read(ISR) & OVR, OVR);
}

/// TIM2 with an update each millisecond starts conversions, whether its flag is cleared or not.
#[test]
fn a_timer_triggers() {
    let mut bench = enabled(l031());
    bench.write(CHSELR, 1);
    bench.write(CFGR1, 0b01 << 10 | 2 << 6);
    bench.command(ADSTART);
    bench.write(TIM2 + 0x2C, 2_096);
    bench.write(TIM2 + 4, 0b010 << 4);
    bench.write(TIM2, 1);
    bench.run(900);
    assert_eq!(bench.read(ISR) & EOC, 0);
    for _ in 0..3 {
        bench.run(1_000);
        assert_eq!(bench.read(ISR) & (EOC | OVR), EOC);
        bench.take();
        assert_eq!(bench.read(CR) & ADSTART, ADSTART);
    }
}

#[test]
fn without_its_clock_nothing_is_converted() {
    let mut bench = Bench::l031();
    bench.set(RCC + 0x34, 1 << 9);
    bench.write(CR, ADEN);
    bench.run(1_000);
    assert_eq!(bench.read(ISR), 0, "the HSI16 is off");
    bench.set(RCC, 1);
    bench.run(20);
    assert_eq!(bench.read(ISR), ADRDY);
}

/// A loop that waits for the converter, without its oscillator and without a start.
#[test]
fn who_waits_for_what_never_comes_is_told_what_is_missing() {
    for (oscillator, expected) in [(0x300, "has no clock"), (0x301, "`CR.ADSTART`")] {
        let mut program = Asm::new();
        for (address, value) in [(RCC, oscillator), (RCC + 0x34, 1 << 9), (CR, ADEN)] {
            program.store(address, value);
        }
        program.load(0, ADC).movs(3, EOC as u16);
        program
            .label("wait")
            .ldr(2, 0, 0)
            .op(0x421A)
            .beq("wait")
            .exit();
        let mut bench = Bench::l031();
        assert_eq!(bench.run_loaded(&program), Stop::Stuck);
        let hint = bench.board.findings()[0].hint.clone().unwrap();
        assert!(hint.contains(expected), "{hint}");
    }
}

/// Sums up results of continuous conversions while a script changes the voltage.
#[test]
fn jumping_over_loops_that_wait_for_results_changes_nothing() {
    let mut program = Asm::new();
    for (address, value) in [(RCC, 0x301), (RCC + 0x34, 1 << 9), (CR, ADEN)] {
        program.store(address, value);
    }
    program.load(0, ADC).movs(3, 1);
    program.label("ready").ldr(2, 0, 0).op(0x421A).beq("ready");
    for (address, value) in [(CHSELR, 1), (SMPR, 7), (CFGR1, CONT), (CR, ADEN | ADSTART)] {
        program.store(address, value);
    }
    program.movs(4, 0).movs(5, 200).movs(3, EOC as u16);
    program.label("next").ldr(2, 0, 0).op(0x421A).beq("next");
    // R4 += DR.
    program
        .ldr(2, 0, 0x40)
        .op(0x18A4)
        .op(0x3D01)
        .bne("next")
        .exit();
    let run = |skip| {
        let mut bench = Bench::l031();
        bench.board.load(&elf(&program)).unwrap();
        let script = "1ms PA0 1V\n+500us PA0 2V\n";
        bench
            .board
            .play(bringup_board::Script::parse(script).unwrap())
            .unwrap();
        let options = RunOptions {
            skip,
            ..RunOptions::limited(Duration::from_millis(10))
        };
        let stop = bench.board.run(&options).unwrap();
        (
            stop,
            bench.board.cycles(),
            bench.board.instructions(),
            bench.board.core().reg(4),
        )
    };
    let skipped = run(true);
    assert_eq!(skipped.0, Stop::Exit);
    assert!(skipped.3 > 100 * 1_241, "{}", skipped.3);
    assert_eq!(skipped, run(false));
}

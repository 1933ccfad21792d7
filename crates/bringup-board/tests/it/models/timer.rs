//! Timers: RM0377 chapters 20 to 22, RM0091 chapters 17 and 18.

use super::Bench;

const GPIOA: u32 = 0x5000_0000;
const TIM2: u32 = 0x4000_0000;
const TIM21: u32 = 0x4001_0800;
const TIM1: u32 = 0x4001_2C00;
const CR1: u32 = 0x00;
const SMCR: u32 = 0x08;
const DIER: u32 = 0x0C;
const SR: u32 = 0x10;
const EGR: u32 = 0x14;
const CCMR1: u32 = 0x18;
const CCER: u32 = 0x20;
const CNT: u32 = 0x24;
const PSC: u32 = 0x28;
const ARR: u32 = 0x2C;
const RCR: u32 = 0x30;
const CCR1: u32 = 0x34;
const CCR2: u32 = 0x38;
const BDTR: u32 = 0x44;

/// PA0 as `TIM2_CH1`, PA1 as `TIM2_CH2`, a tick of the timer every microsecond or so: 2.097152 MHz / 2.
fn timer() -> Bench {
    let mut bench = Bench::l031();
    bench.write(GPIOA, 0xEBFF_FCFA);
    bench.write(GPIOA + 0x20, 0x22);
    bench.write(TIM2 + PSC, 1);
    bench.write(TIM2 + ARR, 999);
    bench.write(TIM2 + EGR, 1);
    bench.write(TIM2 + SR, 0);
    bench
}

/// Lets the core take a number of cycles, a few more at most.
fn cycles(bench: &mut Bench, cycles: u64) {
    let end = bench.board.cycles() + cycles;
    while bench.board.cycles() < end {
        bench.board.step();
    }
}

#[test]
fn counts_up_down_and_both_ways_without_being_looked_at() {
    let mut bench = timer();
    bench.write(TIM2 + CR1, 1);
    let start = bench.board.cycles();
    for _ in 0..50 {
        cycles(&mut bench, 1_237);
        let ticks = (bench.board.cycles() - start) / 2;
        assert_eq!(u64::from(bench.read(TIM2 + CNT)), ticks % 1_000);
    }
    // Down: from the reload value.
    let mut bench = timer();
    bench.write(TIM2 + CR1, 1 << 4);
    bench.write(TIM2 + EGR, 1);
    assert_eq!(bench.read(TIM2 + CNT), 999);
    bench.write(TIM2 + CR1, 1 << 4 | 1);
    let start = bench.board.cycles();
    cycles(&mut bench, 5_001);
    let ticks = (bench.board.cycles() - start) / 2;
    assert_eq!(u64::from(bench.read(TIM2 + CNT)), 999 - ticks % 1_000);
    // Both ways, which `DIR` tells.
    let mut bench = timer();
    bench.write(TIM2 + CR1, 0b01 << 5 | 1);
    let start = bench.board.cycles();
    cycles(&mut bench, 2_500);
    let ticks = (bench.board.cycles() - start) / 2;
    assert_eq!(u64::from(bench.read(TIM2 + CNT)), 1_998 - ticks);
    assert_eq!(bench.read(TIM2 + CR1) >> 4 & 1, 1);
}

#[test]
fn an_update_interrupts_and_its_flag_is_cleared_by_writing_zero() {
    let mut bench = timer();
    bench.write(TIM2 + DIER, 1);
    bench.write(TIM2 + CR1, 1);
    bench.run(900);
    assert_eq!((bench.read(TIM2 + SR) & 1, bench.pending()), (0, 0));
    bench.run(100);
    assert_eq!((bench.read(TIM2 + SR) & 1, bench.pending()), (1, 1 << 15));
    bench.write(TIM2 + SR, !1);
    assert_eq!(bench.read(TIM2 + SR) & 1, 0);
    bench.write(0xE000_E280, 1 << 15);
    bench.run(1_000);
    assert_eq!(bench.pending(), 1 << 15);
}

#[test]
fn urs_udis_and_opm_do_what_they_are_for() {
    let mut bench = timer();
    bench.write(TIM2 + CR1, 1 << 2);
    bench.write(TIM2 + EGR, 1);
    assert_eq!(bench.read(TIM2 + SR) & 1, 0, "URS: no flag from software");
    bench.write(TIM2 + CR1, 1 << 1 | 1);
    bench.run(3_000);
    assert_eq!(bench.read(TIM2 + SR) & 1, 0, "UDIS: no update");
    bench.write(TIM2 + CR1, 1 << 3 | 1);
    bench.run(3_000);
    assert_eq!(bench.read(TIM2 + CR1), 1 << 3, "OPM: it stops");
    assert_eq!((bench.read(TIM2 + CNT), bench.read(TIM2 + SR) & 1), (0, 1));
}

#[test]
fn preloads_wait_for_the_update() {
    let mut bench = timer();
    bench.write(TIM2 + CR1, 1 << 7 | 1);
    bench.write(TIM2 + ARR, 99);
    bench.write(TIM2 + PSC, 0);
    cycles(&mut bench, 1_000);
    assert!(bench.read(TIM2 + CNT) >= 499, "ARPE: still the old period");
    cycles(&mut bench, 1_010);
    let value = bench.read(TIM2 + CNT);
    cycles(&mut bench, 100);
    assert!(value < 100);
    assert!(
        bench.read(TIM2 + CNT).abs_diff(value) < 4,
        "100 cycles are a period now"
    );
}

#[test]
fn pwm_comes_out_of_the_pin_with_its_period_and_duty() {
    let mut bench = timer();
    bench.write(
        TIM2 + CCMR1,
        0b110 << 4 | 1 << 3 | (0b111 << 4 | 1 << 3) << 8,
    );
    bench.write(TIM2 + CCR1, 250);
    bench.write(TIM2 + CCR2, 100);
    bench.write(TIM2 + CCER, 0b11_0001);
    bench.write(TIM2 + EGR, 1);
    bench.write(TIM2 + CR1, 1);
    bench.run(10_000);
    let spans = bench.spans("PA0");
    assert!(spans.len() > 15, "{spans:?}");
    assert!(
        spans
            .chunks_exact(2)
            .all(|pair| pair == [1_500, 500] || pair == [500, 1_500])
    );
    // Mode 2 with inverted polarity is mode 1.
    assert!(
        bench
            .spans("PA1")
            .windows(2)
            .all(|pair| pair[0] + pair[1] == 2_000)
    );
    assert!(bench.spans("PA1").contains(&200));
    // A new duty is heard at the end of a period.
    bench.write(TIM2 + CCR1, 0);
    bench.run(2_000);
    let edges = bench.board.pin("PA0").unwrap().edges().len();
    bench.run(3_000);
    assert_eq!(bench.board.pin("PA0").unwrap().edges().len(), edges);
    assert_eq!(bench.board.pin("PA0").unwrap().level(), Some(false));
    bench.write(TIM2 + CCR1, 1_000);
    bench.run(3_000);
    assert_eq!(bench.board.pin("PA0").unwrap().level(), Some(true));
}

#[test]
fn centre_aligned_pwm_is_symmetrical() {
    let mut bench = timer();
    bench.write(TIM2 + ARR, 100);
    bench.write(TIM2 + CCMR1, 0b110 << 4);
    bench.write(TIM2 + CCR1, 30);
    bench.write(TIM2 + CCER, 1);
    bench.write(TIM2 + CR1, 0b11 << 5 | 1);
    bench.run(2_000);
    let spans = bench.spans("PA0");
    assert!(spans.len() > 10);
    assert!(
        spans[1..]
            .chunks_exact(2)
            .all(|pair| pair == [120, 280] || pair == [280, 120]),
        "{spans:?}"
    );
}

#[test]
fn compare_flags_toggle_and_interrupt() {
    let mut bench = timer();
    bench.write(TIM2 + CCMR1, 0b011 << 4);
    bench.write(TIM2 + CCR1, 500);
    bench.write(TIM2 + CCER, 1);
    bench.write(TIM2 + DIER, 0b10);
    bench.write(TIM2 + CR1, 1);
    bench.run(450);
    assert_eq!(bench.pending(), 0);
    bench.run(50);
    assert_eq!(bench.pending(), 1 << 15);
    bench.run(5_000);
    assert!(bench.spans("PA0").iter().all(|span| *span == 2_000));
    assert!(bench.spans("PA0").len() > 3);
}

#[test]
fn capture_keeps_the_count_of_an_edge() {
    let mut bench = timer();
    bench.write(TIM2 + CCMR1, 0b10 << 8 | 0b01);
    // Channel 1: rising edges of PA0; channel 2: falling edges of PA0.
    bench.write(TIM2 + CCER, 0b11_0001);
    bench.write(TIM2 + CR1, 1);
    bench.run(200);
    bench.board.drive("PA0", Some(true)).unwrap();
    let first = bench.read(TIM2 + CNT);
    bench.run(300);
    bench.board.drive("PA0", Some(false)).unwrap();
    let second = bench.read(TIM2 + CNT);
    assert_eq!(
        (bench.read(TIM2 + CCR1), bench.read(TIM2 + CCR2)),
        (first, second)
    );
    assert!(second > first + 250);
    assert_eq!(bench.read(TIM2 + SR) & 0b110, 0b110);
    bench.board.drive("PA0", Some(true)).unwrap();
    assert_eq!(bench.read(TIM2 + SR) >> 9 & 0b11, 0b01, "CC1OF");
}

#[test]
fn an_input_can_reset_start_and_clock_the_counter() {
    let mut bench = timer();
    bench.write(TIM2 + CCMR1, 0b01);
    bench.write(TIM2 + SMCR, 0b101 << 4 | 0b100);
    bench.write(TIM2 + CR1, 1);
    bench.run(300);
    bench.board.drive("PA0", Some(true)).unwrap();
    assert_eq!(
        (bench.read(TIM2 + CNT), bench.read(TIM2 + SR) >> 6 & 1),
        (0, 1)
    );
    let mut bench = timer();
    bench.write(TIM2 + SMCR, 0b101 << 4 | 0b110);
    bench.board.drive("PA0", Some(true)).unwrap();
    assert_eq!(bench.read(TIM2 + CR1), 1);
    let mut bench = timer();
    bench.write(TIM2 + PSC, 0);
    bench.write(TIM2 + EGR, 1);
    bench.write(TIM2 + SMCR, 0b101 << 4 | 0b111);
    bench.write(TIM2 + CR1, 1);
    for _ in 0..5 {
        bench.board.drive("PA0", Some(true)).unwrap();
        bench.board.drive("PA0", Some(false)).unwrap();
        bench.run(100);
    }
    assert_eq!(bench.read(TIM2 + CNT), 5);
}

#[test]
fn the_prescaler_divides_an_external_clock() {
    let mut bench = timer();
    bench.write(TIM2 + PSC, 2);
    bench.write(TIM2 + EGR, 1);
    bench.write(TIM2 + SMCR, 0b101 << 4 | 0b111);
    bench.write(TIM2 + CR1, 1);
    for _ in 0..10 {
        bench.board.drive("PA0", Some(true)).unwrap();
        bench.board.drive("PA0", Some(false)).unwrap();
    }
    assert_eq!(bench.read(TIM2 + CNT), 3);
}

#[test]
fn a_gate_holds_the_counter() {
    let mut bench = timer();
    // Input 2, inverted: the counter runs while PA1 is low.
    bench.board.drive("PA1", Some(true)).unwrap();
    bench.write(TIM2 + CCER, 0b10_0000);
    bench.write(TIM2 + SMCR, 0b110 << 4 | 0b101);
    bench.write(TIM2 + CR1, 1);
    bench.run(300);
    assert_eq!((bench.read(TIM2 + CNT), bench.read(TIM2 + SR)), (0, 0));
    bench.board.drive("PA1", Some(false)).unwrap();
    let start = bench.board.cycles();
    assert_eq!(bench.read(TIM2 + SR), 1 << 6, "it started");
    cycles(&mut bench, 800);
    let ticks = (bench.board.cycles() - start) / 2;
    assert_eq!(u64::from(bench.read(TIM2 + CNT)), ticks);
    bench.board.drive("PA1", Some(true)).unwrap();
    let held = bench.read(TIM2 + CNT);
    bench.run(300);
    assert_eq!(bench.read(TIM2 + CNT), held);
    bench.board.drive("PA1", Some(false)).unwrap();
    bench.run(100);
    assert!(bench.read(TIM2 + CNT) > held);
}

/// Turns an encoder on PA0 and PA1 by so many edges, forwards (PA0 ahead) or backwards.
fn turn(bench: &mut Bench, place: &mut i32, edges: i32) {
    for _ in 0..edges.abs() {
        *place += edges.signum();
        let (first, second) = (
            matches!(place.rem_euclid(4), 1 | 2),
            place.rem_euclid(4) >= 2,
        );
        bench.board.drive("PA0", Some(first)).unwrap();
        bench.board.drive("PA1", Some(second)).unwrap();
        bench.run(20);
    }
}

#[test]
fn the_counter_follows_a_quadrature_encoder() {
    for (mode, divisor) in [(0b011, 1), (0b001, 2), (0b010, 2)] {
        let mut bench = timer();
        let mut place = 0;
        bench.write(TIM2 + PSC, 0);
        bench.write(TIM2 + ARR, 99);
        bench.write(TIM2 + EGR, 1);
        bench.write(TIM2 + SR, 0);
        bench.write(TIM2 + CCMR1, 0b01 << 8 | 0b01);
        bench.write(TIM2 + SMCR, mode);
        turn(&mut bench, &mut place, 4);
        assert_eq!(bench.read(TIM2 + CNT), 0, "it is not enabled");
        bench.write(TIM2 + CR1, 1);
        turn(&mut bench, &mut place, 40);
        assert_eq!(bench.read(TIM2 + CNT), 40 / divisor);
        assert_eq!(bench.read(TIM2 + CR1), 1, "up");
        turn(&mut bench, &mut place, -12);
        assert_eq!(bench.read(TIM2 + CNT), 28 / divisor);
        assert_eq!(bench.read(TIM2 + CR1), 1 | 1 << 4, "down");
        assert_eq!(bench.read(TIM2 + SR) & 1, 0);
        turn(&mut bench, &mut place, -32);
        assert_eq!(bench.read(TIM2 + CNT), 100 - 4 / divisor);
        assert_eq!(bench.read(TIM2 + SR) & 1, 1, "it went below 0");
        bench.write(TIM2 + SR, 0);
        turn(&mut bench, &mut place, 4);
        assert_eq!(bench.read(TIM2 + CNT), 0);
        assert_eq!(
            bench.read(TIM2 + SR) & 1,
            1,
            "it went beyond the reload value"
        );
    }
    // An inverted input turns the direction.
    let mut bench = timer();
    let mut place = 0;
    bench.write(TIM2 + PSC, 0);
    bench.write(TIM2 + EGR, 1);
    bench.write(TIM2 + CCER, 0b10);
    bench.write(TIM2 + SMCR, 0b011);
    bench.write(TIM2 + CR1, 1);
    turn(&mut bench, &mut place, 5);
    assert_eq!(bench.read(TIM2 + CNT), 995);
}

#[test]
fn a_divided_bus_doubles_into_the_timer() {
    let mut bench = Bench::l031();
    // PCLK2 = HCLK / 4: TIM21 counts every two core cycles.
    bench.write(0x4002_100C, 0b101 << 11);
    bench.write(TIM21 + CR1, 1);
    let start = bench.board.cycles();
    cycles(&mut bench, 1_000);
    let passed = bench.board.cycles() - start;
    assert_eq!(u64::from(bench.read(TIM21 + CNT)), passed / 2);
    // From here on at full speed; what was counted stays.
    let before = bench.read(TIM21 + CNT);
    bench.write(0x4002_100C, 0);
    let start = bench.board.cycles();
    cycles(&mut bench, 1_000);
    let passed = bench.board.cycles() - start;
    assert_eq!(u64::from(bench.read(TIM21 + CNT) - before), passed);
}

#[test]
fn advanced_outputs_need_moe_and_have_complements() {
    let mut bench = Bench::f042();
    // PA8 and PA7 as TIM1_CH1 and TIM1_CH1N.
    bench.write(0x4800_0000, 0x2802_8000);
    bench.write(0x4800_0020, 2 << 28);
    bench.write(0x4800_0024, 2);
    bench.write(TIM1 + ARR, 99);
    bench.write(TIM1 + RCR, 2);
    bench.write(TIM1 + CCR1, 40);
    bench.write(TIM1 + CCMR1, 0b110 << 4);
    bench.write(TIM1 + CCER, 0b0101);
    bench.write(TIM1 + EGR, 1);
    bench.write(TIM1 + SR, 0);
    bench.write(TIM1 + DIER, 1);
    bench.write(TIM1 + CR1, 1);
    bench.run(30);
    assert_eq!(bench.pending(), 0, "the repetition counter leaves out two");
    assert_eq!(bench.board.pin("PA8").unwrap().level(), None);
    bench.run(10);
    assert_eq!(bench.pending(), 1 << 13);
    bench.write(TIM1 + BDTR, 1 << 15);
    bench.run(100);
    assert!(bench.spans("PA8").len() > 5 && bench.spans("PA7").len() > 5);
    assert!(
        bench.spans("PA8")[1..]
            .iter()
            .all(|span| [40, 60].contains(span))
    );
    let level = |pin| bench.board.pin(pin).unwrap().level().unwrap();
    assert_ne!(level("PA8"), level("PA7"));
    bench.write(TIM1 + DIER, 0b10);
    bench.write(0xE000_E280, u32::MAX);
    assert_eq!(
        bench.pending() & 1 << 14,
        1 << 14,
        "captures and compares have their own"
    );
}

#[test]
fn the_wide_timer_has_32_bits_and_the_others_16() {
    let mut bench = Bench::f042();
    assert_eq!(bench.read(TIM2 + ARR), u32::MAX);
    bench.write(TIM2 + CNT, 0x1234_5678);
    assert_eq!(bench.read(TIM2 + CNT), 0x1234_5678);
    let mut bench = Bench::l031();
    bench.write(TIM2 + CNT, 0x1234_5678);
    assert_eq!(
        (bench.read(TIM2 + CNT), bench.read(TIM2 + ARR)),
        (0x5678, 0xFFFF)
    );
}

#[test]
fn a_timer_without_a_clock_stands() {
    let mut bench = timer();
    bench.write(TIM2 + CR1, 1);
    bench.run(300);
    let enabled = bench.read(0x4002_1038);
    let before = bench.read(TIM2 + CNT);
    bench.write(0x4002_1038, enabled & !1);
    bench.run(5_000);
    bench.write(0x4002_1038, enabled);
    assert_eq!(bench.read(TIM2 + CNT), before);
    assert_eq!(bench.read(TIM2 + SR) & 1, 0);
    bench.run(300);
    assert!((290..=330).contains(&(bench.read(TIM2 + CNT) - before)));
}

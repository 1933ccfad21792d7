//! What goes on at a few kilohertz: the real-time clock and the low-power timer.

use super::Bench;

const RCC_CCIPR: u32 = 0x4002_104C;
const RCC_CSR: u32 = 0x4002_1050;
const PWR_CR: u32 = 0x4000_7000;

const LPTIM: u32 = 0x4000_7C00;
const ISR: u32 = LPTIM;
const ICR: u32 = LPTIM + 0x04;
const CFGR: u32 = LPTIM + 0x0C;
const CR: u32 = LPTIM + 0x10;
const CMP: u32 = LPTIM + 0x14;
const ARR: u32 = LPTIM + 0x18;
const CNT: u32 = LPTIM + 0x1C;

const TR: u32 = 0x4000_2800;
const DR: u32 = 0x4000_2804;
const RTC_CR: u32 = 0x4000_2808;
const RTC_ISR: u32 = 0x4000_280C;
const PRER: u32 = 0x4000_2810;
const WUTR: u32 = 0x4000_2814;
const ALRMAR: u32 = 0x4000_281C;
const WPR: u32 = 0x4000_2824;
const SSR: u32 = 0x4000_2828;
const ALRMASSR: u32 = 0x4000_2844;
const BKP0R: u32 = 0x4000_2850;

/// A low-power timer that counts the LSI of 37 kHz up to `reload`.
fn lptim(reload: u32) -> Bench {
    let mut bench = Bench::l031();
    bench.write(RCC_CSR, 1);
    bench.run(300);
    bench.write(RCC_CCIPR, 0b01 << 18);
    bench.write(CR, 1);
    bench.write(ARR, reload);
    bench.run(100);
    assert_eq!(bench.read(ISR), 1 << 4, "`ARROK`");
    bench.write(ICR, 0x7F);
    bench
}

#[test]
fn the_low_power_timer_counts_the_clock_that_is_selected() {
    // 370 ticks are 10 ms.
    let mut bench = lptim(369);
    bench.write(CMP, 99);
    bench.run(100);
    assert_eq!(bench.read(ISR), 1 << 3, "`CMPOK`");
    bench.write(CR, 0b101);
    bench.run(2_690);
    assert_eq!((bench.read(CNT), bench.read(ISR) & 0b11), (99, 0b01));
    bench.run(7_250);
    assert_eq!((bench.read(CNT), bench.read(ISR) & 0b11), (367, 0b01));
    bench.run(50);
    assert_eq!(bench.read(ISR) & 0b11, 0b11);
    bench.write(ICR, 0b11);
    bench.run(9_900);
    assert_eq!(bench.read(ISR) & 0b11, 0b01);
    // The way it ends is changed: it stops at the end of this period.
    bench.write(CR, 0b011);
    bench.run(20_000);
    assert_eq!((bench.read(CNT), bench.read(CR)), (0, 1));
    bench.write(CR, 0);
    bench.write(CR, 1);
    bench.run(20_000);
    assert_eq!(bench.read(CNT), 0, "nothing starts it");
}

#[test]
fn the_low_power_timer_drives_its_pin_and_counts_another() {
    let mut bench = lptim(36);
    bench.write(0x4002_102C, 0b11);
    // PA7 is the output, PB5 the input.
    bench.write(0x5000_0020, 1 << 28);
    bench.write(0x5000_0000, 0xEBFF_BCFF);
    bench.write(0x5000_0420, 2 << 20);
    bench.write(0x5000_0400, 0xFFFF_FBFF);
    bench.write(CMP, 26);
    bench.run(100);
    bench.write(CR, 0b101);
    bench.run(10_000);
    // Periods of 1 ms, high from the compare value to the end: 10 ticks of 37.
    let edges = bench.board.pin("PA7").unwrap().edges();
    assert!(edges.len() >= 18, "{edges:?}");
    for pair in edges.windows(2) {
        let cycles = pair[1].cycle - pair[0].cycle;
        let wanted = if pair[0].level { 566 } else { 1_530 };
        assert!(cycles.abs_diff(wanted) < 3, "{edges:?}");
    }
    bench.write(CR, 0);
    // Both edges of the input, divided by two.
    bench.write(CFGR, 1 << 23 | 0b10 << 1 | 1 << 9);
    bench.write(CR, 1);
    bench.write(CR, 0b101);
    for _ in 0..7 {
        bench.board.drive("PB5", Some(true)).unwrap();
        bench.run(10);
        bench.board.drive("PB5", Some(false)).unwrap();
        bench.run(10);
    }
    assert_eq!(bench.read(CNT), 7);
}

/// A calendar clocked by the LSI of 37 kHz, a second being 1000 ticks, set to a time and a date.
fn calendar(time: u32, date: u32) -> Bench {
    let mut bench = Bench::l031();
    bench.write(RCC_CSR, 1);
    bench.write(0x4002_1038, 1 << 28);
    bench.write(PWR_CR, 1 << 8);
    bench.run(300);
    bench.write(RCC_CSR, 1 | 0b10 << 16 | 1 << 18);
    bench.write(TR, 0x01_0203);
    assert_eq!(bench.read(TR), 0, "protected by the key");
    bench.write(WPR, 0xCA);
    bench.write(WPR, 0x53);
    bench.write(TR, 0x01_0203);
    assert_eq!(bench.read(TR), 0, "the calendar runs");
    bench.write(RTC_ISR, 1 << 7);
    assert_eq!(bench.read(RTC_ISR) & 1 << 6, 0);
    bench.run(100);
    assert_eq!(bench.read(RTC_ISR) & 1 << 6, 1 << 6, "`INITF`");
    bench.write(PRER, 36 << 16 | 0x3E7);
    bench.write(TR, time);
    bench.write(DR, date);
    bench.write(RTC_ISR, 0);
    bench
}

fn now(bench: &Bench) -> (u32, u32) {
    (bench.read(TR), bench.read(DR))
}

#[test]
fn the_calendar_goes_on_over_the_end_of_a_year_and_through_a_reset() {
    // Tuesday, the 31st of December of 2024.
    let mut bench = calendar(0x23_5958, 0x24_5231);
    bench.run(1_250_000);
    assert_eq!(bench.read(RTC_ISR) & 0x70, 0x30, "`RSF`, `INITS`");
    assert_eq!(bench.read(SSR), 749);
    assert_eq!(now(&bench), (0x23_5959, 0x24_5231));
    bench.write(BKP0R, 0x1234_5678);
    // The LSI is off after a reset, and the calendar stands without it.
    bench.board.reset();
    bench.run(700_000);
    bench.write(RCC_CSR, 1);
    bench.run(1_000_000);
    assert_eq!(now(&bench), (0, 0x25_6101));
    assert_eq!(bench.read(BKP0R), 0x1234_5678);
    // The domain is open no more after the reset of the power controller.
    bench.write(BKP0R, 0);
    assert_eq!(bench.read(BKP0R), 0x1234_5678);
    bench.write(0x4002_1038, 1 << 28);
    bench.write(PWR_CR, 1 << 8);
    bench.write(RCC_CSR, 1 << 19 | 1);
    bench.write(RCC_CSR, 1);
    assert_eq!((now(&bench), bench.read(BKP0R)), ((0, 0x2101), 0));
}

#[test]
fn alarms_and_the_wake_up_timer_come_when_they_are_due() {
    let mut bench = calendar(0x08_0000, 0x24_2101);
    // At 08:00:02 and a quarter of a second.
    bench.write(ALRMAR, 0x8008_0002);
    bench.write(ALRMASSR, 0xF << 24 | 0x2ED);
    bench.write(RTC_CR, 1 << 8);
    bench.run(2_240_000);
    assert_eq!(bench.read(RTC_ISR) & 1 << 8, 0);
    bench.run(20_000);
    assert_eq!(bench.read(RTC_ISR) & 1 << 8, 1 << 8, "`ALRAF`");
    bench.write(RTC_ISR, !(1 << 8));
    bench.run(3_000_000);
    assert_eq!(bench.read(RTC_ISR) & 1 << 8, 0);
    // 2,313 clocks of 37 kHz / 2 are 125 ms; it raises its line of the EXTI.
    assert_eq!(bench.read(RTC_ISR) & 1 << 2, 1 << 2, "`WUTWF`");
    bench.write(0x4001_0408, 1 << 20);
    bench.write(WUTR, 2_312);
    bench.write(RTC_CR, 1 << 14 | 1 << 10 | 0b011);
    assert_eq!(bench.read(RTC_ISR) & 1 << 2, 0);
    bench.run(124_000);
    assert_eq!(bench.read(RTC_ISR) & 1 << 10, 0);
    bench.run(2_000);
    assert_eq!(bench.read(RTC_ISR) & 1 << 10, 1 << 10, "`WUTF`");
    assert_eq!(bench.read(0x4001_0414), 1 << 20, "`PR` of the EXTI");
    bench.write(RTC_ISR, !(1 << 10));
    bench.run(125_000);
    assert_eq!(bench.read(RTC_ISR) & 1 << 10, 1 << 10, "and again");
}

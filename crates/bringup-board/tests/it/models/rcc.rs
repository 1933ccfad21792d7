//! Clock controllers: RM0377 chapter 7, RM0091 chapter 6.

use bringup_board::clock::Frequency;

use super::Bench;

const RCC: u32 = 0x4002_1000;
const PWR_CR: u32 = 0x4000_7000;

fn mhz(frequency: Frequency) -> f64 {
    frequency.as_hz() as f64 / 1e6
}

#[test]
fn f0_starts_on_its_hsi_and_reaches_48_mhz_from_each_source_of_the_pll() {
    for (source, multiplier, predivider) in [(0b00, 12, 1), (0b01, 6, 1), (0b11, 2, 2)] {
        let mut bench = Bench::f042();
        assert_eq!(bench.board.clock_tree().hclk, Frequency::hz(8_000_000));
        bench.write(0x4002_2000, 0x11);
        bench.write(RCC + 0x34, 1 << 16);
        bench.run(10);
        bench.write(RCC + 0x04, (multiplier - 2) << 18 | source << 15);
        bench.write(RCC + 0x2C, predivider - 1);
        // The lowest bit of the predivider shows in `CFGR` as well.
        assert_eq!(bench.read(RCC + 0x04) >> 17 & 1, (predivider - 1) & 1);
        bench.set(RCC, 1 << 24);
        bench.run(199);
        assert_eq!(bench.read(RCC) >> 25 & 1, 0);
        bench.run(2);
        assert_eq!(bench.read(RCC) >> 25 & 1, 1);
        bench.set(RCC + 0x04, 0b10 | 0b100 << 8);
        let tree = bench.board.clock_tree();
        assert_eq!((mhz(tree.hclk), mhz(tree.pclk1)), (48.0, 24.0));
        assert_eq!((tree.apb1, tree.timer1), (2, 1));
        assert_eq!(bench.read(RCC + 0x04) >> 2 & 0b11, 0b10);
        // The PLL and its source cannot be switched off while they clock the system.
        bench.write(RCC, 0);
        assert_ne!(bench.read(RCC) & 1 << 24, 0);
        assert!(bench.findings().is_empty(), "{:?}", bench.findings());
    }
}

#[test]
fn f0_ready_flags_interrupt_when_they_are_enabled_and_are_cleared_by_their_bit() {
    let mut bench = Bench::f042();
    bench.write(RCC + 0x08, 1 << 13);
    bench.set(RCC + 0x34, 1);
    bench.run(3);
    assert_eq!(bench.read(RCC + 0x34) >> 1 & 1, 1);
    assert_eq!(bench.read(RCC + 0x08), 1 << 13 | 1 << 5);
    assert_eq!(bench.pending(), 1 << 4);
    bench.write(RCC + 0x08, 1 << 21);
    assert_eq!(bench.read(RCC + 0x08), 0);
}

#[test]
fn no_crystal_means_no_clock() {
    // The Nucleo-32 boards feed no HSE, and the F042's has no LSE.
    let mut bench = Bench::f042();
    bench.set(RCC, 1 << 16);
    bench.write(PWR_CR, 1 << 8);
    bench.write(RCC + 0x20, 1);
    bench.run(3_000_000);
    assert_eq!(bench.read(RCC) >> 17 & 1, 0);
    assert_eq!(bench.read(RCC + 0x20), 1);
}

#[test]
fn the_backup_domain_is_written_through_dbp_alone_and_outlives_a_reset() {
    let mut bench = Bench::l031();
    let csr = RCC + 0x50;
    bench.set(csr, 1 << 8);
    assert_eq!(bench.read(csr) >> 8 & 1, 0, "protected");
    bench.set(PWR_CR, 1 << 8);
    bench.set(csr, 1 << 8 | 0b01 << 16);
    bench.run(1_900_000);
    assert_eq!(bench.read(csr) >> 9 & 1, 0);
    bench.run(200_000);
    assert_eq!(bench.read(csr) >> 9 & 1, 1, "X1 swings after two seconds");
    bench.board.reset();
    assert_eq!(bench.read(csr) >> 8 & 0b11, 0b11);
    assert_eq!(bench.read(csr) >> 16 & 0b11, 0b01);
    assert_eq!(
        bench.read(csr) >> 24,
        0b0001_1100,
        "SFTRSTF, PORRSTF, PINRSTF"
    );
    bench.write(RCC + 0x38, 1 << 28);
    bench.set(csr, 1 << 23);
    assert_eq!(bench.read(csr) >> 24, 0);
    bench.board.press_reset();
    assert_eq!(bench.read(csr) >> 24, 0b100);
    bench.write(RCC + 0x38, 1 << 28);
    bench.set(PWR_CR, 1 << 8);
    bench.set(csr, 1 << 19);
    assert_eq!(bench.read(csr) >> 8 & 0b11, 0, "RTCRST");
}

#[test]
fn kernel_clocks_follow_their_selection() {
    let mut bench = Bench::l031();
    bench.set(RCC, 1);
    bench.run(10);
    let usart2 = |bench: &Bench| bench.board.clock_tree().kernels.usart2.frequency;
    assert_eq!(usart2(&bench), Frequency::hz(2_097_152));
    bench.write(RCC + 0x4C, 0b10 << 2);
    assert_eq!(usart2(&bench), Frequency::hz(16_000_000));
    bench.write(RCC + 0x4C, 0b11 << 2);
    assert!(usart2(&bench).is_zero(), "the LSE is off");
}

#[test]
fn too_few_wait_states_are_found_by_voltage_range() {
    // 16 MHz without a wait state is right in range 1 alone.
    let mut bench = Bench::l031();
    bench.set(RCC, 1);
    bench.run(10);
    bench.write(PWR_CR, 0b01 << 11);
    bench.set(RCC + 0x0C, 0b01);
    assert!(bench.findings().is_empty());
    bench.write(PWR_CR, 0b10 << 11);
    assert_eq!(bench.findings(), ["flash-wait-states"]);

    let mut bench = Bench::f042();
    bench.write(RCC + 0x34, 1 << 16);
    bench.run(10);
    bench.set(RCC + 0x04, 0b11);
    insta::assert_snapshot!(bench.board.findings()[0].message, @"the flash is read at 48.000 MHz with 0 wait states, which is enough up to 24.0 MHz");
}

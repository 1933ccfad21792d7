//! Watchdogs and the CRC unit.

use bringup_board::Width;

use super::Bench;

const IWDG: u32 = 0x4000_3000;
const WWDG: u32 = 0x4000_2C00;
const CSR: u32 = 0x4002_1050;
const CRC: u32 = 0x4002_3000;
const IWDGRSTF: u32 = 1 << 29;
const WWDGRSTF: u32 = 1 << 30;

#[test]
fn the_independent_watchdog_resets_when_it_is_not_fed() {
    let mut bench = Bench::l031();
    bench.write(IWDG + 8, 100);
    assert_eq!(bench.read(IWDG + 8), 0xFFF, "locked");
    bench.write(IWDG, 0x5555);
    bench.write(IWDG + 4, 0b001);
    bench.write(IWDG + 8, 369);
    assert_eq!(bench.read(IWDG + 0xC), 0b011);
    bench.run(200);
    assert_eq!(bench.read(IWDG + 0xC), 0);
    // 370 ticks of 37 kHz / 8 are 80 ms.
    bench.write(IWDG, 0xCCCC);
    for _ in 0..5 {
        bench.run(79_000);
        bench.write(IWDG, 0xAAAA);
    }
    assert_eq!(bench.read(CSR) & IWDGRSTF, 0);
    bench.run(79_900);
    assert_eq!(bench.read(CSR) & IWDGRSTF, 0);
    bench.run(200);
    assert_eq!(bench.read(CSR) & IWDGRSTF, IWDGRSTF);
    assert_eq!(bench.read(0x4002_102C), 0, "the chip was reset");
    bench.run(2_000_000);
    bench.write(CSR, 1 << 23);
    assert_eq!(bench.read(CSR) & IWDGRSTF, 0);
}

#[test]
fn a_reload_outside_of_the_window_resets() {
    let mut bench = Bench::f042();
    bench.write(IWDG, 0xCCCC);
    bench.write(IWDG, 0x5555);
    bench.write(IWDG + 8, 999);
    bench.write(IWDG + 0x10, 500);
    // 40 kHz / 4: a tick every 100 microseconds; the window opens after 499 of them.
    bench.run(55_000);
    bench.write(IWDG, 0xAAAA);
    bench.run(10);
    assert_eq!(bench.read(0x4002_1024) & IWDGRSTF, 0);
    bench.run(40_000);
    bench.write(IWDG, 0xAAAA);
    bench.run(10);
    assert_eq!(bench.read(0x4002_1024) & IWDGRSTF, IWDGRSTF);
}

#[test]
fn the_window_watchdog_warns_then_resets() {
    let mut bench = Bench::l031();
    bench.write(WWDG + 4, 1 << 9 | 0x7F);
    bench.write(WWDG, 1 << 7 | 0x44);
    // A step is 4096 cycles of 2.097152 MHz, 1.953 ms: 0x44 to 0x40 are four of them.
    bench.run(7_700);
    assert_eq!((bench.read(WWDG) & 0x7F, bench.pending()), (0x41, 0));
    bench.run(200);
    assert_eq!(
        (
            bench.read(WWDG) & 0x7F,
            bench.read(WWDG + 8),
            bench.pending()
        ),
        (0x40, 1, 1)
    );
    bench.write(WWDG + 8, 0);
    bench.write(WWDG, 1 << 7 | 0x7F);
    bench.run(10_000);
    assert_eq!(bench.read(CSR) & WWDGRSTF, 0);
    bench.write(WWDG + 4, 0x50);
    bench.write(WWDG, 1 << 7 | 0x7F);
    bench.run(10);
    assert_eq!(
        bench.read(CSR) & WWDGRSTF,
        WWDGRSTF,
        "refreshed above the window"
    );
    let mut bench = Bench::l031();
    bench.write(WWDG, 1 << 7 | 0x41);
    bench.run(3_800);
    assert_eq!(bench.read(CSR) & WWDGRSTF, 0);
    bench.run(200);
    assert_eq!(bench.read(CSR) & WWDGRSTF, WWDGRSTF);
}

#[test]
fn the_crc_of_the_check_string_is_the_published_one() {
    let mut bench = Bench::l031();
    let feed = |bench: &mut Bench| {
        for byte in *b"123456789" {
            assert!(bench.board.poke_register(CRC, Width::Byte, u32::from(byte)));
        }
    };
    // CRC-32/MPEG-2, then CRC-32 (reversed in and out, complemented), then CRC-16/XMODEM.
    feed(&mut bench);
    assert_eq!(bench.read(CRC), 0x0376_E6E7);
    bench.write(CRC + 8, 1 | 0b01 << 5 | 1 << 7);
    feed(&mut bench);
    assert_eq!(!bench.read(CRC), 0xCBF4_3926);
    bench.write(CRC + 0x10, 0);
    bench.write(CRC + 0x14, 0x1021);
    bench.write(CRC + 8, 1 | 0b01 << 3);
    feed(&mut bench);
    assert_eq!(bench.read(CRC), 0x31C3);
}

//! Flash controllers: RM0377 chapter 3, RM0091 chapter 3.

use bringup_board::Width;

use super::Bench;

const FLASH: u32 = 0x4002_2000;

/// A store that firmware makes; false for a bus error.
fn store(bench: &mut Bench, address: u32, width: Width, value: u32) -> bool {
    bench.board.store(address, width, value)
}

fn unlock_l0(bench: &mut Bench) {
    for (offset, key) in [
        (0x0C, 0x89AB_CDEF),
        (0x0C, 0x0203_0405),
        (0x10, 0x8C9D_AEBF),
        (0x10, 0x1314_1516),
    ] {
        bench.write(FLASH + offset, key);
    }
}

#[test]
fn l0_keys_open_the_locks_in_order_and_a_wrong_one_shuts_them() {
    let mut bench = Bench::l031();
    let pecr = FLASH + 0x04;
    assert_eq!(bench.read(pecr), 0b111);
    bench.write(FLASH + 0x10, 0x8C9D_AEBF);
    bench.write(pecr, 0);
    assert_eq!(
        bench.read(pecr),
        0b111,
        "nothing is written while it is locked"
    );
    unlock_l0(&mut bench);
    assert_eq!(bench.read(pecr), 0b100);
    bench.write(pecr, 0b101);
    assert_eq!(
        bench.read(pecr) & 0b111,
        0b111,
        "PELOCK shuts PRGLOCK as well"
    );
    bench.write(FLASH + 0x0C, 0x1234);
    unlock_l0(&mut bench);
    assert_eq!(bench.read(pecr) & 0b111, 0b111, "shut until reset");
    bench.board.reset();
    unlock_l0(&mut bench);
    assert_eq!(bench.read(pecr), 0b100);
}

#[test]
fn l0_words_pages_and_half_pages_take_their_time() {
    let mut bench = Bench::l031();
    let (pecr, sr, at) = (FLASH + 0x04, FLASH + 0x18, 0x0800_4000);
    assert!(
        !store(&mut bench, at, Width::Word, 1),
        "locked: a bus error"
    );
    assert_eq!(bench.read(sr) & 1 << 8, 1 << 8);
    unlock_l0(&mut bench);
    bench.write(sr, 1 << 8);
    assert_eq!(bench.read(at), 0, "an erased word is 0");
    assert!(store(&mut bench, at, Width::Word, 0x1234_5678));
    assert_eq!(bench.read(sr) & 0b1111, 0b0001, "busy");
    bench.run(3_100);
    assert_eq!(bench.read(sr) & 1, 1);
    bench.run(200);
    assert_eq!(bench.read(sr) & 0b1111, 0b1110);
    assert_eq!(bench.read(at), 0x1234_5678);
    // Not erased before, and not a word.
    bench.write(sr, 0b10);
    assert!(store(&mut bench, at, Width::Word, 1));
    assert!(store(&mut bench, at + 8, Width::Byte, 1));
    assert_eq!(bench.read(sr) & !0b1100, 1 << 16 | 1 << 10);
    assert_eq!(bench.read(at), 0x1234_5678);
    // A page of 128 bytes.
    bench.write(pecr, bench.read(pecr) | 1 << 9 | 1 << 3);
    assert!(store(&mut bench, at + 4, Width::Word, 0));
    bench.run(3_300);
    assert_eq!(bench.read(at), 0);
    // Half a page: 16 words in a row.
    bench.write(pecr, bench.read(pecr) & !(1 << 9) | 1 << 10);
    for index in 0..16 {
        assert!(store(
            &mut bench,
            at + 64 + index * 4,
            Width::Word,
            index + 1
        ));
    }
    assert_eq!(bench.read(sr) & 1, 1);
    assert_eq!(bench.read(at + 64 + 15 * 4), 16);
    bench.run(3_300);
    bench.write(sr, u32::MAX);
    assert!(store(&mut bench, at + 4, Width::Word, 1));
    assert_eq!(bench.read(sr) & 1 << 9, 1 << 9, "not aligned");
}

#[test]
fn l0_eeprom_is_written_in_any_width_and_keeps_its_content_through_reset() {
    let mut bench = Bench::l031();
    let (sr, at) = (FLASH + 0x18, 0x0808_0010);
    assert!(!store(&mut bench, at, Width::Word, 1));
    unlock_l0(&mut bench);
    assert!(store(&mut bench, at + 1, Width::Byte, 0xA5));
    bench.run(3_300);
    assert_eq!((bench.read(at), bench.read(sr) & 1), (0xA500, 0));
    // What is there already has to be erased first.
    assert!(store(&mut bench, at + 2, Width::Halfword, 0xBEEF));
    bench.run(3_300);
    assert_eq!(bench.read(sr) & 1, 1);
    bench.run(3_300);
    assert_eq!((bench.read(at), bench.read(sr) & 1), (0xBEEF_A500, 0));
    bench.board.reset();
    assert_eq!(bench.read(at), 0xBEEF_A500);
}

#[test]
fn f0_halfwords_and_pages() {
    let mut bench = Bench::f042();
    let (sr, cr, at) = (FLASH + 0x0C, FLASH + 0x10, 0x0800_4000);
    assert_eq!(bench.read(at), u32::MAX, "an erased word is all ones");
    bench.write(cr, 1);
    assert!(!store(&mut bench, at, Width::Halfword, 0x1234), "locked");
    bench.write(FLASH + 4, 0x4567_0123);
    bench.write(FLASH + 4, 0xCDEF_89AB);
    assert_eq!(bench.read(cr), 0);
    assert!(
        !store(&mut bench, at, Width::Halfword, 0x1234),
        "PG is not set"
    );
    bench.write(cr, 1 | 1 << 12);
    assert!(
        !store(&mut bench, at, Width::Word, 0x1234),
        "halfwords only"
    );
    assert!(store(&mut bench, at, Width::Halfword, 0x1234));
    assert_eq!(bench.read(sr), 1);
    bench.run(54);
    assert_eq!((bench.read(sr), bench.read(at)), (1 << 5, 0xFFFF_1234));
    assert_eq!(bench.pending(), 1 << 3);
    bench.write(sr, 1 << 5);
    assert!(store(&mut bench, at, Width::Halfword, 0x1235));
    assert_eq!(bench.read(sr), 1 << 2, "PGERR");
    bench.write(sr, 1 << 2);
    bench.write(cr, 1 << 1);
    bench.write(FLASH + 0x14, at + 0x123);
    bench.write(cr, 1 << 1 | 1 << 6);
    bench.run(29_000);
    assert_eq!(bench.read(sr), 1);
    bench.run(1_100);
    assert_eq!((bench.read(sr), bench.read(at)), (1 << 5, u32::MAX));
    bench.write(cr, 1 << 7);
    assert_eq!(bench.read(cr) & 1 << 7, 1 << 7);
}

#[test]
fn the_prefetch_buffer_hides_wait_states_in_line() {
    let cycles = |acr: u32| {
        let mut bench = Bench::f042();
        bench.write(FLASH, acr);
        let before = bench.board.instructions();
        bench.run(1_000);
        bench.board.instructions() - before
    };
    assert!(
        cycles(0x01) < cycles(0x11),
        "{} {}",
        cycles(0x01),
        cycles(0x11)
    );
    assert_eq!(cycles(0x11), cycles(0x00));
}

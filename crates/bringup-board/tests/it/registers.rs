//! The register file, against a model of each register that is written bit by bit.

use bringup_board::Width;
use bringup_board::registers::{Layout, RegisterFile};
use proptest::prelude::*;

use crate::fixture;

fn file() -> RegisterFile {
    let device = fixture::device();
    let odd = device.peripheral("ODD").expect("the fixture has it");
    RegisterFile::new(Layout::new(odd.registers_expanded()))
}

const PLAIN: u32 = 0x00;
const GAPS: u32 = 0x04;
const FLAGS: u32 = 0x08;
const DRAIN: u32 = 0x0C;
const ONCE: u32 = 0x10;
const BYTES: u32 = 0x14;
const OVERLAP: u32 = 0x18;
const ORDER: u32 = 0x1C;
const WIDE: u32 = 0x20;

/// What writing `raw` makes of a bit of `FLAGS`, by the position of its nibble.
fn flag(bit: u32, old: bool, raw: bool) -> bool {
    match bit / 4 {
        0 => old && !raw,
        1 => old || raw,
        2 => old ^ raw,
        3 => old && raw,
        4 => old || !raw,
        5 => old ^ !raw,
        6 => false,
        _ => true,
    }
}

fn widths() -> impl Strategy<Value = (Width, u32)> {
    prop_oneof![
        Just((Width::Word, 0)),
        (0..2_u32).prop_map(|half| (Width::Halfword, half * 2)),
        (0..4_u32).prop_map(|byte| (Width::Byte, byte)),
    ]
}

proptest! {
    #[test]
    fn plain_registers_are_memory_at_every_width(writes in prop::collection::vec((widths(), any::<u32>()), 1..20)) {
        let mut file = file();
        let mut memory = 0xDEAD_BEEF_u32.to_le_bytes();
        for ((width, offset), value) in writes {
            let value = value & width.mask();
            prop_assert!(file.write(PLAIN + offset, width, value));
            let size = width.bytes() as usize;
            memory[offset as usize..][..size].copy_from_slice(&value.to_le_bytes()[..size]);
            prop_assert_eq!(file.read(PLAIN, Width::Word), Some(u32::from_le_bytes(memory)));
            prop_assert_eq!(file.read(PLAIN + offset, width), Some(value));
        }
    }

    #[test]
    fn read_only_and_reserved_bits_never_change(writes in prop::collection::vec((widths(), any::<u32>()), 1..20)) {
        const WRITABLE: u32 = 0xFF00_000F;
        let mut file = file();
        let mut expected = 0x1234_5678;
        for ((width, offset), value) in writes {
            let lanes = width.mask() << (offset * 8) & WRITABLE;
            let value = value & width.mask();
            file.write(GAPS + offset, width, value);
            expected = expected & !lanes | value << (offset * 8) & lanes;
            prop_assert_eq!(file.read(GAPS, Width::Word), Some(expected));
        }
        file.reset();
        prop_assert_eq!(file.read(GAPS, Width::Word), Some(0x1234_5678));
    }

    #[test]
    fn modified_write_values_act_on_the_bytes_written(writes in prop::collection::vec((widths(), any::<u32>()), 1..20)) {
        let mut file = file();
        let mut expected = 0x0FF0_F00F_u32;
        for ((width, offset), value) in writes {
            let value = value & width.mask();
            file.write(FLAGS + offset, width, value);
            let (lanes, raw) = (width.mask() << (offset * 8), value << (offset * 8));
            expected = (0..32).filter(|bit| {
                let (old, raw) = (expected & 1 << bit != 0, raw & 1 << bit != 0);
                if lanes & 1 << bit == 0 { old } else { flag(*bit, old, raw) }
            }).fold(0, |bits, bit| bits | 1 << bit);
            prop_assert_eq!(file.read(FLAGS, Width::Word), Some(expected));
        }
    }

    #[test]
    fn any_access_anywhere_is_answered_or_declined(offset in any::<u32>(), value in any::<u32>()) {
        let mut file = file();
        for width in [Width::Byte, Width::Halfword, Width::Word] {
            let offset = offset & !(width.bytes() - 1);
            let there = file.write(offset, width, value & width.mask());
            prop_assert_eq!(file.read(offset, width).is_some(), there);
            prop_assert_eq!(there, offset < 0x28);
        }
    }
}

#[test]
fn reading_acts_on_the_bytes_read_and_peeking_does_not() {
    let mut file = file();
    assert_eq!(file.peek(DRAIN, Width::Word), Some(0x0000_ABCD));
    assert_eq!(file.read(DRAIN, Width::Byte), Some(0xCD));
    assert_eq!(file.peek(DRAIN, Width::Word), Some(0x0000_AB00));
    assert_eq!(file.read(DRAIN + 2, Width::Halfword), Some(0));
    assert_eq!(file.read(DRAIN, Width::Word), Some(0xFFFF_AB00));
    assert_eq!(file.read(DRAIN, Width::Word), Some(0xFFFF_0000));
    assert!(!file.is_stable(DRAIN) && file.is_stable(PLAIN));
}

#[test]
fn write_once_bits_take_one_write_until_reset() {
    let mut file = file();
    file.write(ONCE, Width::Word, 0x1234);
    file.write(ONCE, Width::Word, 0x5678);
    assert_eq!(file.read(ONCE, Width::Word), Some(0x5634));
    file.reset();
    file.write(ONCE, Width::Byte, 0x99);
    assert_eq!(file.read(ONCE, Width::Word), Some(0x0099));
}

#[test]
fn narrow_registers_share_a_word() {
    let mut file = file();
    assert_eq!(file.read(BYTES, Width::Word), Some(0x4433_2211));
    file.write(BYTES, Width::Word, 0xAAAA_AAAA);
    assert_eq!(file.read(BYTES, Width::Word), Some(0xAAAA_22AA));
    let names = [BYTES, BYTES + 1, BYTES + 2, BYTES + 3].map(|offset| {
        file.layout()
            .register_at(offset, Width::Byte)
            .map(|register| register.name.clone())
            .unwrap_or_default()
    });
    assert_eq!(names, ["BYTE0", "BYTE1", "HALF", "HALF"]);
}

#[test]
fn registers_at_one_address_are_one_word_that_takes_what_either_takes() {
    let mut file = file();
    file.write(OVERLAP, Width::Word, u32::MAX);
    assert_eq!(file.read(OVERLAP, Width::Word), Some(0xFFF));
}

#[test]
fn write_only_bits_read_as_their_reset_value() {
    let mut file = file();
    file.write(ORDER, Width::Word, 1);
    assert_eq!(file.read(ORDER, Width::Word), Some(0));
}

#[test]
fn wide_registers_are_two_words() {
    let mut file = file();
    assert_eq!((file.get(WIDE), file.get(WIDE + 4)), (1, 0x8000_0000));
    file.write(WIDE, Width::Word, 0);
    file.write(WIDE + 4, Width::Word, 0x7FFF_FFFF);
    assert_eq!((file.get(WIDE), file.get(WIDE + 4)), (0, 0x8000_0001));
}

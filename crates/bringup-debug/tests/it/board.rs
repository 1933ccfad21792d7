//! A board with a program of a few instructions.

use bringup_board::Board;
use bringup_device::{catalogue, svd};

/// Where the programs begin.
pub(crate) const CODE: u32 = 0x0800_00C0;

/// Counts in R0 by one and in R1 by two, for ever: `adds r0, #1`, `adds r1, #2`, `b`.
pub(crate) const COUNT: &[u16] = &[0x3001, 0x3102, 0xE7FC];

/// Counts in the first word of RAM by way of R1, for ever: `movs r0, #1`, `lsls r0, r0, #29`, `ldr r1, [r0]` (C4), `adds r1, #1`
/// (C6), `str r1, [r0]` (C8), `b` to the load.
pub(crate) const STORE: &[u16] = &[0x2001, 0x0740, 0x6801, 0x3101, 0x6001, 0xE7FB];

/// Ends with exit code 3 by `SYS_EXIT_EXTENDED`; the block of parameters follows the code.
pub(crate) const EXIT: &[u16] = &[
    0x2020, 0x4901, 0xBEAB, 0xE7FE, 0x00CC, 0x0800, 0x0026, 0x0002, 0x0003, 0x0000,
];

/// Loads a word from address 1.
pub(crate) const FAULT: &[u16] = &[0x2001, 0x6801, 0xE7FE];

/// `bkpt 1`.
pub(crate) const BKPT: &[u16] = &[0xBE01, 0xE7FE];

/// Waits for nothing.
pub(crate) const HANG: &[u16] = &[0xE7FE];

/// A peripheral whose status register is cleared by reading it.
pub(crate) const SVD: &str = r#"<?xml version="1.0"?>
<device schemaVersion="1.1"><name>TINY</name><version>1.0</version><description>Tiny</description>
<addressUnitBits>8</addressUnitBits><width>32</width><size>32</size><resetValue>0</resetValue><resetMask>0xFFFFFFFF</resetMask>
<peripherals><peripheral><name>DEMO</name><baseAddress>0x40000000</baseAddress>
<addressBlock><offset>0</offset><size>0x400</size><usage>registers</usage></addressBlock>
<interrupt><name>DEMO</name><value>0</value></interrupt>
<registers>
<register><name>SR</name><description>Status</description><addressOffset>0</addressOffset><access>read-only</access>
<resetValue>0x55</resetValue><readAction>clear</readAction>
<fields><field><name>READY</name><bitRange>[0:0]</bitRange></field><field><name>MODE</name><bitRange>[6:4]</bitRange>
<enumeratedValues><enumeratedValue><name>FAST</name><value>5</value></enumeratedValue></enumeratedValues></field></fields></register>
<register><name>DR</name><description>Data</description><addressOffset>4</addressOffset><access>read-write</access></register>
</registers></peripheral></peripherals></device>"#;

/// The board with a program loaded. Every exception goes to an endless loop behind the program.
pub(crate) fn board(program: &[u16]) -> Board {
    let mut chip = catalogue::chip("STM32L031K6").unwrap().clone();
    chip.models.clear();
    let (device, _) = svd::load(SVD).into_result().unwrap();
    let mut board = Board::new(&chip, None, &device).unwrap();
    board.load(&elf(program)).unwrap();
    board
}

/// An ELF file with one segment: vector table, program, endless loop.
fn elf(program: &[u16]) -> Vec<u8> {
    let end = CODE + 2 * program.len() as u32;
    let vectors = [0x2000_2000, CODE | 1]
        .into_iter()
        .chain(std::iter::repeat_n(end | 1, 46));
    let mut image: Vec<u8> = vectors.flat_map(u32::to_le_bytes).collect();
    image.extend(
        program
            .iter()
            .chain(&[0xE7FE])
            .flat_map(|half| half.to_le_bytes()),
    );
    let size = image.len() as u32;
    let halves = |values: &[u16]| {
        values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect::<Vec<_>>()
    };
    let words = |values: &[u32]| {
        values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect::<Vec<_>>()
    };
    [
        b"\x7FELF\x01\x01\x01".to_vec(),
        vec![0; 9],
        halves(&[2, 40]),
        words(&[1, CODE | 1, 52, 0, 0x0500_0000]),
        halves(&[52, 32, 1, 40, 0, 0]),
        words(&[1, 84, 0x0800_0000, 0x0800_0000, size, size, 5, 4]),
        image,
    ]
    .concat()
}

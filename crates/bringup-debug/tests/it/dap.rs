//! The debug port, register by register.

use bringup_board::Width;
use bringup_debug::dap::{Dap, DebugPort};

use crate::board::{COUNT, board};

/// A board that runs a program, behind a debug port with power.
fn dap(program: &[u16]) -> Dap {
    let mut dap = Dap::new(board(program));
    dap.write_dp(0x4, 0x5000_0000).unwrap();
    dap
}

fn word(dap: &mut Dap, address: u32) -> u32 {
    let mut bytes = [0; 4];
    dap.read_memory(0, address, Width::Word, &mut bytes)
        .unwrap();
    u32::from_le_bytes(bytes)
}

#[test]
fn the_chip_says_what_it_is() {
    let mut dap = dap(COUNT);
    assert_eq!(dap.read_dp(0x0).unwrap(), 0x0BC1_1477);
    assert_eq!(dap.read_dp(0x4).unwrap(), 0xF000_0040);
    assert_eq!(dap.read_ap(0, 0xFC).unwrap(), 0x0477_0031);
    assert_eq!(dap.read_ap(1, 0xFC).unwrap(), 0);
    assert_eq!(dap.read_ap(0, 0xF8).unwrap(), 0xF000_0003);
    assert_eq!(dap.read_ap(0, 0x00).unwrap(), 0x0300_0040);
    // The chip's table, the core's, and in it the system control space.
    assert_eq!(word(&mut dap, 0xF000_0000), 0xF00F_F003);
    assert_eq!(word(&mut dap, 0xE00F_F000), 0xFFF0_F003);
    assert_eq!(word(&mut dap, 0xE000_EFE0), 0x08);
    assert_eq!(word(&mut dap, 0xE000_ED00), 0x410C_C601);
    // The size of the flash in KB.
    assert_eq!(word(&mut dap, 0x1FF8_007C) & 0xFFFF, 32);
}

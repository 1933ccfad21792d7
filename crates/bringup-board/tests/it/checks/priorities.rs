//! `lost-priority`.

use super::findings;
use crate::asm::Asm;

const IPR1: u32 = 0xE000_E404;
const SHPR3: u32 = 0xE000_ED20;

#[test]
fn priorities_of_which_nothing_is_kept_are_found() {
    let mut program = Asm::new();
    program.store(IPR1, 0x8001_40C0).store(SHPR3, 0x1000_0000);
    insta::assert_snapshot!(findings(&mut program), @r"
    warning lost-priority NVIC.IPR1 +0x4 x1: priority 0x01 of IRQ 6 is taken as 0, the most urgent: the core has the two highest bits
      the priorities are `0x00`, `0x40`, `0x80` and `0xC0`: write `1 << 6`
    warning lost-priority SCB.SHPR3 +0xa x1: priority 0x10 of SysTick is taken as 0, the most urgent: the core has the two highest bits
      the priorities are `0x00`, `0x40`, `0x80` and `0xC0`: choose one of them
    ");
}

#[test]
fn priorities_that_the_core_has_are_silent() {
    let mut program = Asm::new();
    // What is kept of 0x7F is 0x40: less urgent than 0, as it is meant.
    program.store(IPR1, 0xC080_4000).store(SHPR3, 0x7FC0_0000);
    program.store(IPR1, 0);
    assert_eq!(findings(&mut program), "");
}

//! `systick-range` and `systick-current`.

use super::findings;
use crate::asm::Asm;

const CSR: u32 = 0xE000_E010;
const RVR: u32 = 0xE000_E014;
const CVR: u32 = 0xE000_E018;

#[test]
fn a_reload_value_of_more_than_24_bits_is_found() {
    let mut program = Asm::new();
    program.store(RVR, 32_000_000).store(CVR, 0).store(CSR, 5);
    insta::assert_snapshot!(findings(&mut program), @r"
    error systick-range SYST.RVR.RELOAD +0x4 x1: the reload value 32000000 (0x1e84800) has more than 24 bits: SysTick counts 15222784 (0xe84800)
      the largest is 16777215 (0xffffff): count several periods
    ");
}

#[test]
fn a_counter_that_never_counts_is_found_at_the_end() {
    let mut program = Asm::new();
    program.store(CVR, 0).store(CSR, 5);
    insta::assert_snapshot!(findings(&mut program), @r"
    error systick-range SYST.RVR.RELOAD +0xa x1: SysTick is enabled with a reload value of 0, and never counts
      write the number of cycles less one before enabling the counter
    ");
}

#[test]
fn a_first_start_from_an_unknown_value_is_found() {
    let mut program = Asm::new();
    program
        .store(RVR, 999)
        .store(CSR, 5)
        .store(CSR, 4)
        .store(CSR, 5);
    insta::assert_snapshot!(findings(&mut program), @r"
    warning systick-current SYST.CVR.CURRENT +0xa x1: SysTick is enabled, and its current value was never cleared: the first period is of any length
      write to `SYST.CVR` before enabling the counter: `clear_current()`
    ");
}

#[test]
fn right_uses_are_silent() {
    // As it should be; stopped and resumed.
    let mut program = Asm::new();
    program.store(RVR, 0x00FF_FFFF).store(CVR, 0).store(CSR, 5);
    program.store(CSR, 4).store(CSR, 5);
    assert_eq!(findings(&mut program), "");
    // One period: the reload value becomes 0 while it runs.
    let mut program = Asm::new();
    program
        .store(RVR, 999)
        .store(CVR, 0)
        .store(CSR, 5)
        .store(RVR, 0);
    assert_eq!(findings(&mut program), "");
    // Enabled first, and given a period then; never enabled at all.
    let mut program = Asm::new();
    program.store(CVR, 0).store(CSR, 5).store(RVR, 999);
    assert_eq!(findings(&mut program), "");
    let mut program = Asm::new();
    program.store(RVR, 0).store(CSR, 4);
    assert_eq!(findings(&mut program), "");
}

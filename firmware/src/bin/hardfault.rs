//! Reads a word from an odd address: ARMv6-M has no unaligned access, so the core takes a HardFault.
#![no_std]
#![no_main]

use core::arch::asm;

use cortex_m_rt::{ExceptionFrame, entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::semihosting;

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    hprintln!(
        "HardFault with r0 = {:#010x}, r1 = {:#010x}",
        frame.r0(),
        frame.r1()
    );
    // SAFETY: the stacked program counter is the address of the instruction that faulted.
    let instruction = unsafe { (frame.pc() as *const u16).read() };
    hprintln!("at the instruction {:#06x}", instruction);
    semihosting::exit(0)
}

#[entry]
fn main() -> ! {
    hprintln!("before");
    // SAFETY: never gets past the load.
    unsafe { asm!("ldr r1, [r0]", in("r0") 0x2000_0001, inout("r1") 0x1234_5678 => _) };
    hprintln!("after");
    semihosting::exit(1)
}

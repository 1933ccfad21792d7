//! What the timed programs share: how a run ends, and how many turns it has.
#![no_std]

use cortex_m_semihosting::nr;
use panic_halt as _;

/// Turns of each loop.
pub const TURNS: u32 = 8_000_000;

/// Ends the run (`SYS_EXIT` with the reason for a program that ended as it should).
pub fn exit() -> ! {
    const ADP_STOPPED_APPLICATION_EXIT: usize = 0x20026;
    loop {
        // SAFETY: the parameter is the reason itself, nothing is read through it.
        unsafe {
            cortex_m_semihosting::syscall1(nr::REPORT_EXCEPTION, ADP_STOPPED_APPLICATION_EXIT)
        };
    }
}

/// A register of a device.
fn register(address: usize) -> *mut u32 {
    core::ptr::with_exposed_provenance_mut(address)
}

/// Addresses of the STM32L031 (RM0377, sections 7.3 and 8.4) and of the nRF51 (nRF51 Series Reference Manual, section 14.2).
mod address {
    /// Input levels.
    pub(crate) const INPUT: usize = if cfg!(feature = "microbit") {
        0x5000_0510
    } else {
        0x5000_0410
    };
    /// Output levels.
    pub(crate) const OUTPUT: usize = if cfg!(feature = "microbit") {
        0x5000_0504
    } else {
        0x5000_0414
    };
    /// A compare register of a timer.
    pub(crate) const COMPARE: usize = if cfg!(feature = "microbit") {
        0x4000_8540
    } else {
        0x4000_0034
    };
    /// The flags of the timer, cleared by writing 0.
    pub(crate) const FLAGS: usize = if cfg!(feature = "microbit") {
        0x4000_8140
    } else {
        0x4000_0010
    };
    /// What sets pins by writing ones, and what clears them, with the place of the bit for that.
    pub(crate) const SET: (usize, u32) = if cfg!(feature = "microbit") {
        (0x5000_0508, 3)
    } else {
        (0x5000_0418, 3)
    };
    pub(crate) const CLEAR: (usize, u32) = if cfg!(feature = "microbit") {
        (0x5000_050C, 3)
    } else {
        (0x5000_0418, 19)
    };
    /// What makes the port work, and its pin 3 an output: on the STM32L031 the clock enable of the ports and the mode register, on the
    /// nRF51 `DIRSET`.
    pub(crate) const START: &[(usize, u32)] = if cfg!(feature = "microbit") {
        &[(0x5000_0518, 1 << 3)]
    } else {
        &[(0x4002_102C, 1 << 1), (0x5000_0400, 0xFFFF_FF7F)]
    };
}

/// Makes a pin of the port an output.
pub fn start() {
    for (address, value) in address::START {
        // SAFETY: registers of the chip that touch no memory.
        unsafe { register(*address).write_volatile(*value) };
    }
}

/// Starts a timer: on the STM32L031 TIM2 with PWM on its first channel, on the nRF51 TIMER0 (RM0377, chapter 21; nRF51 Series
/// Reference Manual, chapter 18).
pub fn start_timer() {
    const STM32: &[(usize, u32)] = &[
        // `RCC.APB1ENR.TIM2EN`; TIM2: `ARR`, `CCMR1` for PWM 1 with preload, `CCER`, `CR1`.
        (0x4002_1038, 1),
        (0x4000_002C, 999),
        (0x4000_0018, 0x68),
        (0x4000_0020, 1),
        (0x4000_0000, 1),
    ];
    // `TASKS_START`.
    const NRF51: &[(usize, u32)] = &[(0x4000_8000, 1)];
    let writes = if cfg!(feature = "microbit") {
        NRF51
    } else {
        STM32
    };
    for (address, value) in writes {
        // SAFETY: registers of the chip that touch no memory.
        unsafe { register(*address).write_volatile(*value) };
    }
}

/// Writes a compare register of the timer.
#[inline(always)]
pub fn compare(value: u32) {
    // SAFETY: a register of the chip that touches no memory.
    unsafe { register(address::COMPARE).write_volatile(value) }
}

/// Clears the flags of the timer.
#[inline(always)]
pub fn clear_flags() {
    // SAFETY: a register of the chip that touches no memory.
    unsafe { register(address::FLAGS).write_volatile(0) }
}

/// Sets a pin of the port, or clears it.
#[inline(always)]
pub fn set_or_clear(high: bool) {
    let (address, bit) = if high { address::SET } else { address::CLEAR };
    // SAFETY: a register of the chip that touches no memory.
    unsafe { register(address).write_volatile(1 << bit) }
}

/// Reads an input register.
#[inline(always)]
pub fn read() -> u32 {
    // SAFETY: a register of the chip; reading it has no side effect.
    unsafe { register(address::INPUT).read_volatile() }
}

/// Writes an output register.
#[inline(always)]
pub fn write(value: u32) {
    // SAFETY: a register of the chip that touches no memory.
    unsafe { register(address::OUTPUT).write_volatile(value) }
}

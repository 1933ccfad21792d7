//! Registers by address, and those of the STM32L031 by name that several programs use. Source: RM0377, sections 7.3 (RCC)
//! and 8.4 (GPIO).

use core::ptr;

/// A 32-bit peripheral register at an address.
#[derive(Debug, Clone, Copy)]
pub struct Register(usize);

/// Clock control.
pub const RCC_CR: Register = Register(0x4002_1000);
/// Clock configuration.
pub const RCC_CFGR: Register = Register(0x4002_100C);
/// Clock enable of the GPIO ports.
pub const RCC_IOPENR: Register = Register(0x4002_102C);
/// Mode of the pins of port B, two bits each.
pub const GPIOB_MODER: Register = Register(0x5000_0400);
/// Output levels of port B.
pub const GPIOB_ODR: Register = Register(0x5000_0414);
/// Bit set and reset of port B.
pub const GPIOB_BSRR: Register = Register(0x5000_0418);

impl Register {
    /// The register at an address of the chip.
    ///
    /// # Safety
    ///
    /// There is a peripheral at the address, reading it has no effect on memory, and neither has writing it.
    pub const unsafe fn at(address: usize) -> Self {
        Self(address)
    }

    /// One load.
    pub fn read(self) -> u32 {
        // SAFETY: the registers above and those that `at` was promised are no memory.
        unsafe { ptr::with_exposed_provenance::<u32>(self.0).read_volatile() }
    }

    /// One store.
    pub fn write(self, value: u32) {
        // SAFETY: the same.
        unsafe { ptr::with_exposed_provenance_mut::<u32>(self.0).write_volatile(value) }
    }

    /// One store of 16 bits, to the lower half.
    pub fn write_halfword(self, value: u16) {
        // SAFETY: the same.
        unsafe { ptr::with_exposed_provenance_mut::<u16>(self.0).write_volatile(value) }
    }

    /// One store of 8 bits, to the lowest byte.
    pub fn write_byte(self, value: u8) {
        // SAFETY: the same.
        unsafe { ptr::with_exposed_provenance_mut::<u8>(self.0).write_volatile(value) }
    }

    /// A load, then a store of what `change` makes of it.
    pub fn modify(self, change: impl FnOnce(u32) -> u32) {
        self.write(change(self.read()));
    }
}

//! What differs between the two chips, so that one program runs on both: where clocks are switched on, where the ports are. Sources: RM0377
//! sections 2.2.2, 7.3 and 8.4, RM0091 sections 2.2.2, 6.4 and 8.4.

use cortex_m::peripheral::{CPUID, SCB};

use crate::register::Register;

/// The chip that the program runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chip {
    /// STM32L031K6, a Cortex-M0+.
    L031,
    /// STM32F042K6, a Cortex-M0.
    F042,
}

/// The registers that switch clocks on. Peripherals that both chips have are at the same bits of the two `APB` registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bus {
    /// `AHBENR`.
    Ahb,
    /// `APB1ENR`.
    Apb1,
    /// `APB2ENR`.
    Apb2,
}

/// SYSCFG in [`Bus::Apb2`].
pub const SYSCFG: u32 = 0;
/// TIM2 in [`Bus::Apb1`].
pub const TIM2: u32 = 0;
/// WWDG in [`Bus::Apb1`].
pub const WWDG: u32 = 11;
/// USART2 in [`Bus::Apb1`].
pub const USART2: u32 = 17;
/// PWR in [`Bus::Apb1`].
pub const PWR: u32 = 28;

const RCC: usize = 0x4002_1000;

impl Chip {
    /// Asks the core.
    pub fn this() -> Self {
        // SAFETY: a read-only register of the core.
        let cpuid = unsafe { (*CPUID::PTR).base.read() };
        if cpuid >> 4 & 0xFFF == 0xC20 {
            Self::F042
        } else {
            Self::L031
        }
    }

    /// Frequency of the core after reset, in hertz.
    pub const fn hertz(self) -> u32 {
        match self {
            Self::L031 => 2_097_152,
            Self::F042 => 8_000_000,
        }
    }

    /// `AHBENR`, `APB1ENR`, `APB2ENR`.
    const fn enables(self, bus: Bus) -> Register {
        rcc(match (self, bus) {
            (Self::L031, Bus::Ahb) => 0x30,
            (Self::L031, Bus::Apb2) => 0x34,
            (Self::L031, Bus::Apb1) => 0x38,
            (Self::F042, Bus::Ahb) => 0x14,
            (Self::F042, Bus::Apb2) => 0x18,
            (Self::F042, Bus::Apb1) => 0x1C,
        })
    }

    /// Switches the clock of a peripheral on, by its bit.
    pub fn clock(self, bus: Bus, bit: u32) {
        self.enables(bus).modify(|value| value | 1 << bit);
    }

    /// Switches the clock of a peripheral off.
    pub fn unclock(self, bus: Bus, bit: u32) {
        self.enables(bus).modify(|value| value & !(1 << bit));
    }

    /// Resets a peripheral, by its bit.
    pub fn reset(self, bus: Bus, bit: u32) {
        let resets = rcc(match (self, bus) {
            (Self::L031, Bus::Ahb) => 0x20,
            (Self::L031, Bus::Apb2) => 0x24,
            (Self::L031, Bus::Apb1) => 0x28,
            (Self::F042, Bus::Ahb) => 0x28,
            (Self::F042, Bus::Apb2) => 0x0C,
            (Self::F042, Bus::Apb1) => 0x10,
        });
        resets.modify(|value| value | 1 << bit);
        resets.modify(|value| value & !(1 << bit));
    }

    /// `RCC.CSR`: low-speed oscillator and reset flags.
    pub const fn csr(self) -> Register {
        rcc(match self {
            Self::L031 => 0x50,
            Self::F042 => 0x24,
        })
    }

    /// Clears the reset flags (`RMVF`).
    pub fn clear_reset_flags(self) {
        let bit = match self {
            Self::L031 => 23,
            Self::F042 => 24,
        };
        self.csr().modify(|value| value | 1 << bit);
    }

    /// Chooses the LSI for the RTC and switches that on. The backup domain has to be open.
    pub fn clock_rtc_by_lsi(self) {
        match self {
            Self::L031 => self.csr().modify(|value| value | 0b10 << 16 | 1 << 18),
            Self::F042 => rcc(0x20).modify(|value| value | 0b10 << 8 | 1 << 15),
        }
    }

    /// Names the registers of a port by its letter.
    pub const fn port(self, letter: char) -> Port {
        let number = letter as usize - 'A' as usize;
        let first = match self {
            Self::L031 => 0x5000_0000,
            Self::F042 => 0x4800_0000,
        };
        Port(first + 0x400 * number)
    }

    /// Switches the clock of a port on.
    pub fn clocked_port(self, letter: char) -> Port {
        let number = letter as u32 - 'A' as u32;
        match self {
            Self::L031 => rcc(0x2C).modify(|value| value | 1 << number),
            Self::F042 => self.clock(Bus::Ahb, 17 + number),
        }
        self.port(letter)
    }
}

/// `RCC.CR2` of the STM32F042.
pub const F042_RCC_CR2: Register = rcc(0x34);

/// Makes the next sleeps stop or standby mode, or plain sleeps again (`SCR.SLEEPDEEP`).
pub fn set_deep_sleep(deep: bool) {
    // SAFETY: a register of the core; nobody else changes it.
    unsafe {
        (*SCB::PTR).scr.modify(|value| {
            if deep {
                value | 1 << 2
            } else {
                value & !(1 << 2)
            }
        });
    }
}

const fn rcc(offset: usize) -> Register {
    // SAFETY: there is the RCC on both chips, and it has these registers.
    unsafe { Register::at(RCC + offset) }
}

/// What a pin is used for: `MODER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Read by the port.
    Input = 0b00,
    /// Driven by the port.
    Output = 0b01,
    /// Given to another peripheral.
    Alternate = 0b10,
    /// Neither.
    Analog = 0b11,
}

/// Resistors: `PUPDR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pull {
    /// None.
    Off = 0b00,
    /// To the supply.
    Up = 0b01,
    /// To ground.
    Down = 0b10,
}

/// A port. Pins have the numbers 0 to 15.
#[derive(Debug, Clone, Copy)]
pub struct Port(usize);

impl Port {
    /// The register at an offset: `MODER` 0, `OTYPER` 4, `PUPDR` 0x0C, `IDR` 0x10, `ODR` 0x14, `BSRR` 0x18, `LCKR` 0x1C.
    pub const fn register(self, offset: usize) -> Register {
        // SAFETY: registers of a port.
        unsafe { Register::at(self.0 + offset) }
    }

    /// Chooses what a pin is used for.
    pub fn set_mode(self, pin: u32, mode: Mode) {
        let shift = 2 * pin;
        self.register(0x00)
            .modify(|value| value & !(0b11 << shift) | (mode as u32) << shift);
    }

    /// Chooses the resistor of a pin.
    pub fn set_pull(self, pin: u32, pull: Pull) {
        let shift = 2 * pin;
        self.register(0x0C)
            .modify(|value| value & !(0b11 << shift) | (pull as u32) << shift);
    }

    /// Makes the output of a pin open-drain.
    pub fn set_open_drain(self, pin: u32) {
        self.register(0x04).modify(|value| value | 1 << pin);
    }

    /// Gives a pin to the peripheral that its alternate function names.
    pub fn set_alternate(self, pin: u32, function: u32) {
        let shift = 4 * (pin % 8);
        let offset = if pin < 8 { 0x20 } else { 0x24 };
        self.register(offset)
            .modify(|value| value & !(0xF << shift) | function << shift);
        self.set_mode(pin, Mode::Alternate);
    }

    /// Sets the level of an output.
    pub fn write(self, pin: u32, high: bool) {
        self.register(0x18)
            .write(if high { 1 << pin } else { 1 << (16 + pin) });
    }

    /// Reads the level of a pin.
    pub fn is_high(self, pin: u32) -> bool {
        self.register(0x10).read() & 1 << pin != 0
    }
}

//! What peripherals of one chip tell each other besides interrupts, clocks and pins.

use crate::checks::Breach;
use crate::peripheral::Reset;
use crate::requests::RequestLines;
use crate::scheduler::DeviceIndex;

/// Highest HCLK for a number of flash wait states: core voltage range (0 where the chip has none), wait states, hertz.
pub type FlashLimits = &'static [(u8, u32, u64)];

/// What a sleep with `SCR.SLEEPDEEP` is, as the power controller says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeepSleep {
    /// A plain sleep: nothing that is modelled decides.
    #[default]
    Plain,
    /// Stop mode: the clocks of core and buses stand still.
    Stop,
    /// Standby mode: all is lost but the RTC domain and the independent watchdog.
    Standby,
}

/// The wires between the peripherals of a chip.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a wire of its own, high or low"
)]
pub struct Wires {
    /// Letter of the port that each of the EXTI lines 0 to 15 listens to, by number: 0 for port A.
    pub exti_ports: [u8; 16],
    /// Writes to the backup domain are allowed (`PWR.CR.DBP`).
    pub backup_writable: bool,
    /// Core voltage range (`PWR.CR.VOS`), 0 where the chip has none.
    pub voltage_range: u8,
    /// What a deep sleep is (`PWR.CR.PDDS`).
    pub deep_sleep: DeepSleep,
    /// The chip sleeps in this mode.
    pub(crate) asleep: DeepSleep,
    /// Something happened that ends standby mode.
    pub standby_ends: bool,
    /// How often the RTC domain was reset (`RTCRST`, `BDRST`).
    pub backup_resets: u32,
    /// Lines 16 and up of the EXTI that peripherals raised, bit n being line n: they have not been told yet.
    pub exti_raised: u32,
    /// What the flash can do; empty where the controller has no model.
    pub flash_limits: FlashLimits,
    /// Requests of peripherals for direct memory access.
    pub requests: RequestLines,
    /// An event for the core, as `SEV` makes one.
    pub event: bool,
    /// The clock tree was changed.
    pub(crate) clock_changed: bool,
    /// A reset that was asked for.
    pub(crate) reset: Option<Reset>,
    /// Code memory was changed by a flash controller.
    pub(crate) code_changed: bool,
    /// What models noticed that breaks a rule.
    pub(crate) breaches: Vec<Breach>,
    /// Uses of registers that models leave out: peripheral, offset of the word, bits.
    pub(crate) left_out: Vec<(DeviceIndex, u32, u32)>,
    /// Instruction that wrote to a register last, for findings about what it brought about.
    pub(crate) pc: u32,
    /// The board's console: port, pin it sends on, pin it receives on.
    pub(crate) console: Option<(String, String, String)>,
}

impl Wires {
    /// Whether there is anything for the board to heed.
    #[inline]
    pub(crate) const fn has_news(&self) -> bool {
        self.clock_changed
            | self.code_changed
            | self.event
            | self.standby_ends
            | self.requests.has_news()
            | self.has_rare_news()
    }

    #[inline]
    const fn has_rare_news(&self) -> bool {
        self.exti_raised != 0
            || self.reset.is_some()
            || !(self.breaches.is_empty() && self.left_out.is_empty())
    }
}

//! What an implementer of the core may choose, and how this model behaves.

use super::timing::Timing;

/// SysTick as an implementer configures it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SysTickConfig {
    /// Value of `SYST_CALIB` bits 30 (SKEW) and 23 to 0 (TENMS); bit 31 (NOREF) follows from
    /// [`SysTickConfig::reference`].
    pub calibration: u32,
    /// Core cycles per cycle of the reference clock that `SYST_CSR.CLKSOURCE` = 0 selects, at least 1;
    /// `None` when there is no reference clock, which makes CLKSOURCE read as one.
    pub reference: Option<u32>,
}

/// A variant of the core: which options it was built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub struct Config {
    /// Value of `CPUID`.
    pub cpuid: u32,
    /// Cycle costs.
    pub timing: Timing,
    /// Number of interrupt lines, 0 to 32; the rest reads as zero and ignores writes.
    pub interrupts: u8,
    /// `VTOR` is present (an option of the Cortex-M0+).
    pub vtor: bool,
    /// Unprivileged execution is present (an option of the Cortex-M0+).
    pub unprivileged: bool,
    /// SysTick, where present.
    pub systick: Option<SysTickConfig>,
    /// Jump over idle loops. Changes nothing but how long a run takes on the host.
    pub skip: bool,
    /// [`Core::run`](super::Core::run) returns when a loop can never end; found only with
    /// [`Config::skip`]. Otherwise such a loop lets time pass.
    pub stop_when_stuck: bool,
    /// [`Core::run`](super::Core::run) returns when HardFault has been entered.
    pub stop_on_hard_fault: bool,
}

impl Config {
    /// Cortex-M0+ r0p1 with every option but unprivileged execution, the single-cycle multiplier,
    /// 32 interrupts and no SysTick reference clock.
    pub const CORTEX_M0_PLUS: Self = Self {
        cpuid: 0x410C_C601,
        timing: Timing::CORTEX_M0_PLUS,
        interrupts: 32,
        vtor: true,
        unprivileged: false,
        systick: Some(SysTickConfig {
            calibration: 0,
            reference: None,
        }),
        skip: true,
        stop_when_stuck: true,
        stop_on_hard_fault: false,
    };

    /// Cortex-M0 r0p0 with SysTick, the single-cycle multiplier, 32 interrupts and no SysTick
    /// reference clock.
    pub const CORTEX_M0: Self = Self {
        cpuid: 0x410C_C200,
        timing: Timing::CORTEX_M0,
        vtor: false,
        ..Self::CORTEX_M0_PLUS
    };

    /// The same with idle loops executed turn by turn.
    #[must_use]
    pub const fn without_skip(mut self) -> Self {
        self.skip = false;
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::CORTEX_M0_PLUS
    }
}

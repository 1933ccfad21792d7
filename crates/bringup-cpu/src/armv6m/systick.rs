//! SysTick, the 24-bit system timer (ARMv6-M ARM, section B3.3), computed from the cycle counter
//! when somebody asks.
//!
//! The counter counts down once per tick. A tick at 0 loads `SYST_RVR`; the tick from 1 to 0 sets
//! COUNTFLAG and, with TICKINT, pends the exception. A reload of N so wraps every N + 1 ticks, and a
//! reload of 0 stops the counter at its next wrap.

use super::config::SysTickConfig;

/// 24 bits.
const MASK: u32 = 0x00FF_FFFF;

/// The timer's registers and the moment they were last brought up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the bits of SYST_CSR")]
pub(crate) struct SysTick {
    config: SysTickConfig,
    enable: bool,
    tickint: bool,
    clksource: bool,
    countflag: bool,
    reload: u32,
    current: u32,
    /// Tick at which `current` was true.
    tick: u64,
    /// The core's clock stands still, and the timer with it.
    paused: bool,
}

impl SysTick {
    pub(crate) fn new(config: SysTickConfig) -> Self {
        Self {
            config,
            enable: false,
            tickint: false,
            clksource: config.reference.is_none(),
            countflag: false,
            reload: 0,
            current: 0,
            tick: 0,
            paused: false,
        }
    }

    /// Core cycles per tick.
    fn divisor(&self) -> u64 {
        match self.config.reference {
            Some(cycles) if !self.clksource => u64::from(cycles.max(1)),
            _ => 1,
        }
    }

    /// Ticks from now to the next change from 1 to 0; `None` if there will be none.
    fn ticks_to_wrap(&self) -> Option<u64> {
        match (self.enable && !self.paused, self.current, self.reload) {
            (false, ..) | (true, 0, 0) => None,
            (true, 0, reload) => Some(u64::from(reload) + 1),
            (true, current, _) => Some(u64::from(current)),
        }
    }

    /// Core cycle of the next wrap, as of the last [`SysTick::sync`]; `u64::MAX` if none.
    pub(crate) fn wrap(&self) -> u64 {
        self.ticks_to_wrap().map_or(u64::MAX, |ticks| {
            (self.tick + ticks).saturating_mul(self.divisor())
        })
    }

    /// Core cycle at which the exception is pended next; `u64::MAX` if never.
    pub(crate) fn deadline(&self) -> u64 {
        if self.tickint { self.wrap() } else { u64::MAX }
    }

    /// Brings the registers up to `cycle`; true if the exception became pending.
    pub(crate) fn sync(&mut self, cycle: u64) -> bool {
        let now = cycle / self.divisor();
        let elapsed = now.saturating_sub(self.tick);
        self.tick = now;
        let Some(to_wrap) = self.ticks_to_wrap() else {
            return false;
        };
        if elapsed < to_wrap {
            // Here elapsed is below 2^24 + 1, and at most one reload has happened.
            self.current = match (self.current, elapsed as u32) {
                (current, 0) => current,
                (0, elapsed) => self.reload + 1 - elapsed,
                (current, elapsed) => current - elapsed,
            };
            return false;
        }
        let phase = (elapsed - to_wrap) % (u64::from(self.reload) + 1);
        self.current = if phase == 0 {
            0
        } else {
            self.reload + 1 - phase as u32
        };
        self.countflag = true;
        self.tickint
    }

    /// Stops with the core's clock, or goes on where it stopped; the timer has been synchronised to `cycle` before it stops.
    pub(crate) fn pause(&mut self, cycle: u64, paused: bool) {
        self.tick = cycle / self.divisor();
        self.paused = paused;
    }

    fn control(&self) -> u32 {
        u32::from(self.enable)
            | u32::from(self.tickint) << 1
            | u32::from(self.clksource) << 2
            | u32::from(self.countflag) << 16
    }

    /// `SYST_CALIB`.
    fn calibration(&self) -> u32 {
        self.config.calibration & 0x40FF_FFFF | u32::from(self.config.reference.is_none()) << 31
    }

    /// Reads the register at `offset` from `0xE000_E010` without side effects, as of the last sync.
    pub(crate) fn peek(&self, offset: u32) -> u32 {
        match offset {
            0 => self.control(),
            4 => self.reload,
            8 => self.current,
            _ => self.calibration(),
        }
    }

    /// Reads; the timer has been synchronised.
    pub(crate) fn read(&mut self, offset: u32) -> u32 {
        let value = self.peek(offset);
        if offset == 0 {
            self.countflag = false;
        }
        value
    }

    /// Writes; the timer has been synchronised to `cycle`.
    pub(crate) fn write(&mut self, offset: u32, value: u32, cycle: u64) {
        match offset {
            0 => {
                self.enable = value & 1 != 0;
                self.tickint = value & 2 != 0;
                self.clksource = value & 4 != 0 || self.config.reference.is_none();
                self.tick = cycle / self.divisor();
            }
            4 => self.reload = value & MASK,
            8 => {
                self.current = 0;
                self.countflag = false;
            }
            _ => {}
        }
    }

    /// Until when reading the register at `offset` gives the same value and changes nothing.
    pub(crate) fn stable_until(&self, offset: u32, cycle: u64) -> u64 {
        match offset {
            0 if self.countflag => cycle,
            0 => self.wrap(),
            8 if self.ticks_to_wrap().is_some() => (self.tick + 1).saturating_mul(self.divisor()),
            _ => u64::MAX,
        }
    }
}

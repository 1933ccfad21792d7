//! Direct memory access, as peripherals and controllers see it: the lines on which peripherals request transfers, and what a controller asks
//! of the bus.
//!
//! A peripheral finds its line by name when it is made ([`Requests::find`]) and raises it with one call:
//! [`Context::request`](crate::peripheral::Context::request) where a flag is the request, as of a serial port, or
//! [`Context::request_once`](crate::peripheral::Context::request_once) where an event is, as of a timer. Controllers hear of it in
//! [`Model::requested`](crate::peripheral::Model::requested), and hand over a [`Transfer`], one at a time, when it is due.

use bringup_cpu::Width;

use crate::scheduler::DeviceIndex;

/// The lines that there are, by name. Those that end in `TRGO` trigger other peripherals.
const NAMES: &[&str] = &[
    "ADC",
    "AES_IN",
    "AES_OUT",
    "I2C1_RX",
    "I2C1_TX",
    "LPUART1_RX",
    "LPUART1_TX",
    "SPI1_RX",
    "SPI1_TX",
    "TIM16_CH1",
    "TIM16_UP",
    "TIM17_CH1",
    "TIM17_UP",
    "TIM1_CH1",
    "TIM1_CH2",
    "TIM1_CH3",
    "TIM1_CH4",
    "TIM1_COM",
    "TIM1_TRGO",
    "TIM1_TRIG",
    "TIM1_UP",
    "TIM22_TRGO",
    "TIM2_CH1",
    "TIM2_CH2",
    "TIM2_CH3",
    "TIM2_CH4",
    "TIM2_TRGO",
    "TIM2_UP",
    "TIM3_CH1",
    "TIM3_CH3",
    "TIM3_CH4",
    "TIM3_TRGO",
    "TIM3_TRIG",
    "TIM3_UP",
    "USART1_RX",
    "USART1_TX",
    "USART2_RX",
    "USART2_TX",
];

/// A set of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Requests(u64);

impl Requests {
    /// No line.
    pub const NONE: Self = Self(0);

    /// The line of a peripheral by its name, for example `USART2_TX`; none if no controller has such a line.
    pub fn find(name: &str) -> Self {
        let index = NAMES.iter().position(|known| *known == name);
        Self(index.map_or(0, |index| 1 << index))
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The lines of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are in `other` as well.
    #[must_use]
    pub const fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether the world outside brings any of them about: what is received or captured.
    pub fn come_from_outside(self) -> bool {
        let outside = |name: &str| name.ends_with("_RX") || name.contains("_CH");
        let mut names = NAMES.iter().enumerate();
        names.any(|(index, name)| self.0 >> index & 1 != 0 && outside(name))
    }
}

/// The two accesses of a transfer, as a controller asks for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// The controller, and its channel as firmware numbers it.
    pub controller: DeviceIndex,
    /// Number of the channel.
    pub channel: u32,
    /// Where to read, and how much.
    pub from: (u32, Width),
    /// Where to write, and how much: what is read loses upper bits or gets zeros there.
    pub to: (u32, Width),
    /// The instruction that enabled the channel.
    pub pc: u32,
    /// Core cycle of both accesses.
    pub cycle: u64,
}

/// The lines of a chip, and what is between controllers and the bus.
#[derive(Debug, Clone, Default)]
pub struct RequestLines {
    /// Lines that are high.
    high: Requests,
    /// Those that a controller lowers when it serves them.
    latched: Requests,
    /// Core cycle at which any line rose or was led elsewhere, if controllers were not told yet.
    rose: Option<u64>,
    /// Trigger lines that had a pulse.
    pulses: Requests,
    /// What a controller asks of the bus.
    transfer: Option<Transfer>,
    /// There is something to do about any of these three.
    news: bool,
    /// A channel waits for something that the world outside brings about.
    pub(crate) awaits_outside: bool,
    /// Which lines lead to other channels than usually: `SYSCFG_CFGR1` of the STM32F0.
    pub(crate) remaps: u32,
}

impl RequestLines {
    /// Whether the board has anything to do about it.
    #[inline]
    pub(crate) const fn has_news(&self) -> bool {
        self.news
    }

    /// Trigger lines have a pulse.
    pub(crate) fn pulse(&mut self, lines: Requests) {
        self.pulses = self.pulses.and(lines);
        self.news = true;
    }

    pub(crate) fn take_pulses(&mut self) -> Option<Requests> {
        let pulses = std::mem::take(&mut self.pulses);
        (!pulses.is_empty()).then_some(pulses)
    }

    /// A controller asks for a transfer. It does not ask for another one before that was made.
    pub(crate) fn ask(&mut self, transfer: Transfer) {
        self.transfer = Some(transfer);
        self.news = true;
    }

    pub(crate) fn take_transfer(&mut self) -> Option<Transfer> {
        self.transfer.take()
    }

    /// Nothing is left to do.
    pub(crate) fn settle(&mut self) {
        self.news = false;
    }

    pub(crate) fn take_rise(&mut self) -> Option<u64> {
        self.rose.take()
    }

    /// Lines lead to other channels than before.
    pub(crate) fn remap(&mut self, remaps: u32, cycle: u64) {
        if std::mem::replace(&mut self.remaps, remaps) != remaps {
            self.rose = Some(cycle);
            self.news = true;
        }
    }

    pub(crate) fn set(&mut self, line: Requests, level: bool, cycle: u64) {
        if !level {
            self.high = self.high.without(line);
        } else if self.high.within(line) != line {
            self.high = self.high.and(line);
            self.rose = Some(cycle);
            self.news = true;
        }
        self.latched = self.latched.without(line);
    }

    pub(crate) fn latch(&mut self, line: Requests, cycle: u64) {
        self.set(line, true, cycle);
        self.latched = self.latched.and(line);
    }

    /// The lines of `lines` that are high.
    pub fn high(&self, lines: Requests) -> Requests {
        self.high.within(lines)
    }

    /// A controller serves these lines.
    pub fn acknowledge(&mut self, lines: Requests) {
        let served = self.latched.within(lines);
        self.high = self.high.without(served);
        self.latched = self.latched.without(served);
    }
}

//! Which exceptions are pending, active and enabled, and which of them runs (ARMv6-M ARM,
//! sections B1.5.4 and B3.4).

/// Exception numbers (section B1.5.2).
pub(crate) mod number {
    pub(crate) const NMI: u32 = 2;
    pub(crate) const HARD_FAULT: u32 = 3;
    pub(crate) const SVCALL: u32 = 11;
    pub(crate) const PENDSV: u32 = 14;
    pub(crate) const SYSTICK: u32 = 15;
    /// Of external interrupt 0.
    pub(crate) const IRQ0: u32 = 16;
}

/// Priority of thread mode: below every exception.
pub(crate) const THREAD_PRIORITY: i8 = 4;

/// Pending, active and enabled exceptions, one bit per exception number, and their priorities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Nvic {
    pub(crate) pending: u64,
    pub(crate) active: u64,
    /// Exceptions 0 to 15 are always enabled.
    enabled: u64,
    /// Priorities of the configurable exceptions, 0 to 3.
    priority: [u8; 48],
    /// Interrupts this core was built with.
    implemented: u32,
    /// Levels last seen on the interrupt lines.
    lines: u32,
}

impl Nvic {
    pub(crate) fn new(interrupts: u8) -> Self {
        let implemented = if interrupts >= 32 {
            u32::MAX
        } else {
            (1 << interrupts) - 1
        };
        Self {
            pending: 0,
            active: 0,
            enabled: 0xFFFF,
            priority: [0; 48],
            implemented,
            lines: 0,
        }
    }

    /// Priority of an exception: the lower, the more urgent.
    pub(crate) fn priority(&self, exception: u32) -> i8 {
        match exception {
            number::NMI => -2,
            number::HARD_FAULT => -1,
            _ => self
                .priority
                .get(exception as usize)
                .map_or(0, |&priority| priority as i8),
        }
    }

    /// Priority of what is executing, PRIMASK apart.
    pub(crate) fn active_priority(&self) -> i8 {
        let mut rest = self.active;
        let mut lowest = THREAD_PRIORITY;
        while rest != 0 {
            lowest = lowest.min(self.priority(rest.trailing_zeros()));
            rest &= rest - 1;
        }
        lowest
    }

    /// Pending and enabled exceptions.
    pub(crate) fn candidates(&self) -> u64 {
        self.pending & self.enabled
    }

    /// The pending and enabled exception of the highest priority, the lowest number among equals.
    pub(crate) fn highest_pending(&self) -> Option<u32> {
        let mut rest = self.candidates();
        let mut best = None;
        let mut best_priority = i8::MAX;
        while rest != 0 {
            let exception = rest.trailing_zeros();
            if self.priority(exception) < best_priority {
                best = Some(exception);
                best_priority = self.priority(exception);
            }
            rest &= rest - 1;
        }
        best
    }

    /// Takes over the levels of the interrupt lines; a rising one latches. Returns the exceptions
    /// that became pending.
    pub(crate) fn latch(&mut self, lines: u32) -> u64 {
        let rising = lines & !self.lines & self.implemented;
        self.lines = lines;
        self.pend(u64::from(rising) << number::IRQ0)
    }

    /// Whether `lines` differ from what was latched.
    pub(crate) fn lines_differ(&self, lines: u32) -> bool {
        self.lines != lines
    }

    /// Makes exceptions pending; returns those that were not.
    pub(crate) fn pend(&mut self, exceptions: u64) -> u64 {
        let new = exceptions & !self.pending;
        self.pending |= exceptions;
        new
    }

    /// An exception becomes active.
    pub(crate) fn activate(&mut self, exception: u32) {
        self.pending &= !(1 << exception);
        self.active |= 1 << exception;
    }

    /// An exception ends; an interrupt whose line is still high becomes pending again.
    /// Returns the exceptions that became pending.
    pub(crate) fn deactivate(&mut self, exception: u32) -> u64 {
        self.active &= !(1 << exception);
        let high = u64::from(self.lines & self.implemented) << number::IRQ0;
        self.pend(high & (1 << exception))
    }

    /// Reads `NVIC_ISER` .. `NVIC_IPR7`, `offset` counted from `0xE000_E000`.
    pub(crate) fn read(&self, offset: u32) -> u32 {
        match offset {
            0x100 | 0x180 => (self.enabled >> number::IRQ0) as u32,
            0x200 | 0x280 => (self.pending >> number::IRQ0) as u32,
            0x400..=0x41C => self.priorities(number::IRQ0 + (offset - 0x400)),
            _ => 0,
        }
    }

    /// Writes `NVIC_ISER` .. `NVIC_IPR7`; returns the exceptions that became pending.
    pub(crate) fn write(&mut self, offset: u32, value: u32) -> u64 {
        let bits = u64::from(value & self.implemented) << number::IRQ0;
        match offset {
            0x100 => self.enabled |= bits,
            0x180 => self.enabled &= !bits,
            0x200 => return self.pend(bits),
            0x280 => {
                // A line that is high keeps its interrupt pending, unless that is being served.
                let held = (u64::from(self.lines) << number::IRQ0) & !self.active;
                self.pending &= !(bits & !held);
            }
            0x400..=0x41C => {
                let first = offset - 0x400;
                let mask = (self.implemented >> first) & 0xF;
                self.set_priorities(number::IRQ0 + first, value, mask);
            }
            _ => {}
        }
        0
    }

    /// The priorities of four exceptions from `first` on, as one register.
    pub(crate) fn priorities(&self, first: u32) -> u32 {
        (0..4).fold(0, |word, i| {
            let priority = self
                .priority
                .get((first + i) as usize)
                .copied()
                .unwrap_or(0);
            word | u32::from(priority) << (8 * i + 6)
        })
    }

    /// Sets those of the four priorities from `first` on that `mask` has a bit for.
    pub(crate) fn set_priorities(&mut self, first: u32, value: u32, mask: u32) {
        for i in (0..4).filter(|i| mask >> i & 1 != 0) {
            if let Some(priority) = self.priority.get_mut((first + i) as usize) {
                *priority = (value >> (8 * i + 6)) as u8 & 3;
            }
        }
    }
}

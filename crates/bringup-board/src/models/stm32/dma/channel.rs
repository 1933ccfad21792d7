//! A channel of a DMA controller: where it is, and the accesses that it makes next.

use bringup_cpu::Width;

use super::{CMAR, CNDTR, CPAR};
use crate::registers::RegisterFile;

pub(super) const CCR_EN: u32 = 1 << 0;
const CCR_DIR: u32 = 1 << 4;
pub(super) const CCR_CIRC: u32 = 1 << 5;
const CCR_PINC: u32 = 1 << 6;
const CCR_MINC: u32 = 1 << 7;
pub(super) const CCR_MEM2MEM: u32 = 1 << 14;
/// Bits that cannot be changed while a channel is enabled: all but `EN`, `TCIE`, `HTIE` and `TEIE`.
pub(super) const CCR_LOCKED: u32 = !0b1111;

/// A channel.
#[derive(Debug, Clone)]
pub(super) struct Channel {
    pub(super) irq: u32,
    /// Number of transfers when it was enabled, which circular mode begins again with.
    length: u32,
    /// Where the next accesses go to.
    peripheral: u32,
    memory: u32,
    /// The instruction that enabled it.
    pub(super) pc: u32,
}

/// The size of an access; the reserved code is taken for 32 bits.
const fn width(code: u32) -> Width {
    match code & 0b11 {
        0b00 => Width::Byte,
        0b01 => Width::Halfword,
        _ => Width::Word,
    }
}

impl Channel {
    pub(super) const fn new(irq: u32) -> Self {
        Self {
            irq,
            length: 0,
            peripheral: 0,
            memory: 0,
            pc: 0,
        }
    }

    /// The channel is enabled; its registers begin at `first`.
    pub(super) fn start(&mut self, file: &RegisterFile, first: u32, pc: u32) {
        self.length = file.get(first + CNDTR);
        self.pc = pc;
        self.rewind(file, first);
    }

    fn rewind(&mut self, file: &RegisterFile, first: u32) {
        self.peripheral = file.get(first + CPAR);
        self.memory = file.get(first + CMAR);
    }

    /// Circular mode: all begins again.
    pub(super) fn restart(&mut self, file: &mut RegisterFile, first: u32) {
        file.set(first + CNDTR, self.length);
        self.rewind(file, first);
    }

    /// The next accesses: where to read, where to write. Address bits below the size do not count.
    pub(super) fn accesses(&self, ccr: u32) -> ((u32, Width), (u32, Width)) {
        let aligned = |address: u32, width: Width| (address & !(width.bytes() - 1), width);
        let peripheral = aligned(self.peripheral, width(ccr >> 8));
        let memory = aligned(self.memory, width(ccr >> 10));
        if ccr & CCR_DIR == 0 {
            (peripheral, memory)
        } else {
            (memory, peripheral)
        }
    }

    /// A transfer was made.
    pub(super) fn advance(&mut self, ccr: u32) {
        if ccr & CCR_PINC != 0 {
            self.peripheral = self.peripheral.wrapping_add(width(ccr >> 8).bytes());
        }
        if ccr & CCR_MINC != 0 {
            self.memory = self.memory.wrapping_add(width(ccr >> 10).bytes());
        }
    }

    /// Whether half is done with the transfer that leaves `left`.
    pub(super) const fn is_half(&self, left: u32) -> bool {
        left == self.length / 2
    }
}

//! The DMA controller, which has its registers at the same place on both chips. Sources: RM0377 and RM0091, chapter "Direct memory access controller".

use core::sync::atomic::{Ordering, compiler_fence};

use crate::chip::{Bus, Chip};
use crate::register::Register;

const DMA1: usize = 0x4002_0000;

/// Flags of all channels, four bits each.
pub const ISR: Register = register(0x00);
/// Clears them.
pub const IFCR: Register = register(0x04);
const CSELR: Register = register(0xA8);

/// Global flag of a channel, transfer complete, half transfer, transfer error: in `ISR`, those of channel 1.
pub const FLAGS: [u32; 4] = [1 << 0, 1 << 1, 1 << 2, 1 << 3];

/// `CCRx`: channel enable.
pub const EN: u32 = 1 << 0;
/// Interrupt when all is transferred.
pub const TCIE: u32 = 1 << 1;
/// Interrupt when half is.
pub const HTIE: u32 = 1 << 2;
/// Interrupt at an error.
pub const TEIE: u32 = 1 << 3;
/// From memory to the peripheral.
pub const DIR: u32 = 1 << 4;
/// Circular mode.
pub const CIRC: u32 = 1 << 5;
/// The address of the peripheral goes on.
pub const PINC: u32 = 1 << 6;
/// The address in memory goes on.
pub const MINC: u32 = 1 << 7;
/// Without a request.
pub const MEM2MEM: u32 = 1 << 14;

/// Bits of the size of the accesses to the peripheral and to memory: 0, 1 and 2 for 8, 16 and 32 bits.
pub const fn sizes(peripheral: u32, memory: u32) -> u32 {
    peripheral << 8 | memory << 10
}

/// Switches the controller on.
pub fn clock(chip: Chip) {
    chip.clock(Bus::Ahb, 0);
}

/// A channel by its number.
#[derive(Debug, Clone, Copy)]
pub struct Channel(pub usize);

impl Channel {
    /// `CCR`, `CNDTR`, `CPAR` and `CMAR` at 0, 4, 8 and 12.
    pub const fn register(self, offset: usize) -> Register {
        register(8 + 20 * (self.0 - 1) + offset)
    }

    /// On the STM32L031, chooses the request by its code; on the STM32F042 all lead to their channels.
    pub fn select(self, chip: Chip, code: u32) {
        if chip == Chip::L031 {
            let shift = 4 * (self.0 - 1);
            CSELR.modify(|value| value & !(0xF << shift) | code << shift);
        }
    }

    /// Sets the channel up and enables it: bits of `CCR`, number of transfers, addresses.
    #[inline(never)]
    pub fn start(self, control: u32, count: u32, peripheral: usize, memory: usize) {
        self.stop();
        self.register(4).write(count);
        self.register(8).write(peripheral as u32);
        self.register(12).write(memory as u32);
        // What was written to memory comes before.
        compiler_fence(Ordering::SeqCst);
        self.register(0).write(control | EN);
    }

    /// Disables the channel.
    pub fn stop(self) {
        self.register(0).write(0);
        compiler_fence(Ordering::SeqCst);
    }

    /// Transfers that are left.
    pub fn left(self) -> u32 {
        self.register(4).read()
    }

    /// The channel's flags as those of channel 1.
    pub fn flags(self) -> u32 {
        let flags = ISR.read() >> (4 * (self.0 - 1)) & 0xF;
        compiler_fence(Ordering::SeqCst);
        flags
    }

    /// Clears all of its flags.
    pub fn clear(self) {
        IFCR.write(1 << (4 * (self.0 - 1)));
    }
}

const fn register(offset: usize) -> Register {
    // SAFETY: there is the controller on both chips, and it has these registers. What they make it write to is up to the programs.
    unsafe { Register::at(DMA1 + offset) }
}

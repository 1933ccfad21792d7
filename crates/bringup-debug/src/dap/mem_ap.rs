//! The access port to the bus: a MEM-AP of the AHB kind (`ADIv5.2`, C2), as small as in a Cortex-M0+ (DDI 0484C, "Debug
//! Access Port"): no packed transfers, and an address that counts within 1 KiB.

use bringup_board::Width;

use super::identity;
use super::target::Target;

const CSW: u8 = 0x00;
const TAR: u8 = 0x04;
const DRW: u8 = 0x0C;
const BD0: u8 = 0x10;
const BD3: u8 = 0x1C;
const BASE: u8 = 0xF8;
const IDR: u8 = 0xFC;

const CSW_SIZE: u32 = 0b111;
/// `AddrInc` 0b01; its upper bit is for packed transfers and reads as zero.
const CSW_INCREMENT: u32 = 1 << 4;
/// `DeviceEn`: transfers are possible.
const CSW_DEVICE_ENABLED: u32 = 1 << 6;
/// `HPROT` and the master's type.
const CSW_PROTECTION: u32 = 0x7F00_0000;
const CSW_RESET: u32 = 0x0300_0000 | CSW_DEVICE_ENABLED;
/// Bits of the address that count (`ADIv5.2`, C2.2.2).
const COUNTING: u32 = 0x3FF;

/// The registers of the access port.
#[derive(Debug, Clone, Copy)]
pub(super) struct MemAp {
    csw: u32,
    tar: u32,
}

impl Default for MemAp {
    fn default() -> Self {
        Self {
            csw: CSW_RESET,
            tar: 0,
        }
    }
}

impl MemAp {
    /// Reads a register; `None` if the bus refuses the access that is a part of it.
    pub(super) fn read(&mut self, address: u8, target: &mut Target) -> Option<u32> {
        Some(match address & 0xFC {
            CSW => self.csw,
            TAR => self.tar,
            DRW => {
                let (at, width) = self.transfer();
                let value = target.read(at, width)? << ((at & 3) * 8);
                self.count();
                value
            }
            bank @ BD0..=BD3 => target.read(self.banked(bank), Width::Word)?,
            BASE => identity::base(target.chip()),
            IDR => identity::ahb_ap(target.core()),
            // CFG: little-endian, addresses of 32 bits.
            _ => 0,
        })
    }

    /// Writes a register; `None` if the bus refuses the access that is a part of it.
    pub(super) fn write(&mut self, address: u8, value: u32, target: &mut Target) -> Option<()> {
        match address & 0xFC {
            CSW => self.set_csw(value),
            TAR => self.tar = value,
            DRW => {
                let (at, width) = self.transfer();
                target.write(at, width, (value >> ((at & 3) * 8)) & width.mask())?;
                self.count();
            }
            bank @ BD0..=BD3 => target.write(self.banked(bank), Width::Word, value)?,
            _ => {}
        }
        Some(())
    }

    fn set_csw(&mut self, value: u32) {
        // A size that there is not leaves the one before.
        let size = if value & CSW_SIZE <= 2 {
            value
        } else {
            self.csw
        };
        self.csw = value & (CSW_PROTECTION | CSW_INCREMENT) | size & CSW_SIZE | CSW_DEVICE_ENABLED;
    }

    /// Address and width of the next transfer.
    fn transfer(self) -> (u32, Width) {
        let width = match self.csw & CSW_SIZE {
            0 => Width::Byte,
            1 => Width::Halfword,
            _ => Width::Word,
        };
        (self.tar & !(width.bytes() - 1), width)
    }

    fn count(&mut self) {
        if self.csw & CSW_INCREMENT != 0 {
            let next = self.tar.wrapping_add(self.transfer().1.bytes());
            self.tar = self.tar & !COUNTING | next & COUNTING;
        }
    }

    /// The word that a banked data register stands for.
    fn banked(self, register: u8) -> u32 {
        self.tar & !0xF | u32::from(register & 0xC)
    }
}

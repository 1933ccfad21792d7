//! CRC calculation unit of the STM32L0 and F0: RM0377 and RM0091, chapter "Cyclic redundancy check calculation unit".
//!
//! | register | modelled |
//! |---|---|
//! | `DR` | bytes, halfwords and words go in, the CRC comes out, with `REV_IN` and `REV_OUT`, at once |
//! | `CR` | `RESET` loads `INIT`; `POLYSIZE` of 32, 16, 8 and 7 bits |
//! | `INIT`, `POL` | start value and polynomial; `POL` is fixed where the SVD file has none |
//! | `IDR` | kept |

use bringup_cpu::Width;

use crate::peripheral::{Context, Model, Reset, Setup};
use crate::registers::RegisterFile;

const DR: u32 = 0x00;
const CR: u32 = 0x08;
const INIT: u32 = 0x10;
const POL: u32 = 0x14;

const CR_RESET: u32 = 1 << 0;
const CR_REV_OUT: u32 = 1 << 7;
/// The Ethernet polynomial.
const POLYNOMIAL: u32 = 0x04C1_1DB7;

/// The unit.
#[derive(Debug, Clone)]
pub struct Crc {
    /// The polynomial can be chosen.
    programmable: bool,
    value: u32,
}

impl Crc {
    /// Makes the model; the F0's SVD file puts `INIT` at another place than the manual.
    pub fn new(setup: &mut Setup<'_>) -> Self {
        setup.add_register("INIT", INIT, u32::MAX);
        setup.correct(CR, |word| word.make_command(CR_RESET));
        Self {
            programmable: setup.layout.word(POL).is_some(),
            value: u32::MAX,
        }
    }

    /// Bits of the CRC, and the polynomial.
    fn polynomial(&self, file: &RegisterFile) -> (u32, u32) {
        if !self.programmable {
            return (32, POLYNOMIAL);
        }
        let size = match (file.get(CR) >> 3) & 0b11 {
            0b00 => 32,
            0b01 => 16,
            0b10 => 8,
            _ => 7,
        };
        (size, file.get(POL))
    }

    fn feed(&mut self, data: u32, bits: u32, file: &RegisterFile) {
        let (size, polynomial) = self.polynomial(file);
        let mask = u32::MAX >> (32 - size);
        let mut crc = self.value & mask;
        for bit in (0..bits).rev() {
            let top = (crc >> (size - 1)) & 1;
            let feedback = top ^ ((data >> bit) & 1);
            crc = (crc << 1) & mask;
            if feedback != 0 {
                crc ^= polynomial & mask;
            }
        }
        self.value = crc;
    }

    fn show(&self, context: &mut Context<'_>) {
        let (size, _) = self.polynomial(context.file);
        let shown = if context.file.get(CR) & CR_REV_OUT == 0 {
            self.value
        } else {
            self.value.reverse_bits() >> (32 - size)
        };
        context.file.set(DR, shown);
    }
}

/// `CR.REV_IN`: bits are reversed inside each byte, halfword or word of what is written.
fn reversed(data: u32, bits: u32, code: u32) -> u32 {
    let unit = match code {
        0b00 => return data,
        0b01 => 8,
        0b10 => 16.min(bits),
        _ => 32.min(bits),
    };
    (0..bits)
        .filter(|bit| data & 1 << bit != 0)
        .fold(0, |new, bit| {
            new | 1 << (bit / unit * unit + (unit - 1 - bit % unit))
        })
}

impl Model for Crc {
    fn reset(&mut self, _: Reset, context: &mut Context<'_>) {
        context.file.reset();
        self.value = u32::MAX;
        self.show(context);
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        if offset & !3 == DR {
            let bits = width.bytes() * 8;
            let code = (context.file.get(CR) >> 5) & 0b11;
            self.feed(reversed(value, bits, code), bits, context.file);
            self.show(context);
            return true;
        }
        if !context.file.write(offset, width, value) {
            return false;
        }
        let raw = value << ((offset & 3) * 8);
        if offset & !3 == CR && raw & CR_RESET != 0 || offset & !3 == INIT {
            self.value = context.file.get(INIT);
        }
        self.show(context);
        true
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}

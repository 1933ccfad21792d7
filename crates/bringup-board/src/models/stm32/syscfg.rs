//! System configuration of the STM32L0 and F0: RM0377 chapter 9, RM0091 chapter 9.
//!
//! | part | modelled |
//! |---|---|
//! | `EXTICR1` to `EXTICR4` | which port each of the EXTI lines 0 to 15 listens to |
//! | DMA remaps in `CFGR1` of the F0 | which requests lead to other channels |
//! | memory remap (`MEM_MODE`), fast-mode pins, comparators | kept, without effect |

use bringup_cpu::Width;

use crate::peripheral::{Context, Model, Reset, Setup};

const CFGR1: u32 = 0x00;
const EXTICR1: u32 = 0x08;
const EXTICR4: u32 = 0x14;

/// The system configuration controller.
#[derive(Debug, Clone)]
pub struct Syscfg {
    /// The port that code 5 selects: F on the F0, H on the L0.
    sixth: u8,
}

impl Syscfg {
    /// Makes the model; `sixth` is the letter of the port that code 5 of `EXTICR` selects.
    pub fn new(setup: &mut Setup<'_>, sixth: u8) -> Self {
        // `MEM_MODE`.
        setup.leave_out(CFGR1, 0b11);
        Self {
            sixth: sixth - b'A',
        }
    }

    fn settle(&self, context: &mut Context<'_>) {
        let (remaps, cycle) = (context.file.get(CFGR1), context.cycle);
        context.wires.requests.remap(remaps, cycle);
        for line in 0..16 {
            let register = context.file.get(EXTICR1 + line / 4 * 4);
            let code = (register >> (line % 4 * 4)) as u8 & 0b1111;
            let port = if code == 5 { self.sixth } else { code };
            if let Some(entry) = context.wires.exti_ports.get_mut(line as usize) {
                *entry = port;
            }
        }
    }
}

impl Model for Syscfg {
    fn reset(&mut self, _: Reset, context: &mut Context<'_>) {
        context.file.reset();
        self.settle(context);
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        let done = context.file.write(offset, width, value);
        if offset < EXTICR4 + 4 {
            self.settle(context);
        }
        done
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}

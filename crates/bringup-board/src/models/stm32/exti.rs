//! Extended interrupts and events of the STM32L0 and F0: RM0377 chapter 12, RM0091 chapter 11.
//!
//! | part | modelled |
//! |---|---|
//! | lines 0 to 15 | rising and falling edges of the pin that SYSCFG selects, as its input buffer reads it |
//! | `IMR`, `PR`, `SWIER` | pending and software interrupts, on the lines of the NVIC that the SVD file names |
//! | `EMR` | events wake the core from `WFE` |
//! | choosing another port in `EXTICR` | is no edge |
//! | lines 17, 19 and 20 | rising edges of the RTC: alarms, tamper and time stamp, wake-up timer |
//! | lines 16, 21 and 22 | by `SWIER` alone: the voltage detector and the comparators behind them do not trigger them |
//! | lines 23 and up | wake the core through the NVIC without the EXTI, whatever `IMR` says |

use bringup_cpu::Width;

use crate::peripheral::{Context, Model, Reset, Setup};
use crate::pins::PinId;
use crate::registers::RegisterFile;

const IMR: u32 = 0x00;
const EMR: u32 = 0x04;
const RTSR: u32 = 0x08;
const FTSR: u32 = 0x0C;
const SWIER: u32 = 0x10;
const PR: u32 = 0x14;

/// Interrupts of the NVIC and the lines that raise each: RM0377 chapter 11, RM0091 section 11.1.3.
const INTERRUPTS: &[(&str, u32)] = &[
    ("EXTI0_1", 0b11),
    ("EXTI2_3", 0b11 << 2),
    ("EXTI4_15", 0xFFF << 4),
    ("PVD", 1 << 16),
    ("RTC", 1 << 17 | 1 << 19 | 1 << 20),
    ("ADC_COMP", 0b11 << 21),
];

/// The controller.
#[derive(Debug, Clone)]
pub struct Exti {
    /// Number in the NVIC, and lines that raise it.
    interrupts: Vec<(u32, u32)>,
    /// Lines that can be pending.
    lines: u32,
}

impl Exti {
    /// Makes the model; it listens to all pins.
    pub fn new(setup: &mut Setup<'_>) -> Self {
        setup.pins.listen_to_all(setup.device.0);
        let lines = setup.layout.word(RTSR).map_or(0, |word| word.writable);
        setup.correct(PR, |word| {
            word.make_flags(lines & word.covered);
        });
        let number = |&(name, lines): &(&str, u32)| Some((setup.interrupt(name)?, lines));
        Self {
            interrupts: INTERRUPTS.iter().filter_map(number).collect(),
            lines,
        }
    }

    fn update_lines(&self, context: &mut Context<'_>) {
        let pending = context.file.get(PR) & context.file.get(IMR);
        for &(irq, lines) in &self.interrupts {
            context.set_line(irq, pending & lines != 0);
        }
    }

    /// What an edge, or a software trigger, on some lines brings about.
    fn trigger(&self, lines: u32, context: &mut Context<'_>) {
        if context.file.get(EMR) & lines != 0 {
            context.wires.event = true;
        }
        let pending = context.file.get(PR) | lines & self.lines;
        context.file.set(PR, pending);
        self.update_lines(context);
    }
}

impl Model for Exti {
    fn reset(&mut self, _: Reset, context: &mut Context<'_>) {
        context.file.reset();
        self.update_lines(context);
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        let (pending, software) = (context.file.get(PR), context.file.get(SWIER));
        if !context.file.write(offset, width, value) {
            return false;
        }
        let raw = value << ((offset & 3) * 8);
        match offset & !3 {
            PR => {
                context.file.set(PR, pending & !raw);
                // Clearing a pending line clears its software trigger as well (RM0377 section 12.5.5).
                context.file.set(SWIER, software & !raw);
            }
            SWIER => {
                let triggered = context.file.get(SWIER) & !software;
                let unmasked = context.file.get(IMR) | context.file.get(EMR);
                self.trigger(triggered & unmasked, context);
            }
            _ => {}
        }
        self.update_lines(context);
        true
    }

    fn input_changed(&mut self, _: u32, pin: PinId, level: bool, context: &mut Context<'_>) {
        let Some((port, number)) = context.pins.get(pin).map(crate::pins::Pin::place) else {
            return;
        };
        if context.wires.exti_ports.get(usize::from(number)) != Some(&port) {
            return;
        }
        let edges = context.file.get(if level { RTSR } else { FTSR });
        let line = edges & 1 << number;
        if line != 0 {
            self.trigger(line, context);
        }
    }

    fn raised(&self, irq: u32, file: &RegisterFile) -> Option<(u32, u32)> {
        let (_, lines) = self.interrupts.iter().find(|(number, _)| *number == irq)?;
        Some((PR, file.get(PR) & file.get(IMR) & lines))
    }

    fn edges(&mut self, lines: u32, context: &mut Context<'_>) {
        let triggered = lines & context.file.get(RTSR);
        if triggered != 0 {
            self.trigger(triggered, context);
        }
    }

    fn awaits_outside(&self, offset: u32, file: &RegisterFile) -> bool {
        offset & !3 == PR && (file.get(RTSR) | file.get(FTSR)) != 0
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}

//! What the rules `lost-debug-pins` and `pin-not-output` see of a port.

use crate::checks::{lost_debug_pins, pin_not_output};
use crate::peripheral::{Context, Setup};
use crate::pins::PinId;
use crate::registers::Layout;

use super::{AFRH, AFRL, MODE_ALTERNATE, MODE_OUTPUT, MODER, ODR};

/// The alternate functions of the debug port, as datasheets call them.
const DEBUG_SIGNALS: [&str; 2] = ["SWDIO", "SWCLK"];

/// A pin of the debug port.
#[derive(Debug, Clone)]
struct DebugPin {
    number: u32,
    function: u32,
    name: String,
    signal: &'static str,
}

/// What was done to the pins of a port so far.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    /// `GPIOB`.
    port: String,
    debug: Vec<DebugPin>,
    /// Pins that were outputs at any time, or were reported.
    settled: u32,
    /// Those, and pins whose first change of the level was noted.
    known: u32,
    /// The first change of the level of each pin that was no output at any time: instruction and cycle.
    idle: [Option<(u32, u64)>; 16],
}

impl Watch {
    pub(super) fn new(setup: &Setup<'_>, port: &str) -> Self {
        let mut debug = Vec::new();
        for number in 0..16 {
            let name = format!("P{port}{number}");
            let functions = setup.alternates.get(&name).map_or("", String::as_str);
            for (function, signal) in (0..).zip(functions.split_whitespace()) {
                if let Some(signal) = DEBUG_SIGNALS.into_iter().find(|known| *known == signal) {
                    debug.push(DebugPin {
                        number,
                        function,
                        name: name.clone(),
                        signal,
                    });
                }
            }
        }
        Self {
            port: setup.name.to_owned(),
            debug,
            settled: 0,
            known: 0,
            idle: [None; 16],
        }
    }

    fn register(&self, layout: &Layout, offset: u32) -> String {
        let name = layout.register_at(offset, bringup_cpu::Width::Word);
        let name = name.map_or("", |register| register.name.as_str());
        format!("{}.{name}", self.port)
    }

    /// Pins became outputs.
    pub(super) fn became_outputs(&mut self, pins: u32) {
        self.settled |= pins;
        self.known |= pins;
    }

    /// The levels of `pins`, which are no outputs, were changed.
    #[inline]
    pub(super) fn levels_set(&mut self, pins: u32, context: &Context<'_>) {
        if pins & !self.known != 0 {
            self.note(pins & !self.known, context);
        }
    }

    #[cold]
    fn note(&mut self, pins: u32, context: &Context<'_>) {
        self.known |= pins;
        for (number, idle) in self.idle.iter_mut().enumerate() {
            if pins >> number & 1 != 0 {
                *idle = Some((context.wires.pc, context.cycle));
            }
        }
    }

    /// Whether firmware configured pins of the debug port away, in the register at `word`, which was `before` and is `after`; `pins`
    /// are all pins that changed with it.
    pub(super) fn configured(
        &self,
        word: u32,
        (before, after): (u32, u32),
        pins: u32,
        context: &mut Context<'_>,
    ) {
        let is_analog = word == MODER && after == u32::MAX;
        let others = self
            .debug
            .iter()
            .fold(pins, |pins, pin| pins & !(1 << pin.number));
        if is_analog || others == 0 {
            return;
        }
        let lost = self.debug.iter().filter(|pin| {
            pin.is_connected(word, before, context) && !pin.is_connected(word, after, context)
        });
        let lost: Vec<_> = lost.collect();
        let Some(first) = lost.first() else {
            return;
        };
        let layout = context.file.layout();
        let fields = layout.fields_of(word, first.bits(word));
        let register = self.register(layout, word);
        let names: Vec<_> = lost
            .iter()
            .map(|pin| (pin.name.as_str(), pin.signal))
            .collect();
        let detail = lost_debug_pins::detail(&register, fields.first().copied(), &names);
        context.report(&lost_debug_pins::RULE, u64::from(word), detail);
    }

    /// Reports pins whose levels were set up to cycle `settled` and that are no outputs.
    pub(super) fn run_ended(
        &mut self,
        settled: u64,
        ids: &[(u32, PinId)],
        context: &mut Context<'_>,
    ) {
        for &(number, id) in ids {
            let idle = self.idle.get_mut(number as usize).and_then(Option::take);
            let Some((pc, cycle)) = idle.filter(|_| self.settled >> number & 1 == 0) else {
                continue;
            };
            if cycle > settled {
                self.idle[number as usize] = idle;
                continue;
            }
            self.settled |= 1 << number;
            let mode = match context.file.get(MODER) >> (2 * number) & 0b11 {
                0b00 => "00, input",
                MODE_OUTPUT => "01, output",
                MODE_ALTERNATE => "10, alternate function",
                _ => "11, analog",
            };
            let Some(pin) = context.pins.get(id) else {
                continue;
            };
            let layout = context.file.layout();
            let register = self.register(layout, ODR);
            let fields = layout.fields_of(ODR, 1 << number);
            let field = fields.first().copied();
            let detail = pin_not_output::detail(&register, field, pin.name(), pin.label(), mode);
            context.report_at(
                &pin_not_output::RULE,
                u64::from(number),
                (pc, cycle),
                detail,
            );
        }
    }
}

impl DebugPin {
    /// The bits of the pin in a register that configures pins.
    fn bits(&self, word: u32) -> u32 {
        match word {
            MODER => 0b11 << (2 * self.number),
            AFRL if self.number < 8 => 0b1111 << (4 * self.number),
            AFRH if self.number >= 8 => 0b1111 << (4 * (self.number % 8)),
            _ => 0,
        }
    }

    /// Whether the pin belongs to the debug port, with `value` in the register at `word`.
    fn is_connected(&self, word: u32, value: u32, context: &Context<'_>) -> bool {
        let of = |register| {
            if register == word {
                value
            } else {
                context.file.get(register)
            }
        };
        let alternate = if self.number < 8 { AFRL } else { AFRH };
        let mode = of(MODER) >> (2 * self.number) & 0b11;
        let function = of(alternate) >> (4 * (self.number % 8)) & 0b1111;
        mode == MODE_ALTERNATE && function == self.function
    }
}

//! Slave modes of a timer: what edges and levels of its inputs make the counter do.

use super::{CR1, CR1_CEN, CR1_DIR, Mode, SMCR, SR_TIF, Timer};
use crate::peripheral::Context;
use crate::registers::RegisterFile;

/// `SMCR.SMS`.
const SMS: u32 = 0b111;
const RESET: u32 = 0b100;
const GATED: u32 = 0b101;
const TRIGGER: u32 = 0b110;
const EXTERNAL_CLOCK: u32 = 0b111;

/// `SMCR.TS`: below these are triggers of other timers, above them is `ETRF`, and none of those is modelled.
const EDGES_OF_1: u32 = 0b100;
const INPUT_1: u32 = 0b101;
const INPUT_2: u32 = 0b110;

/// `SMCR.TS`.
const TS: u32 = 0b111 << 4;

fn trigger_input(file: &RegisterFile) -> u32 {
    (file.get(SMCR) & TS) >> 4
}

impl Timer {
    /// Whether the clock of the bus makes the counter count: not where inputs do, and not while the gate is shut.
    pub(super) fn is_clocked_by_bus(&self, file: &RegisterFile) -> bool {
        match file.get(SMCR) & SMS {
            0b001..=0b011 | EXTERNAL_CLOCK => false,
            GATED => self.gate,
            _ => true,
        }
    }

    /// Whether the counter follows a quadrature encoder.
    pub(super) fn is_encoder(file: &RegisterFile) -> bool {
        matches!(file.get(SMCR) & SMS, 0b001..=0b011)
    }

    /// `SMCR` was written.
    pub(super) fn set_slave_mode(&mut self, context: &mut Context<'_>) {
        (self.at, self.pulses) = (context.cycle, 0);
        let triggered = context.file.get(SMCR) & SMS >= RESET;
        if triggered && !(EDGES_OF_1..=INPUT_2).contains(&trigger_input(context.file)) {
            context.left_out(SMCR, TS);
        }
        self.gate = self.is_gate_open(context);
        self.preload(context.file);
    }

    /// The level of an input after its polarity: `TI1FP1` of input 0, `TI2FP2` of input 1.
    fn level(&self, input: usize, context: &Context<'_>) -> bool {
        self.channels.get(input).is_some_and(|channel| {
            let high = context.pins.signal_input(channel.signal) == Some(true);
            high ^ (channel.enable & 0b10 != 0)
        })
    }

    fn is_gate_open(&self, context: &Context<'_>) -> bool {
        match trigger_input(context.file) {
            INPUT_1 => self.level(0, context),
            INPUT_2 => self.level(1, context),
            _ => false,
        }
    }

    /// Lets a counter in gated mode go on or stop, where its trigger input changed.
    pub(super) fn follow_gate(&mut self, context: &mut Context<'_>) {
        let open = self.is_gate_open(context);
        if open != std::mem::replace(&mut self.gate, open) && context.file.get(SMCR) & SMS == GATED
        {
            self.at = context.cycle;
            self.raise(SR_TIF, context);
        }
    }

    /// An edge on an input; `wanted` says whether the polarity of a channel lets it pass.
    pub(super) fn drive_slave(
        &mut self,
        input: usize,
        wanted: impl Fn(u32) -> bool,
        context: &mut Context<'_>,
    ) {
        if Self::is_encoder(context.file) {
            self.turn(input, context);
            return;
        }
        self.follow_gate(context);
        let passes = |index: usize| {
            let channel = self.channels.get(index);
            channel.is_some_and(|channel| wanted(channel.enable))
        };
        let triggers = match trigger_input(context.file) {
            // The edge detector of input 1 passes both edges.
            EDGES_OF_1 => input == 0,
            INPUT_1 => input == 0 && passes(0),
            INPUT_2 => input == 1 && passes(1),
            _ => false,
        };
        if triggers {
            self.trigger(context);
        }
    }

    /// An edge of the trigger input.
    fn trigger(&mut self, context: &mut Context<'_>) {
        let cr1 = context.file.get(CR1);
        match context.file.get(SMCR) & SMS {
            RESET => {
                self.restart(context);
                self.raise(SR_TIF, context);
            }
            TRIGGER => {
                if cr1 & CR1_CEN == 0 {
                    self.at = context.cycle;
                }
                context.file.set(CR1, cr1 | CR1_CEN);
                self.raise(SR_TIF, context);
            }
            EXTERNAL_CLOCK if cr1 & CR1_CEN != 0 => {
                self.pulse(context);
                self.raise(SR_TIF, context);
            }
            _ => {}
        }
    }

    /// A pulse that the prescaler counts, in place of the clock of the bus.
    fn pulse(&mut self, context: &mut Context<'_>) {
        if self.pulses >= self.prescaler {
            self.pulses = 0;
            self.advance(1, context);
        } else {
            self.pulses += 1;
        }
    }

    /// An edge from a quadrature encoder, by the table "Counting direction versus encoder signals" of both manuals: up where
    /// input 1 is ahead of input 2. Each edge tells the direction, also those that are not counted.
    fn turn(&mut self, input: usize, context: &mut Context<'_>) {
        let cr1 = context.file.get(CR1);
        if input > 1 || cr1 & CR1_CEN == 0 || self.off != 0 {
            return;
        }
        let same = self.level(0, context) == self.level(1, context);
        let up = same == (input == 1);
        self.counter.mode = if up { Mode::Up } else { Mode::Down };
        self.counter.down = !up;
        context
            .file
            .set(CR1, cr1 & !CR1_DIR | if up { 0 } else { CR1_DIR });
        // Bit 0 of `SMS` counts edges of input 2, bit 1 those of input 1.
        if context.file.get(SMCR) & if input == 1 { 0b01 } else { 0b10 } != 0 {
            self.pulse(context);
        }
    }
}

//! General-purpose I/O port with mode registers (STM32F0, F2 to F4, F7, G, H, L): RM0377 chapter 8, RM0091 chapter 8.
//!
//! | register | modelled |
//! |---|---|
//! | `MODER` | all four modes; a pin is an output of the port only in mode 01 |
//! | `OTYPER`, `PUPDR` | push-pull, open-drain, pull-up, pull-down |
//! | `OSPEEDR` | kept, without effect |
//! | `IDR` | level of each pin, 0 in analog mode (RM0377 section 8.3.12) and on a pin nobody drives |
//! | `ODR`, `BSRR`, `BRR` | with set winning over reset in `BSRR` (section 8.4.7) |
//! | `LCKR` | the key sequence and what it freezes (section 8.3.8) |
//! | `AFRL`, `AFRH` | the peripheral's signal drives the pin and reads it, by the chip's table of alternate functions |

use std::collections::BTreeMap;

use bringup_cpu::Width;

mod watch;

use self::watch::Watch;
use crate::models::Waiting;
use crate::peripheral::{Context, Model, Reset, Setup};
use crate::pins::{Drive, PinId, Pins, SignalId};
use crate::registers::RegisterFile;

const MODER: u32 = 0x00;
const OTYPER: u32 = 0x04;
const OSPEEDR: u32 = 0x08;
const PUPDR: u32 = 0x0C;
const IDR: u32 = 0x10;
const ODR: u32 = 0x14;
const BSRR: u32 = 0x18;
const LCKR: u32 = 0x1C;
const AFRL: u32 = 0x20;
const AFRH: u32 = 0x24;
const BRR: u32 = 0x28;

/// `LCKR.LCKK`: the key of the lock.
const LCKK: u32 = 1 << 16;

const MODE_OUTPUT: u32 = 0b01;
const MODE_ALTERNATE: u32 = 0b10;
const MODE_ANALOG: u32 = 0b11;

/// Where firmware is in the sequence that locks the port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lock {
    Open,
    /// The key was written as 1, with these pins.
    One(u32),
    /// The key was written as 1, then as 0, with these pins.
    OneZero(u32),
    /// These pins are frozen until the next reset.
    Locked(u32),
}

/// The pins of a port, with their numbers.
type PortPins = Vec<(u32, PinId)>;

/// Signals by pin and alternate function.
type Alternates = Vec<Vec<Option<SignalId>>>;

/// One port of up to 16 pins.
#[derive(Debug, Clone)]
pub struct Gpio {
    /// The pins 0 to 15, in this order.
    pins: PortPins,
    /// Signals by pin and alternate function.
    alternates: Alternates,
    lock: Lock,
    watch: Watch,
}

impl Gpio {
    /// Makes the model of port `GPIOx` and its pins `Px0` to `Px15`.
    pub fn new(setup: &mut Setup<'_>) -> Self {
        let port = port_of(setup.name).to_owned();
        let owner = setup.device.0;
        let (pins, alternates) = add_pins(setup.name, owner, setup.alternates, setup.pins);
        setup.correct(IDR, |word| word.make_read_only(0xFFFF));
        setup.correct(BSRR, |word| word.make_command(u32::MAX));
        setup.correct(BRR, |word| word.make_command(0xFFFF));
        setup.correct(LCKR, |word| word.make_read_write(0x1_FFFF));
        Self::limit(setup);
        Self {
            pins,
            alternates,
            lock: Lock::Open,
            watch: Watch::new(setup, &port),
        }
    }

    /// The codes that are reserved: RM0377 and RM0091, `GPIOx_PUPDR`, `GPIOx_AFRL`, `GPIOx_AFRH`.
    fn limit(setup: &mut Setup<'_>) {
        let pulls = "0 is no resistor, 1 pull-up, 2 pull-down";
        let functions = "the alternate functions are 0 to 7";
        for pin in 0..16 {
            setup.allow(PUPDR, 0b11 << (2 * pin), 0..=2, pulls);
            let register = if pin < 8 { AFRL } else { AFRH };
            let field = 0b1111 << (4 * (pin % 8));
            setup.allow(register, field, 0..=7, functions);
        }
    }

    /// Works out what the port does to the pins in `changed`, and what it reads from them.
    fn settle(&self, changed: u32, context: &mut Context<'_>) {
        let file = &mut *context.file;
        let (moder, otyper) = (file.get(MODER), file.get(OTYPER));
        let (pupdr, odr) = (file.get(PUPDR), file.get(ODR));
        let alternate = [file.get(AFRL), file.get(AFRH)];
        let mut idr = file.get(IDR);
        // Firmware that toggles pins spends its time here: only what changed is looked at.
        let mut rest = changed;
        while rest != 0 {
            let pin = rest.trailing_zeros();
            rest &= rest - 1;
            let Some(&(_, id)) = self.pins.get(pin as usize) else {
                break;
            };
            let mode = (moder >> (2 * pin)) & 0b11;
            let high = odr & (1 << pin) != 0;
            let open_drain = otyper & (1 << pin) != 0;
            let signal = if mode == MODE_ALTERNATE {
                let function = (alternate[pin as usize / 8] >> (4 * (pin % 8))) & 0b1111;
                let signals = self.alternates.get(pin as usize);
                signals.and_then(|signals| signals.get(function as usize).copied().flatten())
            } else {
                None
            };
            let driven = context
                .pins
                .connect(id, signal.map(|signal| (signal, open_drain)));
            let output = match mode {
                MODE_OUTPUT => Some(high).filter(|high| !(open_drain && *high)),
                _ => driven,
            };
            let pull = match (pupdr >> (2 * pin)) & 0b11 {
                // In analog mode the pull resistors are off by hardware.
                _ if mode == MODE_ANALOG => None,
                0b01 => Some(true),
                0b10 => Some(false),
                _ => None,
            };
            let level = context
                .pins
                .set_drive(id, Drive { output, pull }, context.cycle);
            let seen = mode != MODE_ANALOG && level.unwrap_or(false);
            context.pins.set_input(id, seen);
            idr = if seen {
                idr | (1 << pin)
            } else {
                idr & !(1 << pin)
            };
        }
        context.file.set(IDR, idr);
    }

    /// Settles what a change of `ODR` changes: of the pins in `changed` those that are outputs.
    fn settle_outputs(&mut self, changed: u32, context: &mut Context<'_>) {
        let moder = context.file.get(MODER);
        // A port has 16 pins, however wide an SVD file makes its register.
        let changed = changed & 0xFFFF;
        let mut outputs = changed;
        let mut rest = changed;
        while rest != 0 {
            let pin = rest.trailing_zeros();
            rest &= rest - 1;
            if (moder >> (2 * pin)) & 0b11 != MODE_OUTPUT {
                outputs &= !(1 << pin);
            }
        }
        self.watch.levels_set(changed & !outputs, context);
        if outputs != 0 {
            self.settle(outputs, context);
        }
    }

    /// Sets `ODR` and the pins that follow it.
    fn set_odr(&mut self, new: u32, context: &mut Context<'_>) {
        let changed = context.file.get(ODR) ^ new;
        if changed != 0 {
            context.file.set(ODR, new);
            self.settle_outputs(changed, context);
        }
    }

    /// Takes a write to `LCKR` through the sequence: key 1, key 0, key 1, all words, all with the same pins.
    fn write_lock(&mut self, width: Width, value: u32, context: &mut Context<'_>) {
        let (key, pins) = (value & LCKK != 0, value & 0xFFFF);
        self.lock = match self.lock {
            Lock::Locked(frozen) => Lock::Locked(frozen),
            _ if width != Width::Word => Lock::Open,
            Lock::One(first) if !key && pins == first => Lock::OneZero(pins),
            Lock::OneZero(first) if key && pins == first => Lock::Locked(pins),
            _ if key => Lock::One(pins),
            _ => Lock::Open,
        };
        let shown = match self.lock {
            Lock::Locked(frozen) => LCKK | frozen,
            _ => pins,
        };
        context.file.set(LCKR, shown);
    }

    /// The bits of the register at `offset` that the lock freezes.
    fn frozen(&self, offset: u32) -> u32 {
        let Lock::Locked(pins) = self.lock else {
            return 0;
        };
        let spread = |first: u32, count: u32, width: u32| {
            let field = (1_u32 << width) - 1;
            (0..count)
                .filter(|pin| pins & (1 << (first + pin)) != 0)
                .fold(0, |bits, pin| bits | field << (pin * width))
        };
        match offset {
            MODER | OSPEEDR | PUPDR => spread(0, 16, 2),
            OTYPER => pins,
            AFRL => spread(0, 8, 4),
            AFRH => spread(8, 8, 4),
            _ => 0,
        }
    }

    /// Writes one of the registers that configure pins.
    fn configure(
        &mut self,
        offset: u32,
        width: Width,
        value: u32,
        context: &mut Context<'_>,
    ) -> bool {
        let word = offset & !3;
        let old = context.file.get(word);
        if !context.file.write(offset, width, value) {
            return false;
        }
        let frozen = self.frozen(word);
        let new = (context.file.get(word) & !frozen) | (old & frozen);
        context.file.set(word, new);
        let differs = old ^ new;
        let pins = match word {
            MODER | PUPDR => (0..16)
                .filter(|pin| differs & (0b11 << (2 * pin)) != 0)
                .fold(0, |pins, pin| pins | 1 << pin),
            OTYPER => differs & 0xFFFF,
            AFRL => (0..8)
                .filter(|pin| differs & (0b1111 << (4 * pin)) != 0)
                .fold(0, |pins, pin| pins | 1 << pin),
            AFRH => (0..8)
                .filter(|pin| differs & (0b1111 << (4 * pin)) != 0)
                .fold(0, |pins, pin| pins | 1 << (8 + pin)),
            _ => 0,
        };
        if pins != 0 {
            if word == MODER {
                self.watch.became_outputs(outputs(new));
            }
            self.watch.configured(word, (old, new), pins, context);
            self.settle(pins, context);
        }
        true
    }
}

/// The letter of a port.
fn port_of(name: &str) -> &str {
    name.strip_prefix("GPIO").unwrap_or(name)
}

/// Adds the pins of a port that are not there yet: the pins, and the signals by pin and alternate function.
pub(crate) fn add_pins(
    peripheral: &str,
    owner: u16,
    functions: &BTreeMap<String, String>,
    all: &mut Pins,
) -> (PortPins, Alternates) {
    let port = port_of(peripheral);
    let letter = port.bytes().next().map_or(0, |c| c.wrapping_sub(b'A'));
    let (mut pins, mut alternates) = (Vec::new(), Vec::new());
    for pin in 0..16 {
        let name = format!("P{port}{pin}");
        let list = functions.get(&name).map_or("", String::as_str);
        let signals = list.split_whitespace();
        alternates.push(
            signals
                .map(|signal| (signal != "-").then(|| all.signal(signal)))
                .collect(),
        );
        pins.push((u32::from(pin), all.add(name, owner, (letter, pin))));
    }
    (pins, alternates)
}

/// How a port may wait until firmware uses it: its pins are connected to nothing in reset. Those of port A are not,
/// it has the pins of the debug port with their pull resistors (RM0377 section 8.3.1, RM0091 section 8.3.1).
pub(crate) fn waiting(peripheral: &str) -> Waiting {
    match port_of(peripheral) {
        "A" => Waiting::InReset,
        _ => Waiting::Unmade,
    }
}

/// The pins that are outputs by `MODER`.
fn outputs(moder: u32) -> u32 {
    (0..16)
        .filter(|pin| (moder >> (2 * pin)) & 0b11 == MODE_OUTPUT)
        .fold(0, |pins, pin| pins | 1 << pin)
}

impl Model for Gpio {
    fn reset(&mut self, _: Reset, context: &mut Context<'_>) {
        self.lock = Lock::Open;
        context.file.reset();
        self.settle(0xFFFF, context);
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        let word = offset & !3;
        let raw = value << ((offset & 3) * 8);
        match word {
            BSRR if context.file.layout().word(BSRR).is_some() => {
                let odr = context.file.get(ODR);
                self.set_odr((odr & !(raw >> 16)) | (raw & 0xFFFF), context);
            }
            BRR if context.file.layout().word(BRR).is_some() => {
                let odr = context.file.get(ODR);
                self.set_odr(odr & !(raw & 0xFFFF), context);
            }
            ODR => {
                let Some((before, after)) = context.file.exchange(offset, width, value) else {
                    return false;
                };
                if before != after {
                    self.settle_outputs(before ^ after, context);
                }
            }
            LCKR => self.write_lock(width, value, context),
            _ => return self.configure(offset, width, value, context),
        }
        true
    }

    fn pins_changed(&mut self, pins: u32, context: &mut Context<'_>) {
        self.settle(pins, context);
    }

    fn run_ended(&mut self, settled: u64, context: &mut Context<'_>) {
        self.watch.run_ended(settled, &self.pins, context);
    }

    fn awaits_outside(&self, offset: u32, _: &RegisterFile) -> bool {
        offset & !3 == IDR
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}

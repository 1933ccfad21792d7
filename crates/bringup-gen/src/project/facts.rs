//! What the programs have to know of a chip: names of ports, of fields, of bits that turn clocks on.

use bringup_device::catalogue::{Board, Chip, ConsolePort, Led};
use bringup_device::gates::GateFields;
use bringup_device::{Device, Peripheral, RegisterOrCluster};
use minijinja::{Value, context};

use super::{Error, ErrorKind};
use crate::pac::Theme;

/// The timer that the interrupt template uses on chips of ST.
const TIMER: &str = "TIM2";

/// Facts of a chip, each asked for by the template that needs it.
pub(super) struct Facts<'a> {
    pub(super) chip: &'a Chip,
    pub(super) device: &'a Device,
    pub(super) gates: GateFields,
}

impl<'a> Facts<'a> {
    pub(super) fn new(chip: &'a Chip, device: &'a Device) -> Self {
        Self {
            chip,
            device,
            gates: GateFields::of(device),
        }
    }

    fn is_stm32(&self) -> bool {
        self.chip.family.as_deref() == Some("stm32")
    }

    /// The LED that a program switches: the first of the board.
    pub(super) fn led(&self, board: &Board) -> Result<Value, Error> {
        let led = first_led(board)?;
        let pin = Pin::of(&led.pin)?;
        let port = self.port(&pin)?;
        let returns = led.return_pin.as_deref().map(Pin::of).transpose()?;
        let mut facts = context! {
            label => &led.label,
            pin => &led.pin,
            active_low => led.active_low,
            number => pin.number,
            port => port.to_lowercase(),
            port_name => &port,
            port_type => pascal(&port),
            port_short => pin.port.to_lowercase(),
            // TM4C numbers its ports, and a GD32VF103 has two registers for the halves of one.
            port_number => pin.port.bytes().next().map_or(0, |letter| letter.saturating_sub(b'A')),
            ctl => if pin.number < 8 { "ctl0" } else { "ctl1" },
        };
        if let Some(returns) = returns {
            facts = context! { return_number => returns.number, ..facts };
        }
        if self.is_stm32() {
            facts = context! {
                gate => self.gate(&port)?,
                mode => self.mode(&port, pin.number)?,
                ..facts
            };
        }
        Ok(facts)
    }

    /// The timer of the interrupt template.
    pub(super) fn timer(&self) -> Result<Value, Error> {
        let (name, interrupt) = match self.chip.family.as_deref() {
            Some("stm32") => (TIMER, TIMER),
            Some("nrf51") => ("TIMER0", "TIMER0"),
            Some("rp2040") => ("TIMER", "TIMER_IRQ_0"),
            Some("tm4c") => ("TIMER0", "TIMER0A"),
            Some("gd32vf103") => ("TIMER1", "TIMER1"),
            _ => ("CLINT", ""),
        };
        self.has_peripheral(name)?;
        let interrupts = || self.device.interrupts();
        if !interrupt.is_empty() && !interrupts().iter().any(|it| it.name == interrupt) {
            return Err(lacks(format!("interrupt {interrupt}")));
        }
        let facts = context! {
            name => name.to_lowercase(),
            peripheral => name,
            timer_type => pascal(name),
            interrupt,
        };
        Ok(if self.is_stm32() {
            context! { gate => self.gate(name)?, ..facts }
        } else {
            facts
        })
    }

    /// The serial port that leads to the computer.
    pub(super) fn console(&self, console: &ConsolePort) -> Result<Value, Error> {
        self.has_peripheral(&console.port)?;
        let (tx, rx) = (Pin::of(&console.tx)?, Pin::of(&console.rx)?);
        let facts = context! {
            port => &console.port,
            tx => &console.tx,
            rx => &console.rx,
            tx_number => tx.number,
            rx_number => rx.number,
            uart => console.port.to_lowercase(),
            uart_name => &console.port,
            uart_type => pascal(&console.port),
        };
        if !self.is_stm32() {
            return Ok(facts);
        }
        let gpio = self.port(&tx)?;
        let (function, pins) = self.alternate_functions(console, &gpio, [&tx, &rx])?;
        let uart = self.device.peripheral(&console.port);
        let old = uart.is_some_and(|uart| !has_register(uart, "ISR"));
        Ok(context! {
            gate => self.gate(&console.port)?,
            port_gate => self.gate(&gpio)?,
            gpio => gpio.to_lowercase(),
            gpio_name => &gpio,
            af => function,
            pins,
            old,
            ..facts
        })
    }

    /// Which alternate function makes two pins of a port those of a serial port, and the names of their fields.
    fn alternate_functions(
        &self,
        console: &ConsolePort,
        gpio: &str,
        pins: [&Pin; 2],
    ) -> Result<(usize, Vec<Value>), Error> {
        let number = |pin: &str, signal: &str| {
            let signal = format!("{}_{signal}", console.port);
            let functions = self.chip.alternate_functions.get(pin)?;
            functions.split_whitespace().position(|it| it == signal)
        };
        let function = number(&console.tx, "TX")
            .filter(|tx| number(&console.rx, "RX") == Some(*tx))
            .ok_or_else(|| ErrorKind::NoFunction {
                chip: self.chip.name.clone(),
                port: console.port.clone(),
                pin: console.tx.clone(),
            })?;
        let field = |pin: &Pin| {
            let register = if pin.number < 8 { "AFRL" } else { "AFRH" };
            let half = register.chars().last().unwrap_or('L');
            let names = [
                format!("AFSEL{}", pin.number),
                format!("AFR{half}{}", pin.number),
                format!("AFR{}", pin.number),
            ];
            let peripheral = self.device.peripheral(gpio);
            let found = names
                .into_iter()
                .find(|name| peripheral.is_some_and(|it| has_field(it, register, name)));
            let found =
                found.ok_or_else(|| lacks(format!("{gpio}.{register}.AFSEL{}", pin.number)))?;
            Ok::<_, Error>(context! {
                af_register => register.to_lowercase(),
                af_field => found.to_lowercase(),
                mode => self.mode(gpio, pin.number)?,
            })
        };
        Ok((function, vec![field(pins[0])?, field(pins[1])?]))
    }

    /// The field that turns the clock of a peripheral on.
    fn gate(&self, peripheral: &str) -> Result<Value, Error> {
        let gate = self
            .gates
            .gate(peripheral)
            .enable
            .ok_or_else(|| lacks(format!("clock enable bit of {peripheral}")))?;
        Ok(context! {
            peripheral => gate.peripheral.to_lowercase(),
            register => gate.register.to_lowercase(),
            field => gate.field.to_lowercase(),
        })
    }

    /// The port of a pin, which has to exist.
    fn port(&self, pin: &Pin) -> Result<String, Error> {
        let name = match self.chip.family.as_deref() {
            Some("nrf51") => "GPIO".to_owned(),
            Some("rp2040") => "SIO".to_owned(),
            Some("fe310") => "GPIO0".to_owned(),
            _ => format!("GPIO{}", pin.port),
        };
        self.has_peripheral(&name)?;
        Ok(name)
    }

    fn has_peripheral(&self, name: &str) -> Result<(), Error> {
        match self.device.peripheral(name) {
            Some(_) => Ok(()),
            None => Err(lacks(name.to_owned())),
        }
    }

    /// The field of a pin's mode on chips of ST, which the files of some families call `MODE3` and those of others
    /// `MODER3`. A file without it, or without BSRR, is one for another family.
    fn mode(&self, port: &str, number: u32) -> Result<String, Error> {
        let peripheral = self
            .device
            .peripheral(port)
            .ok_or_else(|| lacks(port.to_owned()))?;
        for stem in ["BS", "BR"] {
            let field = format!("{stem}{number}");
            if !has_field(peripheral, "BSRR", &field) {
                return Err(lacks(format!("{port}.BSRR.{field}")));
            }
        }
        let mut modes = ["MODE", "MODER"]
            .map(|stem| format!("{stem}{number}"))
            .into_iter();
        modes
            .find(|field| has_field(peripheral, "MODER", field))
            .map(|field| field.to_lowercase())
            .ok_or_else(|| lacks(format!("{port}.MODER.MODE{number}")))
    }
}

/// The LED that the programs switch.
pub(super) fn first_led(board: &Board) -> Result<&Led, Error> {
    let no_led = || ErrorKind::NoLed(board.name.clone());
    Ok(board.leds.first().ok_or_else(no_led)?)
}

fn lacks(what: String) -> Error {
    ErrorKind::Lacks(what).into()
}

/// A pin of a port: `PB3` is number 3 of port `B`, `P0.13` number 13 of port `0`, `GPIO25` number 25 of the only port.
struct Pin {
    port: String,
    number: u32,
}

impl Pin {
    fn of(name: &str) -> Result<Self, Error> {
        let bad = || Error::from(ErrorKind::Pin(name.to_owned()));
        let (port, number) = if let Some(number) = name.strip_prefix("GPIO") {
            ("", number)
        } else {
            let rest = name.strip_prefix('P').ok_or_else(bad)?;
            match rest.split_once('.') {
                Some(parts) => parts,
                None => rest.split_at_checked(1).ok_or_else(bad)?,
            }
        };
        let number = number.parse().ok().filter(|&number| number < 32);
        Ok(Self {
            port: port.to_owned(),
            number: number.ok_or_else(bad)?,
        })
    }
}

/// A peripheral's type in a generated crate.
fn pascal(name: &str) -> String {
    Theme::Current.item(name)
}

fn registers<'a>(
    peripheral: &'a Peripheral,
    name: &'a str,
) -> impl Iterator<Item = &'a bringup_device::Register> {
    peripheral
        .registers
        .iter()
        .filter_map(move |item| match item {
            RegisterOrCluster::Register(register) if register.name == name => Some(register),
            _ => None,
        })
}

fn has_register(peripheral: &Peripheral, name: &str) -> bool {
    registers(peripheral, name).next().is_some()
}

fn has_field(peripheral: &Peripheral, register: &str, field: &str) -> bool {
    registers(peripheral, register).any(|register| {
        register
            .fields_expanded()
            .any(|instance| instance.name == field)
    })
}

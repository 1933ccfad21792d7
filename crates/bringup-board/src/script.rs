//! What the world outside does during a run, at which times: a few lines of text.
//!
//! ```text
//! # A press of the button, then a greeting.
//! 100ms   PA0 high
//! +20ms   PA0 low
//! 1.5s    USART2 "hello\r\n"
//! 2s      PA0 float
//! +1ms    PA1 1.65V
//! 3s      reset
//! ```
//!
//! A line has a time since power-on, or after `+` since the line before; then a pin and `high`, `low`, `float` or a voltage in `V` or `mV`, or a serial port and what it receives, or
//! `reset` for the reset button. Times have a unit of `ns`, `us`, `ms`, `s`, `m` or `h`, with decimals to the nanosecond. Text knows
//! `\n`, `\r`, `\t`, `\0`, `\\`, `\"` and `\xHH`. `#` begins a comment.

use std::sync::Arc;

use crate::board::Board;
use crate::bus::System;
use crate::clock::Time;
use crate::peripheral::Reset;
use crate::pins::PinId;
use crate::scheduler::DeviceIndex;

/// What happens at which times, in the order of time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    steps: Vec<Step>,
}

/// A line of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    nanoseconds: u64,
    line: u32,
    input: Input,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Input {
    /// A pin is driven, or let go of.
    Pin(String, Option<bool>),
    /// A pin gets a voltage, in microvolts.
    Voltage(String, u32),
    /// A serial port receives.
    Bytes(String, Vec<u8>),
    /// The reset pin is pulled low for a moment.
    Reset,
}

/// What is wrong with a line of a script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ScriptProblem {
    /// The line, counted from 1.
    pub line: u32,
    /// What is wrong with it.
    pub message: String,
}

impl Script {
    /// Reads a script, or returns everything that is wrong with it.
    ///
    /// ```
    /// let script = bringup_board::Script::parse("1ms PA0 high\n+1ms PA0 low\n").unwrap();
    /// let problems = bringup_board::Script::parse("1 PA0 high\n1s PA0 up\n").unwrap_err();
    /// assert_eq!(problems.len(), 2);
    /// ```
    pub fn parse(text: &str) -> Result<Self, Vec<ScriptProblem>> {
        let mut steps = Vec::new();
        let mut problems = Vec::new();
        let mut before = 0;
        for (line, text) in (1..).zip(text.lines()) {
            match step(text, before) {
                Ok(None) => {}
                Ok(Some((nanoseconds, input))) => {
                    before = nanoseconds;
                    steps.push(Step {
                        nanoseconds,
                        line,
                        input,
                    });
                }
                Err(message) => problems.push(ScriptProblem { line, message }),
            }
        }
        steps.sort_by_key(|step| step.nanoseconds);
        if problems.is_empty() {
            Ok(Self { steps })
        } else {
            Err(problems)
        }
    }
}

/// One line: when, and what; `None` if there is nothing in it.
fn step(line: &str, before: u64) -> Result<Option<(u64, Input)>, String> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (time, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let nanoseconds = match time.strip_prefix('+') {
        Some(span) => before.checked_add(span_of(span)?),
        None => Some(span_of(time)?),
    };
    let nanoseconds = nanoseconds.ok_or("the time is too large")?;
    let rest = rest.trim();
    let (name, what) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let what = what.trim();
    let plain = what.split('#').next().unwrap_or_default().trim();
    let input = if name == "reset" && plain.is_empty() {
        Input::Reset
    } else if let Some(text) = what.strip_prefix('"') {
        Input::Bytes(name.to_owned(), unescape(text)?)
    } else if let Some(number) = plain.strip_suffix(['V', 'v']) {
        Input::Voltage(name.to_owned(), microvolts(number)?)
    } else {
        let level = match plain {
            "high" | "1" => Some(true),
            "low" | "0" => Some(false),
            "float" => None,
            _ => return Err("a pin and `high`, `low`, `float` or a voltage as `1.2V`, a port and a text in quotes, or `reset` is expected".into()),
        };
        Input::Pin(name.to_owned(), level)
    };
    Ok(Some((nanoseconds, input)))
}

/// The number before the `V` of a voltage, with a prefix or without, in microvolts.
fn microvolts(text: &str) -> Result<u32, String> {
    let wrong = || format!("`{text}V` is not a voltage up to 100 V, as `1.2V` or `800mV`");
    let (number, unit) = match text.strip_suffix('m') {
        Some(number) => (number, 1_000),
        None => (text, 1_000_000),
    };
    let value = decimal(number, unit).ok_or_else(wrong)?;
    u32::try_from(value)
        .ok()
        .filter(|value| *value <= 100_000_000)
        .ok_or_else(wrong)
}

/// A number with up to 12 decimals, times `unit`, rounded down; `None` if it is none.
fn decimal(number: &str, unit: u64) -> Option<u128> {
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 12 {
        return None;
    }
    let unit = u128::from(unit);
    let fraction = u128::from(decimals.parse::<u64>().ok()?) * unit;
    let fraction = fraction / 10_u128.pow(decimals.len() as u32);
    Some(u128::from(whole.parse::<u64>().ok()?) * unit + fraction)
}

/// `1.5ms` in nanoseconds.
fn span_of(text: &str) -> Result<u64, String> {
    let wrong =
        || format!("`{text}` is not a time: a number and a unit are expected, as in `1.5ms`");
    let at = text
        .find(|c: char| c.is_ascii_alphabetic())
        .ok_or_else(wrong)?;
    let (number, unit) = text.split_at(at);
    let unit: u64 = match unit {
        "ns" => 1,
        "us" | "µs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" | "min" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return Err(wrong()),
    };
    let value = decimal(number, unit).ok_or_else(wrong)?;
    u64::try_from(value).map_err(|_| format!("`{text}` is too large"))
}

/// The bytes of a text up to its closing quote, behind which nothing but a comment may stand.
fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut chars = text.chars();
    loop {
        match chars.next() {
            None => return Err("the text has no closing quote".into()),
            Some('"') => break,
            Some('\\') => bytes.push(match chars.next() {
                Some('n') => b'\n',
                Some('r') => b'\r',
                Some('t') => b'\t',
                Some('0') => 0,
                Some('\\') => b'\\',
                Some('"') => b'"',
                Some('x') => {
                    let digits: String = chars.by_ref().take(2).collect();
                    let byte = u8::from_str_radix(&digits, 16)
                        .ok()
                        .filter(|_| digits.len() == 2);
                    byte.ok_or("`\\x` needs two hexadecimal digits")?
                }
                _ => {
                    return Err("`\\` stands before `n`, `r`, `t`, `0`, `\\`, `\"` or `xHH`".into());
                }
            }),
            Some(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    let rest = chars.as_str().trim();
    if rest.is_empty() || rest.starts_with('#') {
        Ok(bytes)
    } else {
        Err(format!("there is `{rest}` behind the text"))
    }
}

/// Who the steps of a script belong to in the list of planned events: there are never so many peripherals.
const SCRIPT: DeviceIndex = DeviceIndex(u16::MAX);

/// A script on its way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Player {
    script: Arc<Script>,
    /// The pins of the steps that have one.
    pins: Arc<[Option<PinId>]>,
    /// The next step.
    next: usize,
}

impl Board {
    /// Lets the world outside do what a script says, at its times since power-on, also after power was off. It takes the place
    /// of the script before; what is due already happens when the board runs next.
    ///
    /// # Errors
    ///
    /// Everything in the script that the chip does not have; then nothing is changed.
    pub fn play(&mut self, script: Script) -> Result<(), Vec<ScriptProblem>> {
        let mut problems = Vec::new();
        let mut pins = Vec::with_capacity(script.steps.len());
        for step in &script.steps {
            let mut pin = None;
            let known = match &step.input {
                Input::Pin(name, _) | Input::Voltage(name, _) => {
                    pin = self.system.pins.find(name);
                    pin.is_some()
                }
                Input::Bytes(port, _) => self.system.receive(port, &[], self.core.cycles()),
                Input::Reset => true,
            };
            pins.push(pin);
            if !known {
                let message = match &step.input {
                    Input::Bytes(port, _) => format!("the chip has no serial port `{port}`"),
                    Input::Pin(name, _) | Input::Voltage(name, _) => {
                        format!("the chip has no pin `{name}`")
                    }
                    Input::Reset => continue,
                };
                let line = step.line;
                problems.push(ScriptProblem { line, message });
            }
        }
        if !problems.is_empty() {
            problems.sort_by_key(|problem| problem.line);
            return Err(problems);
        }
        let player = Player {
            script: Arc::new(script),
            pins: pins.into(),
            next: 0,
        };
        Arc::make_mut(&mut self.pristine).start_script(player.clone());
        self.system.start_script(player);
        Ok(())
    }
}

impl Board {
    /// Lets the world outside do at once what a line of a script says that has no time: `PA0 high`, `USART2 "text"`, `reset`.
    ///
    /// # Errors
    ///
    /// What is wrong with the line, or what of it the chip does not have.
    pub fn input(&mut self, line: &str) -> Result<(), String> {
        let (_, input) = step(&format!("0s {line}"), 0)?.ok_or("nothing is said")?;
        match input {
            Input::Pin(name, level) => self.drive(&name, level).map_err(|error| error.to_string()),
            Input::Voltage(name, microvolts) => {
                let done = self.apply(&name, microvolts);
                done.map_err(|error| error.to_string())
            }
            Input::Bytes(port, bytes) => {
                self.send(&port, &bytes).map_err(|error| error.to_string())
            }
            Input::Reset => {
                self.press_reset();
                Ok(())
            }
        }
    }
}

impl System {
    /// Gives a pin a voltage from outside.
    pub(crate) fn apply(&mut self, pin: PinId, microvolts: u32, cycle: u64) {
        if let Some(owner) = self.pins.owner(pin) {
            self.finish(owner, cycle);
        }
        self.pins.set_voltage(pin, microvolts, cycle);
        self.after_model(cycle);
    }

    fn start_script(&mut self, player: Player) {
        self.player = player;
        self.plan_script();
    }

    fn plan_script(&mut self) {
        match self.player.script.steps.get(self.player.next) {
            Some(step) => {
                let time = Time::from_nanos(step.nanoseconds);
                self.scheduler.at_time(SCRIPT, 0, time, &self.clock);
            }
            None => self.scheduler.cancel(SCRIPT, 0),
        }
    }

    /// Does the step that is due, if the event is a script's.
    pub(crate) fn script_event(&mut self, device: DeviceIndex, cycle: u64) -> bool {
        if device != SCRIPT {
            return false;
        }
        let (script, next) = (Arc::clone(&self.player.script), self.player.next);
        self.player.next += 1;
        if let Some(step) = script.steps.get(next) {
            match &step.input {
                Input::Pin(_, level) => {
                    if let Some(pin) = self.player.pins.get(next).copied().flatten() {
                        self.drive(pin, *level, cycle);
                    }
                }
                Input::Voltage(_, microvolts) => {
                    if let Some(pin) = self.player.pins.get(next).copied().flatten() {
                        self.apply(pin, *microvolts, cycle);
                    }
                }
                // It was asked for when the script began whether there is such a port.
                Input::Bytes(port, bytes) => drop(self.receive(port, bytes, cycle)),
                Input::Reset => {
                    self.wires.reset = Some(Reset::Pin);
                    self.after_model(cycle);
                }
            }
        }
        self.plan_script();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let text = "# nothing\n\n1.5ms PA0 high # comment\n+1us PA0 low\n 2s USART2 \"a#\\x41\\n\\\"é\" # x\n1ns reset\n3h PB1 float\n+1s PB1 1.65V # half\n+1s PB1 800mV\n";
        let script = Script::parse(text).unwrap();
        let steps: Vec<_> = script
            .steps
            .iter()
            .map(|step| (step.nanoseconds, step.line, step.input.clone()))
            .collect();
        let pin = |name: &str, level| Input::Pin(name.into(), level);
        assert_eq!(
            steps,
            [
                (1, 6, Input::Reset),
                (1_500_000, 3, pin("PA0", Some(true))),
                (1_501_000, 4, pin("PA0", Some(false))),
                (
                    2_000_000_000,
                    5,
                    Input::Bytes("USART2".into(), b"a#A\n\"\xC3\xA9".to_vec())
                ),
                (10_800_000_000_000, 7, pin("PB1", None)),
                (
                    10_801_000_000_000,
                    8,
                    Input::Voltage("PB1".into(), 1_650_000)
                ),
                (10_802_000_000_000, 9, Input::Voltage("PB1".into(), 800_000)),
            ]
        );
    }

    #[test]
    fn every_wrong_line_is_reported() {
        let text = "1 PA0 high\nPA0 high\n1s\n1s PA0\n1s PA0 up\n1s USART2 \"a\n1s USART2 \"\\q\"\n1s USART2 \"a\" b\n\
            1.s PA0 high\n99999999999999h PA0 low\n1s USART2 \"\\xZ\"\n+é PA0 low\n1s PA0 -1V\n1s PA0 V\n1s PA0 101V\n1s PA0 low";
        let problems = Script::parse(text).unwrap_err();
        let lines: Vec<u32> = problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, (1..=15).collect::<Vec<_>>());
    }
}

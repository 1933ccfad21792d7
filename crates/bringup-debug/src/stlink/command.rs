//! The commands of an ST-LINK/V2-1 (firmware V2J40M27): 16 bytes, and data in one direction.

use bringup_board::Width;

use super::{PRODUCT, VENDOR, word};
use crate::dap::{DebugPort, Fault};

/// Numbers of commands.
mod code {
    pub(super) const GET_VERSION: u8 = 0xF1;
    pub(super) const DEBUG: u8 = 0xF2;
    pub(super) const GET_MODE: u8 = 0xF5;
    pub(super) const GET_VOLTAGE: u8 = 0xF7;

    pub(super) const READ_32: u8 = 0x07;
    pub(super) const WRITE_32: u8 = 0x08;
    pub(super) const READ_8: u8 = 0x0C;
    pub(super) const WRITE_8: u8 = 0x0D;
    pub(super) const EXIT: u8 = 0x21;
    pub(super) const ENTER: u8 = 0x30;
    pub(super) const READ_IDS: u8 = 0x31;
    pub(super) const RESET: u8 = 0x32;
    pub(super) const READ_REGISTER: u8 = 0x33;
    pub(super) const WRITE_REGISTER: u8 = 0x34;
    pub(super) const WRITE_DEBUG: u8 = 0x35;
    pub(super) const READ_DEBUG: u8 = 0x36;
    pub(super) const READ_REGISTERS: u8 = 0x3A;
    pub(super) const STATUS: u8 = 0x3B;
    pub(super) const DRIVE_RESET: u8 = 0x3C;
    pub(super) const STATUS_2: u8 = 0x3E;
    pub(super) const START_TRACE: u8 = 0x40;
    pub(super) const STOP_TRACE: u8 = 0x41;
    pub(super) const TRACE_LENGTH: u8 = 0x42;
    pub(super) const SWD_CLOCK: u8 = 0x43;
    pub(super) const JTAG_CLOCK: u8 = 0x44;
    pub(super) const READ_DAP: u8 = 0x45;
    pub(super) const WRITE_DAP: u8 = 0x46;
    pub(super) const READ_16: u8 = 0x47;
    pub(super) const WRITE_16: u8 = 0x48;
    pub(super) const INIT_AP: u8 = 0x4B;
    pub(super) const CLOSE_AP: u8 = 0x4C;
    pub(super) const WRITE_32_SAME: u8 = 0x50;
    pub(super) const MISC_OUT: u8 = 0x51;
    pub(super) const MISC_IN: u8 = 0x52;
    pub(super) const READ_32_SAME: u8 = 0x54;
}

/// Status of a command.
mod status {
    pub(super) const OK: u8 = 0x80;
    pub(super) const AP_FAULT: u8 = 0x11;
    pub(super) const UNKNOWN: u8 = 0x81;
}

/// Modes of the probe: of a mass storage, after power-on, and of a debug probe.
const MODE_STORAGE: u8 = 1;
const MODE_DEBUG: u8 = 2;

/// Version 2, J40, M27.
const VERSION: u16 = 0x2A1B;

/// What the probe's converter reads of its reference of 1.2 V, and of half the target's supply of 3.3 V.
const VOLTAGE: [u32; 2] = [1200, 1650];

/// Debug port in commands that name a port.
const DEBUG_PORT: u16 = 0xFFFF;

const DCRSR: u32 = 0xE000_EDF4;
const DCRDR: u32 = 0xE000_EDF8;
const DCRSR_WRITE: u32 = 1 << 16;
const AIRCR: u32 = 0xE000_ED0C;
const AIRCR_RESET: u32 = 0x05FA_0004;

/// The most items of [`code::MISC_OUT`].
const MOST_ITEMS: u32 = 64;

/// Data of a command.
#[derive(Debug)]
pub(super) enum Transfer<'a> {
    /// The client waits for some.
    Read,
    /// The client sent these.
    Write(&'a [u8]),
}

/// The state of a probe.
#[derive(Debug)]
pub(super) struct Probe {
    mode: u8,
    /// Status of the last access to memory, and where it failed.
    last: (u8, u32),
    /// Results of the last [`code::MISC_OUT`], values first.
    misc: Vec<u8>,
}

impl Default for Probe {
    fn default() -> Self {
        Self {
            mode: MODE_STORAGE,
            last: (status::OK, 0),
            misc: Vec::new(),
        }
    }
}

/// What a command about memory names.
struct Block {
    address: u32,
    length: usize,
    ap: u8,
    width: Width,
    /// All at the same address.
    same: bool,
}

impl Block {
    /// Reads the parameters of a command; `None` if it is not about memory.
    fn of(command: &[u8]) -> Option<Self> {
        let (width, same) = match *command.get(1)? {
            code::READ_8 | code::WRITE_8 => (Width::Byte, false),
            code::READ_16 | code::WRITE_16 => (Width::Halfword, false),
            code::READ_32 | code::WRITE_32 => (Width::Word, false),
            code::READ_32_SAME | code::WRITE_32_SAME => (Width::Word, true),
            _ => return None,
        };
        Some(Self {
            address: word(command, 2),
            length: (word(command, 6) & 0xFFFF) as usize,
            ap: *command.get(8)?,
            width,
            same,
        })
    }
}

impl Probe {
    /// Carries out a command and appends what it answers.
    pub(super) fn command(
        &mut self,
        command: &[u8],
        transfer: &Transfer<'_>,
        port: &mut dyn DebugPort,
        out: &mut Vec<u8>,
    ) {
        match command.first() {
            Some(&code::GET_VERSION) => {
                out.extend(VERSION.to_be_bytes());
                out.extend(VENDOR.to_le_bytes());
                out.extend(PRODUCT.to_le_bytes());
            }
            Some(&code::GET_MODE) => out.push(self.mode),
            Some(&code::GET_VOLTAGE) => out.extend(VOLTAGE.iter().flat_map(|it| it.to_le_bytes())),
            Some(&code::DEBUG) => match (Block::of(command), transfer) {
                (Some(block), Transfer::Read) => self.read_block(&block, port, out),
                (Some(block), Transfer::Write(data)) => self.write_block(&block, data, port),
                (None, _) => self.debug(command, transfer, port, out),
            },
            // Modes to leave, which this probe is never in, answer nothing; others do not exist.
            _ => out.push(status::UNKNOWN),
        }
    }

    /// Commands that are not about blocks of memory. Most answer with a status in the first byte, and a value in the second
    /// word.
    fn debug(
        &mut self,
        command: &[u8],
        transfer: &Transfer<'_>,
        port: &mut dyn DebugPort,
        out: &mut Vec<u8>,
    ) {
        let byte = |at: usize| command.get(at).copied().unwrap_or(0);
        let result = match byte(1) {
            code::EXIT => {
                self.mode = MODE_STORAGE;
                Ok(0)
            }
            code::ENTER => self.enter(port),
            code::READ_IDS => port.read_dp(0x0),
            code::RESET => write_word(port, AIRCR, AIRCR_RESET),
            code::READ_REGISTER => read_register(port, u32::from(byte(2))),
            code::WRITE_REGISTER => write_register(port, u32::from(byte(2)), word(command, 3)),
            code::WRITE_DEBUG => write_word(port, word(command, 2), word(command, 6)),
            code::READ_DEBUG => read_word(port, word(command, 2)),
            code::READ_REGISTERS => return read_registers(port, out),
            code::STATUS | code::STATUS_2 => {
                let (status, address) = self.last;
                out.extend(
                    [u32::from(status), address]
                        .iter()
                        .flat_map(|it| it.to_le_bytes()),
                );
                return;
            }
            code::DRIVE_RESET => {
                drive_reset(port, byte(2));
                Ok(0)
            }
            // There is no trace pin on the chips this is about, so nothing is ever received.
            code::TRACE_LENGTH => return,
            code::START_TRACE
            | code::STOP_TRACE
            | code::SWD_CLOCK
            | code::JTAG_CLOCK
            | code::INIT_AP
            | code::CLOSE_AP => Ok(0),
            code::READ_DAP => read_dap(port, command),
            code::WRITE_DAP => write_dap(port, command),
            code::MISC_OUT => {
                self.misc = match transfer {
                    Transfer::Write(data) => miscellaneous(port, word(command, 2), data),
                    Transfer::Read => Vec::new(),
                };
                return;
            }
            code::MISC_IN => {
                out.append(&mut self.misc);
                return;
            }
            _ => {
                out.push(status::UNKNOWN);
                return;
            }
        };
        out.extend(u32::from(settle(port, result)).to_le_bytes());
        out.extend(result.unwrap_or(0).to_le_bytes());
    }

    /// Takes the debug port into use: clears errors, and asks for power.
    fn enter(&mut self, port: &mut dyn DebugPort) -> Result<u32, Fault> {
        port.line_reset();
        port.read_dp(0x0)?;
        port.write_dp(0x0, 0x1E)?;
        port.write_dp(0x8, 0)?;
        port.write_dp(0x4, 0x5000_0000)?;
        self.mode = MODE_DEBUG;
        Ok(0)
    }

    /// Reads memory; whether that went well is asked for afterwards.
    fn read_block(&mut self, block: &Block, port: &mut dyn DebugPort, out: &mut Vec<u8>) {
        let begin = out.len();
        out.resize(begin + block.length, 0);
        let data = out.get_mut(begin..).unwrap_or_default();
        let result = if block.same {
            let mut words = data.chunks_mut(4);
            words.try_for_each(|word| port.read_memory(block.ap, block.address, block.width, word))
        } else {
            port.read_memory(block.ap, block.address, block.width, data)
        };
        self.note(port, result, block.address);
    }

    /// Writes memory; whether that went well is asked for afterwards.
    fn write_block(&mut self, block: &Block, data: &[u8], port: &mut dyn DebugPort) {
        let data = data.get(..block.length).unwrap_or(data);
        let result = if block.same {
            let mut words = data.chunks(4);
            words.try_for_each(|word| port.write_memory(block.ap, block.address, block.width, word))
        } else {
            port.write_memory(block.ap, block.address, block.width, data)
        };
        self.note(port, result, block.address);
    }

    fn note(&mut self, port: &mut dyn DebugPort, result: Result<(), Fault>, address: u32) {
        let status = settle(port, result);
        self.last = (status, if result.is_ok() { 0 } else { address });
    }
}

/// The status of a result; an error of the port is cleared.
fn settle<T: Copy>(port: &mut dyn DebugPort, result: Result<T, Fault>) -> u8 {
    if result.is_ok() {
        return status::OK;
    }
    // Clearing an error is possible whatever went before.
    let _ = port.write_dp(0x0, 0x1E);
    status::AP_FAULT
}

fn read_word(port: &mut dyn DebugPort, address: u32) -> Result<u32, Fault> {
    let mut bytes = [0; 4];
    port.read_memory(0, address, Width::Word, &mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn write_word(port: &mut dyn DebugPort, address: u32, value: u32) -> Result<u32, Fault> {
    port.write_memory(0, address, Width::Word, &value.to_le_bytes())?;
    Ok(0)
}

fn read_register(port: &mut dyn DebugPort, number: u32) -> Result<u32, Fault> {
    write_word(port, DCRSR, number & 0x7F)?;
    read_word(port, DCRDR)
}

fn write_register(port: &mut dyn DebugPort, number: u32, value: u32) -> Result<u32, Fault> {
    write_word(port, DCRDR, value)?;
    write_word(port, DCRSR, DCRSR_WRITE | number & 0x7F)
}

/// R0 to R15, xPSR, MSP, PSP, a scratch register of the probe's, and CONTROL with PRIMASK.
fn read_registers(port: &mut dyn DebugPort, out: &mut Vec<u8>) {
    let mut values = Vec::new();
    let result = (0..=20).try_for_each(|number| {
        values.push(read_register(port, number)?);
        Ok(())
    });
    out.extend(u32::from(settle(port, result)).to_le_bytes());
    out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

/// Low, high, or low for a moment.
fn drive_reset(port: &mut dyn DebugPort, how: u8) {
    port.drive_reset(how != 1);
    if how == 2 {
        port.drive_reset(false);
    }
}

/// Port and address of a command that names a register.
fn register(command: &[u8]) -> (u16, u8) {
    let both = word(command, 2);
    (both as u16, (both >> 16) as u8)
}

fn read_dap(port: &mut dyn DebugPort, command: &[u8]) -> Result<u32, Fault> {
    match register(command) {
        (DEBUG_PORT, address) => {
            // The bank is a part of the address.
            port.write_dp(0x8, u32::from(address >> 4))?;
            let value = port.read_dp(address & 0xF);
            port.write_dp(0x8, 0)?;
            value
        }
        (ap, address) => port.read_ap(ap as u8, address),
    }
}

fn write_dap(port: &mut dyn DebugPort, command: &[u8]) -> Result<u32, Fault> {
    let value = word(command, 6);
    match register(command) {
        (DEBUG_PORT, address) => {
            port.write_dp(0x8, u32::from(address >> 4))?;
            port.write_dp(address & 0xF, value)?;
        }
        (ap, address) => port.write_ap(ap as u8, address, value)?,
    }
    Ok(0)
}

/// Several accesses in one command: a byte for each that says what it is, then a word for each. The answer is a word for each,
/// and then a status for each.
fn miscellaneous(port: &mut dyn DebugPort, items: u32, data: &[u8]) -> Vec<u8> {
    const ADDRESS: u8 = 1;
    const WRITE: u8 = 2;
    const READ: u8 = 3;
    const AP: u8 = 5;
    let items = items.min(MOST_ITEMS) as usize;
    let values = items.next_multiple_of(4);
    let (mut results, mut statuses) = (Vec::new(), Vec::new());
    let (mut ap, mut address) = (0, 0);
    for index in 0..items {
        let value = word(data, values + 4 * index);
        let mut bytes = value.to_le_bytes();
        let result = match data.get(index) {
            Some(&ADDRESS) => {
                address = value;
                Ok(())
            }
            Some(&WRITE) => port.write_memory(ap, address, Width::Word, &bytes),
            Some(&READ) => port.read_memory(ap, value, Width::Word, &mut bytes),
            Some(&AP) => {
                ap = value as u8;
                Ok(())
            }
            _ => Err(Fault),
        };
        statuses.extend(u32::from(settle(port, result)).to_le_bytes());
        results.extend(bytes);
    }
    results.append(&mut statuses);
    results
}

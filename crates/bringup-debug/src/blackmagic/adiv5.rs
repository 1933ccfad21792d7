//! Accesses to the debug port, to access ports, and to memory through them.

use bringup_board::Width;

use super::BlackMagic;
use super::line::{ABORT_CLEAR_ALL, DP_ABORT, DP_SELECT};
use super::packet::{Answer, Fields, LONGEST};
use crate::dap::{DebugPort, Fault};

/// Set in the address of a register of an access port.
const AP_N_DP: u16 = 0x100;

/// Most bytes of memory that are read by one command: what the buffer of the probe holds beside the end of the answer.
const MOST_READ: u32 = LONGEST as u32 - 3;
/// Most bytes of memory that are written by one command.
const MOST_WRITTEN: u32 = LONGEST as u32 - 42;

impl BlackMagic {
    pub(super) fn adiv5(
        &mut self,
        name: u8,
        mut fields: Fields<'_>,
        port: &mut dyn DebugPort,
    ) -> Answer {
        // The index is that of a device on a chain of JTAG.
        let (Some(_index), Some(ap)) = (fields.u8(), fields.u8()) else {
            return Answer::Parameter;
        };
        let answer = match name {
            b'd' => self.read_dp(fields, port),
            b'R' => self.raw_access(ap, fields, port),
            b'a' => self.read_ap(ap, fields, port),
            b'A' => self.write_ap(ap, fields, port),
            b'm' => read_memory(ap, fields, port),
            b'M' => write_memory(ap, fields, port),
            _ => return Answer::UNRECOGNISED,
        };
        match answer {
            None => Answer::Parameter,
            Some(Ok(answer)) => answer,
            Some(Err(Fault)) => {
                // The probe clears what a failed access leaves, so that the next one is possible.
                self.line.write_dp(port, DP_ABORT, ABORT_CLEAR_ALL);
                Answer::FAULT
            }
        }
    }

    /// `Ad`: reads a register of the debug port, or of the access port that is selected.
    fn read_dp(
        &mut self,
        mut fields: Fields<'_>,
        port: &mut dyn DebugPort,
    ) -> Option<Result<Answer, Fault>> {
        let address = fields.u16().filter(|_| fields.is_empty())?;
        Some(if address & AP_N_DP == 0 {
            port.read_dp(address as u8 & 0xC).map(Answer::word)
        } else {
            let (ap, register) = self.line.selected(address as u8);
            port.read_ap(ap, register).map(Answer::word)
        })
    }

    /// `AR`: a transfer as it is on the wires, so that what is read of an access port is what the read before has asked for.
    fn raw_access(
        &mut self,
        read: u8,
        mut fields: Fields<'_>,
        port: &mut dyn DebugPort,
    ) -> Option<Result<Answer, Fault>> {
        let (address, value) = (fields.u16()?, fields.u32()?);
        let to_ap = address & AP_N_DP != 0;
        Some(match (read != 0, to_ap) {
            (true, _) => self.line.read(port, to_ap, address as u8).map(Answer::word),
            (false, _) => self
                .line
                .write(port, to_ap, address as u8, value)
                .map(|()| Answer::word(0)),
        })
        .filter(|_| fields.is_empty())
    }

    /// `Aa`: reads a register of an access port.
    fn read_ap(
        &mut self,
        ap: u8,
        mut fields: Fields<'_>,
        port: &mut dyn DebugPort,
    ) -> Option<Result<Answer, Fault>> {
        let address = fields.u16().filter(|_| fields.is_empty())? as u8;
        self.select(ap, address, port);
        Some(port.read_ap(ap, address & 0xFC).map(Answer::word))
    }

    /// `AA`: writes a register of an access port.
    fn write_ap(
        &mut self,
        ap: u8,
        mut fields: Fields<'_>,
        port: &mut dyn DebugPort,
    ) -> Option<Result<Answer, Fault>> {
        let (address, value) = (fields.u16()? as u8, fields.u32()?);
        if !fields.is_empty() {
            return None;
        }
        self.select(ap, address, port);
        Some(
            port.write_ap(ap, address & 0xFC, value)
                .map(|()| Answer::OK),
        )
    }

    /// Selects an access port and the bank of a register there, as the probe has to for an access.
    fn select(&mut self, ap: u8, address: u8, port: &mut dyn DebugPort) {
        let selection = u32::from(ap) << 24 | u32::from(address & 0xF0);
        self.line.write_dp(port, DP_SELECT, selection);
    }
}

/// `Am`: reads memory, in the widest accesses that address and length allow. The `CSW` that a client wants is for what it says of protection
/// only, which the bus of these chips does not look at.
fn read_memory(
    ap: u8,
    mut fields: Fields<'_>,
    port: &mut dyn DebugPort,
) -> Option<Result<Answer, Fault>> {
    let (_csw, address, count) = (fields.u32()?, fields.u64()?, fields.u32()?);
    if !fields.is_empty() || count > MOST_READ {
        return None;
    }
    let Ok(address) = u32::try_from(address) else {
        return Some(Err(Fault));
    };
    let mut data = vec![0; count as usize];
    let width = match (address | count).trailing_zeros() {
        0 => Width::Byte,
        1 => Width::Halfword,
        _ => Width::Word,
    };
    let read = port.read_memory(ap, address, width, &mut data);
    Some(read.map(|()| Answer::Bytes(data)))
}

/// `AM`: writes memory, in accesses of the width that the command says.
fn write_memory(
    ap: u8,
    mut fields: Fields<'_>,
    port: &mut dyn DebugPort,
) -> Option<Result<Answer, Fault>> {
    let (_csw, alignment) = (fields.u32()?, fields.u8()?);
    let (address, count) = (fields.u64()?, fields.u32()?);
    let width = match alignment {
        0 => Width::Byte,
        1 => Width::Halfword,
        // Nothing here is wider than a word; two of them are what 64 bits are on this bus.
        2 | 3 => Width::Word,
        _ => return None,
    };
    if count > MOST_WRITTEN || !count.is_multiple_of(1 << alignment) {
        return None;
    }
    let data = fields.bytes(count as usize)?;
    let Ok(address) = u32::try_from(address) else {
        return Some(Err(Fault));
    };
    let written = port.write_memory(ap, address, width, &data);
    Some(written.map(|()| Answer::OK))
}

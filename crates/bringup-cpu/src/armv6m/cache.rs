//! Decoded instructions, kept per region of memory.

use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;

use super::decode;
use super::fault::{Fault, FaultKind};
use super::op::{Kind, Op};
use super::timing::Timing;
use super::unpredictable;
use crate::bus::Bus;

/// Regions are this large and aligned to it.
const REGION_BYTES: u32 = 1 << 20;
/// Ops a region holds at first; it doubles as execution reaches further.
const FIRST_OPS: usize = 4096;
/// How far to decode beyond the instruction asked for, in halfwords.
const AHEAD: u32 = 64;

/// What stands at an address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decoded {
    /// What it does.
    pub(crate) op: Op,
    /// Its length: 2 or 4.
    bytes: u32,
    /// The manual leaves open what it does.
    pub(crate) unpredictable: bool,
}

/// The ops of one region, from its first byte as far as execution has reached.
#[derive(Debug)]
struct Region {
    base: u32,
    ops: Vec<Op>,
}

/// All that has been decoded.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    regions: Vec<Region>,
    /// First address decoded and the one behind the last.
    start: u32,
    end: u64,
}

/// A copy of a core decodes anew: what is cached follows from memory.
impl Clone for Cache {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// Whether the default memory map lets `address` be executed (section B3.1).
const fn executable(address: u32) -> bool {
    matches!(address >> 29, 0 | 1 | 3 | 4)
}

impl Cache {
    /// The region around `pc`, as far as there is one: its first address and its ops.
    pub(crate) fn region(&self, pc: u32) -> (u32, &[Op]) {
        let base = pc & !(REGION_BYTES - 1);
        let region = self.regions.iter().find(|region| region.base == base);
        (base, region.map_or(&[], |region| &region.ops))
    }

    /// First address that may have been decoded, and how many bytes from there on.
    pub(crate) fn extent(&self) -> (u32, u32) {
        let length = self.end.saturating_sub(u64::from(self.start));
        (self.start, u32::try_from(length).unwrap_or(u32::MAX))
    }

    /// Decodes one instruction without keeping it.
    pub(crate) fn decode_one<B: Bus>(
        bus: &mut B,
        timing: &Timing,
        pc: u32,
    ) -> Result<Decoded, Fault> {
        let fetch = |bus: &mut B, address: u32| {
            if !executable(address) {
                return Err(Fault {
                    kind: FaultKind::ExecuteNever,
                    pc,
                    address,
                });
            }
            bus.fetch(address).map_err(|_| Fault {
                kind: FaultKind::Fetch,
                pc,
                address,
            })
        };
        let first = fetch(bus, pc)?;
        let mut wait = bus.fetch_wait(pc);
        let mut second = 0;
        if decode::is_wide(first) {
            let address = pc.wrapping_add(2);
            second = fetch(bus, address)?;
            wait = wait.saturating_add(bus.fetch_wait(address));
        }
        let mut op = decode::decode(pc, first, second, timing);
        op.cost = op
            .cost
            .saturating_add(u8::try_from(wait).unwrap_or(u8::MAX));
        Ok(Decoded {
            op,
            bytes: if decode::is_wide(first) { 4 } else { 2 },
            unpredictable: unpredictable::find(first, second).is_some(),
        })
    }

    /// Decodes the instruction at `pc` and those that follow it.
    pub(crate) fn fill<B: Bus>(
        &mut self,
        bus: &mut B,
        timing: &Timing,
        pc: u32,
        breakpoints: &BTreeSet<u32>,
    ) -> Result<(), Fault> {
        let mut address = pc;
        let last = pc.saturating_add(2 * AHEAD).min(pc | (REGION_BYTES - 1));
        loop {
            let Decoded {
                op,
                bytes,
                unpredictable,
            } = match Self::decode_one(bus, timing, address) {
                Ok(decoded) => decoded,
                Err(fault) if address == pc => return Err(fault),
                Err(_) => return Ok(()),
            };
            let kind = if breakpoints.contains(&address) {
                Kind::Breakpoint
            } else if unpredictable {
                Kind::Unpredictable
            } else {
                op.kind
            };
            self.put(address, Op { kind, ..op }, bytes);
            if matches!(
                op.kind,
                Kind::B | Kind::Bx | Kind::PopPc | Kind::MovPc | Kind::Undefined
            ) {
                return Ok(());
            }
            address = address.wrapping_add(bytes);
            if address >= last || self.get(address).kind != Kind::Undecoded {
                return Ok(());
            }
        }
    }

    fn get(&self, address: u32) -> Op {
        let (base, ops) = self.region(address);
        ops.get(((address - base) >> 1) as usize)
            .copied()
            .unwrap_or(Op::UNDECODED)
    }

    fn put(&mut self, address: u32, op: Op, bytes: u32) {
        let base = address & !(REGION_BYTES - 1);
        let at = self
            .regions
            .iter()
            .position(|region| region.base == base)
            .unwrap_or_else(|| {
                self.regions.push(Region {
                    base,
                    ops: vec![Op::UNDECODED; FIRST_OPS],
                });
                self.regions.len() - 1
            });
        let ops = &mut self.regions[at].ops;
        let index = ((address - base) >> 1) as usize;
        if index >= ops.len() {
            ops.resize((index + 1).next_power_of_two(), Op::UNDECODED);
        }
        ops[index] = op;
        let end = u64::from(address) + u64::from(bytes);
        if self.end == 0 {
            self.start = address;
        }
        self.start = self.start.min(address);
        self.end = self.end.max(end);
    }

    /// Forgets what was decoded from the bytes `low` to `high`.
    pub(crate) fn invalidate(&mut self, low: u32, high: u32) {
        // A 32-bit instruction may start one halfword before.
        let low = u64::from((low & !1).saturating_sub(2));
        let high = u64::from(high) + 1;
        for region in &mut self.regions {
            let base = u64::from(region.base);
            let index = |address: u64| (address.saturating_sub(base) >> 1) as usize;
            let end = index(high + 1).min(region.ops.len());
            if let Some(ops) = region.ops.get_mut(index(low)..end) {
                ops.fill(Op::UNDECODED);
            }
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

//! Accesses that DMA controllers make, past the core.
//!
//! They meet the same memories, registers and checks as those of the core; what is wrong with one is told with the controller and its channel,
//! at the instruction that enabled the channel.

use bringup_cpu::{At, Bus, BusFault, UnknownUse, UnknownValue, Width};
use bringup_device::catalogue::MemoryKind;

use super::{IO_PORT, System};
use crate::requests::Transfer;
use crate::trace::Master;

/// What was read: the value, and where from if nobody has written it.
struct Loaded {
    value: u32,
    unknown: Option<UnknownValue>,
}

impl System {
    /// Tells of triggers, does what a controller asks of the bus, or tells the controllers of requests.
    pub(super) fn serve_requests(&mut self, cycle: u64) {
        if let Some(lines) = self.wires.requests.take_pulses() {
            if let Some(index) = self.devices.adc {
                self.with_model(index, cycle, |model, context| {
                    model.triggered(lines, context);
                });
            }
        } else if let Some(transfer) = self.wires.requests.take_transfer() {
            self.transfer(&transfer);
        } else if let Some(cycle) = self.wires.requests.take_rise() {
            for index in 0..self.devices.dma.len() {
                let index = self.devices.dma[index];
                self.with_model(index, cycle, |model, context| model.requested(context));
            }
        } else {
            self.wires.requests.settle();
        }
    }

    /// Makes a transfer and tells the controller.
    fn transfer(&mut self, transfer: &Transfer) {
        let at = At {
            pc: transfer.pc,
            cycle: transfer.cycle,
        };
        // What the core read last, and where firmware is, is of no concern here.
        let (last_read, pc) = (self.last_read, self.wires.pc);
        self.report_breaches();
        let known = self.findings.list().len();
        let done = self
            .load(transfer, at)
            .and_then(|loaded| self.store(transfer, &loaded, at));
        self.report_breaches();
        let controller = usize::from(transfer.controller.0);
        if self.findings.list().len() > known
            && let Some(device) = self.devices.list.get(controller)
        {
            let who = format!("channel {} of `{}`", transfer.channel, device.name);
            self.findings.attribute(known, &who);
        }
        (self.last_read, self.wires.pc) = (last_read, pc);
        self.with_model(controller, at.cycle, |model, context| {
            model.transferred(done.is_ok(), context);
        });
        self.after_model(at.cycle);
    }

    /// Whether a channel waits for something that the world outside can bring about before the run ends.
    pub(crate) fn awaits_transfers(&self) -> bool {
        self.wires.requests.awaits_outside && self.ends_at() < u64::MAX
    }

    /// Whether no bus leads from the controllers to an address: the core alone has the single-cycle I/O port (RM0377 section 2.1, figure 1).
    fn is_out_of_reach(&self, address: u32) -> bool {
        self.io_port && IO_PORT.contains(&address)
    }

    fn load(&mut self, transfer: &Transfer, at: At) -> Result<Loaded, BusFault> {
        let (address, width) = transfer.from;
        if self.is_out_of_reach(address) {
            return Err(self.report_out_of_reach(address, false, at));
        }
        if let Some(index) = self.device_for_access(address, at) {
            let value = self.device_read(index, address, width, at);
            self.record_transfer(transfer, transfer.from, value, false, at);
            return Ok(Loaded {
                value,
                unknown: None,
            });
        }
        let Some(value) = self.memories.read(address, width) else {
            return Err(self.report_unmapped(address, false, at));
        };
        let unknown = self.is_unknown(address, width).then_some(UnknownValue {
            address,
            width,
            pc: at.pc,
        });
        Ok(Loaded { value, unknown })
    }

    fn store(&mut self, transfer: &Transfer, loaded: &Loaded, at: At) -> Result<(), BusFault> {
        let (address, width) = transfer.to;
        let value = loaded.value & width.mask();
        if self.is_out_of_reach(address) {
            return Err(self.report_out_of_reach(address, true, at));
        }
        if let Some(index) = self.device_for_access(address, at) {
            if let Some(unknown) = &loaded.unknown {
                self.report_unknown(unknown, UnknownUse::Device(address), at);
            }
            self.record_transfer(transfer, transfer.to, value, true, at);
            self.device_write(index, address, width, value, at);
            return Ok(());
        }
        if self.memories.fast_write(address, width, value) {
            if let Some(unknown) = &loaded.unknown {
                self.set_unknown(address, width, unknown);
            }
            let (first, last) = (address & !1, address + width.bytes() - 1);
            let code = self.code_in_ram;
            if code.is_some_and(|(low, high)| first <= high && last >= low) {
                self.code_changed();
            }
            return Ok(());
        }
        match self.memories.kind_at(address) {
            // As a store of the core, flash controllers and other memories.
            Some(_) => self.write(address, width, value, at),
            None => Err(self.report_unmapped(address, true, at)),
        }
    }

    /// Remembers an access to a register, if they are asked for.
    fn record_transfer(
        &mut self,
        transfer: &Transfer,
        place: (u32, Width),
        value: u32,
        write: bool,
        at: At,
    ) {
        let controller = self.devices.list.get(usize::from(transfer.controller.0));
        let master = Master::Dma {
            base: controller.map_or(0, |device| device.base),
            channel: transfer.channel as u8,
        };
        self.record(master, place, value, write, at);
    }

    /// The peripheral at an address, also if it is made only now.
    fn device_for_access(&mut self, address: u32, at: At) -> Option<usize> {
        let known = self.devices.map.look_up(address);
        if known.is_some() || self.memories.kind_at(address).is_some() {
            return known;
        }
        self.find_late(address, at.cycle)
    }

    /// Remembers where code lies in RAM: what is decoded of it has to be forgotten when a controller writes there.
    pub(super) fn note_fetch(&mut self, address: u32) {
        if self.memories.kind_at(address) == Some(MemoryKind::Ram) {
            let (low, high) = self.code_in_ram.unwrap_or((address, address));
            self.code_in_ram = Some((low.min(address), high.max(address)));
        }
    }
}

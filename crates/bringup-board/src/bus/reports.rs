//! What the bus reports: findings where an access is decided, and what was used without a model.

use bringup_cpu::{At, BusFault, Width};
use bringup_device::catalogue::MemoryKind;

use super::{System, dead_subject};
use crate::board::Unmodelled;
use crate::checks;

impl System {
    #[cold]
    pub(super) fn dead_read(&mut self, index: usize, offset: u32, width: Width, at: At) -> u32 {
        self.report_dead(index, offset, width, false, at);
        let device = self.devices.list.get(index);
        // Without a clock nothing answers; in reset the registers show their reset values.
        device
            .filter(|device| device.clocked)
            .and_then(|device| device.file.peek(offset, width))
            .unwrap_or(0)
    }

    #[cold]
    pub(super) fn report_dead(
        &mut self,
        index: usize,
        offset: u32,
        width: Width,
        write: bool,
        at: At,
    ) {
        let Some(device) = self.devices.list.get(index) else {
            return;
        };
        let subject = dead_subject(device.base.wrapping_add(offset), write);
        let rcc = self
            .devices
            .rcc
            .and_then(|rcc| self.devices.list.get(rcc))
            .map_or("RCC", |rcc| rcc.name.as_str());
        let register = || device.register_name(offset, width);
        if let (false, Some(gate)) = (device.clocked, &device.gate.enable) {
            self.findings
                .report(&checks::clock_gated::RULE, subject, at.pc, at.cycle, || {
                    let gate = (rcc, gate.register.as_str(), gate.field.as_str());
                    checks::clock_gated::detail(&device.name, &register(), write, gate)
                });
        } else if let Some(gate) = &device.gate.reset {
            self.findings.report(
                &checks::held_in_reset::RULE,
                subject,
                at.pc,
                at.cycle,
                || {
                    let path = format!("{rcc}.{}.{}", gate.register, gate.field);
                    checks::held_in_reset::detail(&device.name, &register(), write, &path)
                },
            );
        }
    }

    #[cold]
    pub(super) fn report_read_only(&mut self, index: usize, offset: u32, width: Width, at: At) {
        let Some(device) = self.devices.list.get(index) else {
            return;
        };
        let subject = u64::from(device.base.wrapping_add(offset));
        self.findings.report(
            &checks::write_to_read_only::RULE,
            subject,
            at.pc,
            at.cycle,
            || checks::write_to_read_only::detail(&device.register_name(offset, width)),
        );
    }

    /// An access through a null pointer that the bus refuses.
    #[cold]
    pub(super) fn report_null(&mut self, address: u32, write: bool, at: At) -> BusFault {
        let rule = &checks::null_access::RULE;
        let subject = dead_subject(address, write);
        self.findings.report(rule, subject, at.pc, at.cycle, || {
            checks::null_access::detail(address, write)
        });
        BusFault
    }

    #[cold]
    pub(super) fn report_unmapped(&mut self, address: u32, write: bool, at: At) -> BusFault {
        // A stack that leaves RAM has been reported as that.
        if self.overflowed == Some(at) {
            return BusFault;
        }
        if address < checks::null_access::WRITTEN {
            return self.report_null(address, write, at);
        }
        let subject = dead_subject(address, write);
        self.findings
            .report(&checks::unmapped::RULE, subject, at.pc, at.cycle, || {
                checks::unmapped::detail(address, write)
            });
        BusFault
    }

    /// An access by a DMA controller to what only the core is connected to.
    #[cold]
    pub(super) fn report_out_of_reach(&mut self, address: u32, write: bool, at: At) -> BusFault {
        let (rule, subject) = (&checks::unmapped::RULE, dead_subject(address, write));
        let register = match self.device_at(address) {
            Some((device, offset)) => device.register_name(offset, Width::Word),
            None => format!("{address:#010x}"),
        };
        self.findings.report(rule, subject, at.pc, at.cycle, || {
            checks::unmapped::out_of_reach(&register, write)
        });
        BusFault
    }

    #[cold]
    pub(super) fn report_flash_write(
        &mut self,
        address: u32,
        kind: MemoryKind,
        at: At,
    ) -> BusFault {
        self.findings.report(
            &checks::write_to_flash::RULE,
            u64::from(address),
            at.pc,
            at.cycle,
            || checks::write_to_flash::detail(address, kind),
        );
        BusFault
    }

    /// Reports flash that is too slow for the core's clock.
    #[cold]
    pub(super) fn check_flash(&mut self, cycle: u64) {
        let range = self.wires.voltage_range;
        let hclk = self.clock.tree().hclk;
        let now = (range, self.wait_states, hclk);
        if std::mem::replace(&mut self.checked, now) == now {
            return;
        }
        let mut limits = self.wires.flash_limits.iter();
        let limit =
            limits.find(|(of, wait_states, _)| *of == range && *wait_states == self.wait_states);
        if let Some((_, wait_states, limit)) = limit
            && hclk.as_hz() > *limit
        {
            let rule = &checks::flash_wait_states::RULE;
            self.findings.report(rule, 0, self.wires.pc, cycle, || {
                checks::flash_wait_states::detail(hclk, *wait_states, *limit, range)
            });
        }
    }

    /// Registers that were used without a model or beyond what it does, and addresses without a register, by address.
    pub(crate) fn unmodelled(&self) -> Vec<Unmodelled> {
        let mut list = Vec::new();
        let bare = self.devices.list.iter();
        for device in bare.filter(|device| device.model.is_none()) {
            list.extend(device.file.uses().map(|used| Unmodelled {
                address: device.base.wrapping_add(used.offset),
                register: device.register_name(used.offset, Width::Word),
                fields: Vec::new(),
                reads: used.reads,
                writes: used.writes,
            }));
        }
        for (&address, &(bits, writes)) in &self.left_out {
            let Some((device, offset)) = self.device_at(address) else {
                continue;
            };
            let fields = device.file.layout().fields_of(offset, bits);
            list.push(Unmodelled {
                address,
                register: device.register_name(offset, Width::Word),
                fields: fields.into_iter().map(str::to_owned).collect(),
                reads: 0,
                writes,
            });
        }
        for (&address, &(reads, writes)) in &self.holes {
            let register = match self.device_at(address) {
                Some((device, offset)) => format!("{}+{offset:#x}", device.name),
                None => format!("{address:#010x}"),
            };
            list.push(Unmodelled {
                address,
                register,
                fields: Vec::new(),
                reads,
                writes,
            });
        }
        list.sort_by(|left, right| {
            (left.address, &left.register).cmp(&(right.address, &right.register))
        });
        list
    }

    /// Changes a bit of the register at `address`, as if hardware did.
    pub(crate) fn flip(&mut self, address: u32, bit: u32) {
        let index = self.devices.map.find(address);
        if let Some(device) = index.and_then(|index| self.devices.list.get_mut(index)) {
            let word = address.wrapping_sub(device.base) & !3;
            device.file.set(word, device.file.get(word) ^ bit);
        }
    }
}

//! The core of `bringup-cpu` on a bus that has what all cores of the comparison have, and notices the rest.

use bringup_cpu::armv6m::{Config, Core, FaultKind, Stop};
use bringup_cpu::{At, Bus, BusFault, Unpredictable, Width};

use super::case::{Case, RAM, SIZE, SYSTEM};
use super::oracle::{Oracle, Special, State};

/// Why a case ends before its steps are done: cores may differ in what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// All steps are done.
    Steps,
    /// The manual leaves open what the instruction does.
    Unpredictable,
    /// An access to what not every core has.
    Foreign,
    /// A wait for an interrupt or event.
    Sleep,
    /// An exception, which the other core does not take.
    Exception,
    /// An instruction that the other core is known to execute wrongly.
    Mistake,
    /// A lockup, at which QEMU ends.
    Lockup,
}

/// Flash, RAM, and nothing where all cores have nothing.
#[derive(Debug, Default)]
struct World {
    flash: Vec<u8>,
    ram: Vec<u8>,
    unpredictable: bool,
    foreign: bool,
}

impl World {
    /// The bytes from an address on.
    fn memory(&mut self, address: u32) -> Option<&mut [u8]> {
        let (memory, base) = if address < RAM {
            (&mut self.flash, 0)
        } else {
            (&mut self.ram, RAM)
        };
        memory.get_mut((address - base) as usize..)
    }

    /// A bus error where no core has anything; elsewhere cores differ.
    fn nothing(&mut self, address: u32) -> BusFault {
        self.foreign |= address >> 28 != 3;
        BusFault
    }
}

impl Bus for World {
    fn fast_read(&mut self, address: u32, width: Width) -> Option<u32> {
        let bytes = self.memory(address)?.get(..width.bytes() as usize)?;
        let mut word = [0; 4];
        word[..bytes.len()].copy_from_slice(bytes);
        Some(u32::from_le_bytes(word))
    }

    fn fast_write(&mut self, address: u32, width: Width, value: u32) -> bool {
        let bytes = width.bytes() as usize;
        let place = (address >= RAM).then(|| self.memory(address)).flatten();
        let Some(place) = place.and_then(|memory| memory.get_mut(..bytes)) else {
            return false;
        };
        place.copy_from_slice(&value.to_le_bytes()[..bytes]);
        true
    }

    fn read(&mut self, address: u32, _: Width, _: At) -> Result<u32, BusFault> {
        Err(self.nothing(address))
    }

    fn write(&mut self, address: u32, _: Width, _: u32, _: At) -> Result<(), BusFault> {
        Err(self.nothing(address))
    }

    fn fetch(&mut self, address: u32) -> Result<u16, BusFault> {
        let bytes = self.memory(address).and_then(|memory| memory.get(..2));
        let halfword = bytes.map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
        halfword.ok_or_else(|| self.nothing(address))
    }

    fn peek(&self, _: u32, _: Width) -> Option<u32> {
        None
    }

    fn data_wait(&self, _: u32) -> i32 {
        0
    }

    fn fetch_wait(&self, _: u32) -> u32 {
        0
    }

    fn code_generation(&self) -> u32 {
        0
    }

    fn interrupt_lines(&self) -> u32 {
        0
    }

    fn deadline(&self) -> u64 {
        u64::MAX
    }

    fn advance(&mut self, _: u64) {}

    fn stable_until(&self, _: u32, _: Width, _: u64) -> u64 {
        u64::MAX
    }

    fn unpredictable(&mut self, _: &Unpredictable, _: At) {
        self.unpredictable = true;
    }
}

/// Our core.
#[derive(Debug)]
pub(super) struct Ours {
    core: Core,
    world: World,
    /// The other core takes exceptions.
    exceptions: bool,
}

impl Ours {
    /// A core to compare with one that takes exceptions, or that does not.
    pub(super) fn new(exceptions: bool) -> Self {
        Self {
            exceptions,
            core: Core::new(Config::CORTEX_M0),
            world: World::default(),
        }
    }

    fn state(&self) -> State {
        let core = &self.core;
        let mut state = State {
            xpsr: core.xpsr(),
            ..State::default()
        };
        for (index, register) in (0..).zip(&mut state.registers) {
            *register = core.reg(index);
        }
        state
    }

    /// Executes a step; tells why it is not to be compared, if so.
    fn try_step(&mut self) -> Result<(), End> {
        let pc = self.core.pc();
        let before = self.core.instructions();
        let exception = self.core.ipsr();
        let handler = exception != 0;
        let halfword = self.world.fetch(pc);
        let second = self.world.fetch(pc.wrapping_add(2));
        if matches!(halfword, Ok(0xBF20 | 0xBF30)) {
            return Err(End::Sleep);
        }
        // HardFault is at -1, NMI at -2: nothing is left to escalate to.
        if matches!(halfword, Ok(0xBE00..=0xBEFF)) && matches!(self.core.ipsr(), 2 | 3) {
            return Err(End::Lockup);
        }
        if halfword.is_ok_and(|first| self.reaches_foreign_register(first)) {
            return Err(End::Foreign);
        }
        if let (Ok(first), Ok(second)) = (halfword, second)
            && self.is_mistaken(first, second)
        {
            return Err(End::Mistake);
        }
        let stop = self.core.step(&mut self.world);
        let escalated = halfword.is_ok_and(|first| first >> 8 == 0xDF)
            && self
                .core
                .last_fault()
                .is_some_and(|fault| fault.pc == pc && fault.kind == FaultKind::SvcEscalation);
        if escalated {
            // QEMU lets it return behind the SVC instead of to it (ReturnAddress(), section B1.5.6).
            return Err(End::Mistake);
        }
        if matches!(stop, Some(Stop::Bkpt { .. })) {
            self.core.refuse_bkpt(&mut self.world);
            let fault = self.core.last_fault();
            if fault.is_some_and(|fault| fault.kind == FaultKind::Stacking) {
                return Err(End::Lockup);
            }
        }
        // A return to a state without Thumb raises its fault with the next step here, within the same in QEMU.
        if handler && self.core.instructions() > before && self.core.xpsr() >> 24 & 1 == 0 {
            return Err(End::Foreign);
        }
        if handler && self.core.ipsr() != exception && self.has_returned_with_more() {
            return Err(End::Mistake);
        }
        let wide = halfword.is_ok_and(|first| first >= 0xE800);
        if self.world.unpredictable {
            Err(End::Unpredictable)
        } else if self.world.foreign || halfword.is_err() || wide && second.is_err() {
            Err(End::Foreign)
        } else if !self.exceptions
            && (self.core.instructions() == before || self.is_about_to_fault())
        {
            Err(End::Exception)
        } else if matches!(stop, Some(Stop::Lockup(_))) {
            Err(End::Lockup)
        } else {
            Ok(())
        }
    }

    /// Whether an exception was taken or an instruction fetch may raise one. Code in RAM counts as such: Unicorn 2 does not
    /// notice when an instruction changes one that follows at once.
    fn is_about_to_fault(&self) -> bool {
        let core = &self.core;
        core.ipsr() != 0 || core.xpsr() >> 24 & 1 == 0 || core.pc() > SIZE - 4
    }

    /// Whether the frame that was just unstacked has bits in its xPSR that ARMv6-M does not have: QEMU takes them for the state
    /// of an IT block. Whether the frame was padded is in its bit 9.
    fn has_returned_with_more(&mut self) -> bool {
        let sp = self.core.reg(13);
        let mut is_plain = |distance: u32, padding: u32| {
            let word = self.world.fast_read(sp.wrapping_sub(distance), Width::Word);
            word.is_some_and(|word| word & 0x0EFF_FFC0 == padding << 9)
        };
        !is_plain(4, 0) && !is_plain(8, 1)
    }

    /// Whether an oracle is known to execute an instruction otherwise than the manual says.
    fn is_mistaken(&self, first: u16, second: u16) -> bool {
        let special = (first & 0xFFF0 == 0xF380).then_some(second & 0xFF);
        let value = self.core.reg((first & 15) as u8);
        // Both keep the flag Q, which ARMv6-M does not have. YIELD ends their run of the processor, which steps
        // are not prepared for.
        if first == 0xBF10 || special.is_some_and(|it| it < 4) && value >> 27 & 1 != 0 {
            return true;
        }
        if self.exceptions {
            // QEMU 10 has CBZ, CBNZ, IT and SETEND on every core.
            first & 0xF500 == 0xB100
                || first >> 8 == 0xBF && first & 15 != 0
                || first & 0xFFF7 == 0xB650
        } else {
            // Unicorn 2 lets MSR, ADD and MOV set bits 1 and 0 of the stack pointers, and has bits of CONTROL that
            // are other cores'. The PC reads as 4 more than the address of the instruction.
            let operand = self.core.reg((first >> 3 & 15) as u8);
            matches!(special, Some(8 | 9)) && value & 3 != 0
                || special == Some(20) && value & !2 != 0
                || matches!(first & 0xFF87, 0x4485 | 0x4685) && operand & 3 != 0
        }
    }

    /// Whether a load or store with an immediate offset reaches a system register that is not in [`SYSTEM`].
    fn reaches_foreign_register(&self, first: u16) -> bool {
        let system = |address: u32| address >> 20 == 0xE00;
        // Frames and pushes would get there.
        if system(self.core.msp()) || system(self.core.psp()) {
            return true;
        }
        let base = |register: u16| self.core.reg((register & 7) as u8);
        let imm5 = u32::from(first >> 6 & 31);
        let is_known = |address: u32| SYSTEM.contains(&address);
        match first >> 11 {
            // STR, and no other: what a register reads as is not the same on all cores.
            0b01100 => {
                let address = base(first >> 3).wrapping_add(imm5 << 2);
                system(address) && !is_known(address)
            }
            0b01010 | 0b01011 => system(base(first >> 3).wrapping_add(base(first >> 6))),
            0b01101..=0b10001 => {
                let address = base(first >> 3);
                (0..=128)
                    .step_by(4)
                    .any(|offset| system(address.wrapping_add(offset)))
            }
            0b11000 | 0b11001 => {
                let address = base(first >> 8);
                (0..32)
                    .step_by(4)
                    .any(|offset| system(address.wrapping_add(offset)))
            }
            _ => false,
        }
    }

    /// Executes a case; returns the states behind its steps and why there are no more.
    pub(super) fn play(&mut self, case: &Case) -> (Vec<State>, End) {
        self.restart(case);
        let mut states = Vec::new();
        for _ in 0..case.steps {
            match self.try_step() {
                Ok(()) => states.push(self.state()),
                Err(end) => return (states, end),
            }
        }
        (states, End::Steps)
    }

    fn restart(&mut self, case: &Case) {
        self.world.flash.clone_from(&case.flash);
        self.world.ram.clone_from(&case.ram);
        self.core = Core::new(Config::CORTEX_M0);
        self.core.reset(&mut self.world);
        for (index, value) in (0..16).zip(case.registers) {
            self.core.set_reg(index, value);
        }
        self.core.set_xpsr(case.flags | 1 << 24);
        self.world.unpredictable = false;
        self.world.foreign = false;
    }

    /// The instruction at PC, in words.
    pub(super) fn next_instruction(&mut self) -> String {
        let pc = self.core.pc();
        let first = self.world.fetch(pc).unwrap_or(0);
        let second = self.world.fetch(pc.wrapping_add(2)).unwrap_or(0);
        format!(
            "{pc:#010x}: {}",
            bringup_cpu::armv6m::disasm(pc, first, second)
        )
    }
}

impl Oracle for Ours {
    fn name(&self) -> &'static str {
        "ours"
    }

    fn takes_exceptions(&self) -> bool {
        true
    }

    fn begin(&mut self, case: &Case) -> Result<(), String> {
        self.restart(case);
        Ok(())
    }

    fn step(&mut self, steps: u32) -> Result<State, String> {
        for _ in 0..steps {
            // What ends a case was found when it was played.
            let _ = self.try_step();
        }
        Ok(self.state())
    }

    fn special(&mut self) -> Result<Special, String> {
        let core = &self.core;
        let primask = u32::from(core.primask());
        Ok(Special([core.msp(), core.psp(), primask, core.control()]))
    }

    fn ram(&mut self) -> Result<Vec<u8>, String> {
        Ok(self.world.ram.clone())
    }
}

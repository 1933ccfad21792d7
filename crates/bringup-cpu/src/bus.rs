//! What a core sees of the world: memory, devices, interrupt lines, and the time of the next event.

/// Width of one data access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Width {
    /// 8 bits.
    Byte,
    /// 16 bits.
    Halfword,
    /// 32 bits.
    Word,
}

impl Width {
    /// Number of bytes: 1, 2 or 4.
    pub const fn bytes(self) -> u32 {
        match self {
            Self::Byte => 1,
            Self::Halfword => 2,
            Self::Word => 4,
        }
    }

    /// The bits a value of this width can have set.
    pub const fn mask(self) -> u32 {
        match self {
            Self::Byte => 0xFF,
            Self::Halfword => 0xFFFF,
            Self::Word => 0xFFFF_FFFF,
        }
    }
}

/// Who accesses the bus, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// Address of the instruction that causes the access; of an exception entry or return, the
    /// address execution was at.
    pub pc: u32,
    /// Time of the access in core cycles since power-on: that at which the instruction begins.
    /// For loads and stores of instructions that is before [`Bus::deadline`], so the world never has
    /// to catch up during one.
    pub cycle: u64,
}

/// An access that the bus refused: the core takes it as a fault of the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BusFault;

/// An instruction whose effect the architecture leaves open, as the core came to execute it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unpredictable {
    /// The instruction: its halfword, or of a 32-bit one the first halfword in bits 31 to 16 and the second below.
    pub encoding: u32,
    /// What is open about it: a clause in the words of the architecture's manual, mnemonics in backticks.
    pub reason: &'static str,
    /// What this core does: the rest of a sentence that begins with the instruction.
    pub effect: &'static str,
}

/// An access to a register of the System Control Space that succeeded: always a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemAccess {
    /// Address of the register.
    pub address: u32,
    /// What was written, or what the read gave.
    pub value: u32,
    /// Whether it was a write.
    pub write: bool,
}

/// A value that was loaded from memory that nobody had written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownValue {
    /// Where it was loaded from.
    pub address: u32,
    /// How wide the load was.
    pub width: Width,
    /// The instruction that loaded it.
    pub pc: u32,
}

/// How the program came to depend on a value that nobody wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownUse {
    /// It decides whether a branch is taken.
    Branch,
    /// It is an address to load from or store to, or the stack pointer.
    Address,
    /// It is an address to go on at.
    Target,
    /// It is written to a special register.
    SpecialRegister,
    /// It is stored where there is no memory, at this address.
    Device(u32),
}

/// The world around a core.
///
/// The core asks the *fast* methods first: they stand for plain memory without side effects, are
/// meant to be inlined, and know neither time nor place. What they decline goes to [`Bus::read`] and
/// [`Bus::write`], which may do anything. After each of those calls the core asks for
/// [`Bus::interrupt_lines`] and [`Bus::deadline`] again, so a device that raises a line or plans an
/// event in an access is heard at the next instruction.
///
/// Addresses arrive aligned to their width; the core raises the alignment faults. The System Control
/// Space (`0xE000_E000` to `0xE000_EFFF`: SysTick, NVIC, SCB) belongs to the core: the fast methods have
/// to decline it, and it never arrives at the others.
pub trait Bus {
    /// Reads plain memory; `None` where there is none or where a read has to be looked at.
    /// `width` is a constant at each call site. The result is zero-extended.
    fn fast_read(&mut self, address: u32, width: Width) -> Option<u32>;

    /// Writes plain memory; false where there is none or where a write has to be looked at.
    fn fast_write(&mut self, address: u32, width: Width, value: u32) -> bool;

    /// Reads anything else.
    fn read(&mut self, address: u32, width: Width, at: At) -> Result<u32, BusFault>;

    /// Writes anything else; `value` has no bits outside `width`.
    fn write(&mut self, address: u32, width: Width, value: u32, at: At) -> Result<(), BusFault>;

    /// Reads an entry of the vector table, as the core does when it takes an exception or comes out of reset.
    fn vector(&mut self, address: u32, at: At) -> Result<u32, BusFault> {
        match self.fast_read(address, Width::Word) {
            Some(vector) => Ok(vector),
            None => self.read(address, Width::Word, at),
        }
    }

    /// Fetches half an instruction; has no side effects and is asked once per decoded address.
    fn fetch(&mut self, address: u32) -> Result<u16, BusFault>;

    /// Reads without side effects and without findings, as a debugger does; `None` where nothing
    /// can be said.
    fn peek(&self, address: u32, width: Width) -> Option<u32>;

    /// Core cycles that a load or store at `address` takes beyond those of single-cycle memory
    /// on this core's bus interface; -1 is the single-cycle I/O port, and nothing is faster than that. Asked after
    /// each access, plain memory included: meant to be inlined.
    fn data_wait(&self, address: u32) -> i32;

    /// Core cycles that fetching the instruction at `address` takes beyond single-cycle memory.
    /// Asked when an address is decoded, and again after [`Bus::code_generation`] changed.
    fn fetch_wait(&self, address: u32) -> u32;

    /// Changes whenever [`Bus::fetch_wait`] answers differently than before or code memory changed other than by
    /// the core's own stores (a flash controller erased a page): the core then drops what it decoded.
    fn code_generation(&self) -> u32;

    /// The levels of the interrupt lines, bit n being IRQ n.
    fn interrupt_lines(&self) -> u32;

    /// Core cycle of the next event the world has planned; `u64::MAX` if none.
    fn deadline(&self) -> u64;

    /// Core cycle at which the world wants the core to stop running, as if it were its limit; `u64::MAX` if none.
    /// Asked whenever [`Bus::deadline`] is: a clock switch moves the cycle at which a virtual second ends, and an
    /// access may be what a run was waiting for.
    fn stop_at(&self) -> u64 {
        u64::MAX
    }

    /// As [`Bus::stop_at`], less the stops that only let the world look at what the core has done: a core that sleeps or waits does
    /// nothing to look at.
    fn ends_at(&self) -> u64 {
        self.stop_at()
    }

    /// Called when the core's time has reached [`Bus::deadline`]: the world does everything that is due up to and
    /// including `cycle` and plans anew. Afterwards `deadline() > cycle`.
    fn advance(&mut self, cycle: u64);

    /// The core goes to sleep with `SCR.SLEEPDEEP` set, nothing being pending that would wake it. True if the core's clock stops for that:
    /// SysTick stands still until [`Bus::wake`], and cycles stand for the time that passes. False for a sleep as any other.
    fn sleep_deep(&mut self, cycle: u64) -> bool {
        let _ = cycle;
        false
    }

    /// The core wakes up, after [`Bus::sleep_deep`] was true.
    fn wake(&mut self, cycle: u64) {
        let _ = cycle;
    }

    /// Until when reading `address` again and again, from `cycle` on, gives the same value and
    /// changes nothing: the first cycle at which that may be different, `u64::MAX` for plain memory,
    /// or `cycle` itself if a read has side effects. Events counted by [`Bus::deadline`] need not be considered.
    /// This is what lets polling loops be skipped.
    fn stable_until(&self, address: u32, width: Width, cycle: u64) -> u64;

    /// Tells of an access to the System Control Space, which belongs to the core and never arrives at [`Bus::read`] and
    /// [`Bus::write`]: for worlds that record accesses. They can change nothing about it.
    fn system_access(&mut self, access: SystemAccess, at: At) {
        let _ = (access, at);
    }

    /// Tells that a loop that was jumped over would have made this read of the System Control Space `times` more times; see
    /// [`Bus::repeated`].
    fn system_repeated(&mut self, access: SystemAccess, at: At, times: u64) {
        let _ = (access, at, times);
    }

    /// Tells that a loop that was jumped over would have made this read, which [`Bus::stable_until`] covers, `times`
    /// more times: for worlds that count accesses.
    fn repeated(&mut self, address: u32, width: Width, at: At, times: u64) {
        let _ = (address, width, at, times);
    }

    /// Tells that the core executes an instruction whose effect its architecture leaves open (UNPREDICTABLE in Arm's
    /// manuals): firmware that does so may do something else on silicon. Called each time, before
    /// the instruction; instructions that never are UNPREDICTABLE pay nothing for it.
    fn unpredictable(&mut self, what: &Unpredictable, at: At) {
        let _ = (what, at);
    }

    /// Tells that the core takes `exception`, a number as IPSR shows it, and goes on at `vector`, the entry of the vector
    /// table; [`At::pc`] is where it comes from.
    fn exception_taken(&mut self, exception: u32, vector: u32, at: At) {
        let _ = (exception, vector, at);
    }

    /// Tells that what an exception had interrupted goes on; bit n of `active` is exception n that is still active.
    fn exceptions_left(&mut self, active: u64) {
        let _ = active;
    }

    /// Tells that the stack pointer is about to fall below what it may reach, from where it may be to `sp`: before the
    /// instruction or exception entry that moves it stores anything there.
    fn stack_overflow(&mut self, sp: u32, at: At) {
        let _ = (sp, at);
    }

    /// Whether nobody has written any byte of plain memory at `address` since power-on. A world that keeps track of that
    /// declines such loads in [`Bus::fast_read`]; the core asks here after each [`Bus::read`].
    fn is_unknown(&self, address: u32, width: Width) -> bool {
        let _ = (address, width);
        false
    }

    /// Tells that what was just stored at `address` was such a value itself, or made from it: the memory there is as
    /// good as never written. False where there is no plain memory.
    fn set_unknown(&mut self, address: u32, width: Width, value: &UnknownValue) -> bool {
        let _ = (address, width, value);
        true
    }

    /// Tells that the program depends on a value that nobody wrote; `at` is where.
    fn unknown_used(&mut self, value: &UnknownValue, how: UnknownUse, at: At) {
        let _ = (value, how, at);
    }
}

/// What every bus around another one, its field `bus`, hands on to that unchanged, whatever it is there for: fetching,
/// looking, times, and accesses that were jumped over.
macro_rules! hand_on_to_bus {
    () => {
        fn fetch(&mut self, address: u32) -> Result<u16, $crate::bus::BusFault> {
            self.bus.fetch(address)
        }

        fn peek(&self, address: u32, width: $crate::bus::Width) -> Option<u32> {
            self.bus.peek(address, width)
        }

        fn data_wait(&self, address: u32) -> i32 {
            self.bus.data_wait(address)
        }

        fn fetch_wait(&self, address: u32) -> u32 {
            self.bus.fetch_wait(address)
        }

        fn code_generation(&self) -> u32 {
            self.bus.code_generation()
        }

        fn interrupt_lines(&self) -> u32 {
            self.bus.interrupt_lines()
        }

        fn deadline(&self) -> u64 {
            self.bus.deadline()
        }

        fn stable_until(&self, address: u32, width: $crate::bus::Width, cycle: u64) -> u64 {
            self.bus.stable_until(address, width, cycle)
        }

        fn system_repeated(
            &mut self,
            access: $crate::bus::SystemAccess,
            at: $crate::bus::At,
            times: u64,
        ) {
            self.bus.system_repeated(access, at, times);
        }

        fn repeated(
            &mut self,
            address: u32,
            width: $crate::bus::Width,
            at: $crate::bus::At,
            times: u64,
        ) {
            self.bus.repeated(address, width, at, times);
        }

        fn is_unknown(&self, address: u32, width: $crate::bus::Width) -> bool {
            self.bus.is_unknown(address, width)
        }
    };
}
pub(crate) use hand_on_to_bus;

//! A world made for tests: flash at 0, RAM at `0x2000_0000`, and a few devices.

use bringup_cpu::armv6m::{Config, Core, Stop};
use bringup_cpu::{At, Bus, BusFault, Unpredictable, Width};

/// First address of RAM.
pub(crate) const RAM: u32 = 0x2000_0000;
/// Where the main stack begins.
pub(crate) const STACK: u32 = RAM + 0x2000;
/// First address of program code, behind the vector table.
pub(crate) const CODE: u32 = 0x100;
/// Writing raises the interrupt lines given; reading tells them.
pub(crate) const LINES: u32 = 0x4000_0000;
/// Reading gives the value of [`World::input`]; writing logs.
pub(crate) const PORT: u32 = 0x4000_0004;
/// Each read counts up.
pub(crate) const COUNTER: u32 = 0x4000_0008;
/// Writing n changes [`World::input`] to all ones n cycles later.
pub(crate) const TIMER: u32 = 0x4000_000C;
/// Puts off by the cycles written what is planned.
pub(crate) const DELAY: u32 = 0x4000_0010;
/// A port on the single-cycle I/O bus.
pub(crate) const IOPORT: u32 = 0x5000_0000;

/// One access that was not plain memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) write: bool,
    pub(crate) address: u32,
    pub(crate) width: Width,
    pub(crate) value: u32,
    pub(crate) at: At,
}

/// Flash, RAM, devices and a log.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) flash: Vec<u8>,
    pub(crate) ram: Vec<u8>,
    pub(crate) lines: u32,
    pub(crate) input: u32,
    pub(crate) counter: u32,
    /// Planned changes: at this cycle, lines and input become these.
    pub(crate) plan: Vec<(u64, u32, u32)>,
    pub(crate) log: Vec<Access>,
    pub(crate) fetches: usize,
    pub(crate) fetch_wait: u32,
    /// Cycles that loads from flash wait.
    pub(crate) flash_wait: i32,
    pub(crate) generation: u32,
    /// Loads and stores of plain memory.
    pub(crate) plain: usize,
    /// What the core said was UNPREDICTABLE, and where.
    pub(crate) unpredictable: Vec<(At, Unpredictable)>,
    /// Where the stack pointer fell to from the stack that is watched, and the instruction.
    pub(crate) overflows: Vec<(u32, u32)>,
    /// Exceptions taken with their vectors, and 0 with those still active when something went on.
    pub(crate) exceptions: Vec<(u32, u64)>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            flash: vec![0; 0x1_0000],
            ram: vec![0; 0x4000],
            lines: 0,
            input: 0,
            counter: 0,
            plan: Vec::new(),
            log: Vec::new(),
            fetches: 0,
            fetch_wait: 0,
            flash_wait: 0,
            generation: 0,
            plain: 0,
            unpredictable: Vec::new(),
            overflows: Vec::new(),
            exceptions: Vec::new(),
        }
    }

    fn memory(&mut self, address: u32) -> Option<&mut [u8]> {
        let (memory, base) = match address >> 24 {
            0x00 => (&mut self.flash, 0),
            0x20 => (&mut self.ram, RAM),
            _ => return None,
        };
        memory.get_mut((address - base) as usize..)
    }

    /// Puts halfwords at an address.
    pub(crate) fn put(&mut self, address: u32, halfwords: &[u16]) {
        let memory = self.memory(address).expect("plain memory");
        for (bytes, halfword) in memory.chunks_mut(2).zip(halfwords) {
            bytes.copy_from_slice(&halfword.to_le_bytes());
        }
    }

    pub(crate) fn put_word(&mut self, address: u32, word: u32) {
        self.memory(address).expect("plain memory")[..4].copy_from_slice(&word.to_le_bytes());
    }

    pub(crate) fn word(&mut self, address: u32) -> u32 {
        let bytes = &self.memory(address).expect("plain memory")[..4];
        u32::from_le_bytes(bytes.try_into().expect("four bytes"))
    }

    /// Values written to an address, with their cycles.
    pub(crate) fn writes(&self, address: u32) -> Vec<(u64, u32)> {
        let matches = |access: &&Access| access.write && access.address == address;
        self.log
            .iter()
            .filter(matches)
            .map(|access| (access.at.cycle, access.value))
            .collect()
    }
}

impl Bus for World {
    fn fast_read(&mut self, address: u32, width: Width) -> Option<u32> {
        let memory = self.memory(address)?;
        let mut word = [0; 4];
        let bytes = memory.get(..width.bytes() as usize)?;
        word[..bytes.len()].copy_from_slice(bytes);
        self.plain += 1;
        Some(u32::from_le_bytes(word))
    }

    fn fast_write(&mut self, address: u32, width: Width, value: u32) -> bool {
        if address < RAM {
            return false;
        }
        let bytes = width.bytes() as usize;
        let Some(memory) = self
            .memory(address)
            .and_then(|memory| memory.get_mut(..bytes))
        else {
            return false;
        };
        memory.copy_from_slice(&value.to_le_bytes()[..bytes]);
        self.plain += 1;
        true
    }

    fn read(&mut self, address: u32, width: Width, at: At) -> Result<u32, BusFault> {
        let value = match address {
            LINES => self.lines,
            PORT | IOPORT => self.input,
            COUNTER => {
                self.counter += 1;
                self.counter
            }
            _ => return Err(BusFault),
        };
        self.log.push(Access {
            write: false,
            address,
            width,
            value,
            at,
        });
        Ok(value)
    }

    fn write(&mut self, address: u32, width: Width, value: u32, at: At) -> Result<(), BusFault> {
        match address {
            LINES => self.lines = value,
            PORT | COUNTER | IOPORT => {}
            DELAY => {
                for (cycle, ..) in &mut self.plan {
                    *cycle += u64::from(value);
                }
            }
            TIMER => self
                .plan
                .push((at.cycle + u64::from(value), self.lines, u32::MAX)),
            _ => return Err(BusFault),
        }
        self.log.push(Access {
            write: true,
            address,
            width,
            value,
            at,
        });
        Ok(())
    }

    fn fetch(&mut self, address: u32) -> Result<u16, BusFault> {
        self.fetches += 1;
        let memory = self.memory(address).ok_or(BusFault)?;
        let bytes = memory.get(..2).ok_or(BusFault)?;
        Ok(u16::from_le_bytes([bytes[0], bytes[1]]))
    }

    fn peek(&self, _address: u32, _width: Width) -> Option<u32> {
        None
    }

    fn data_wait(&self, address: u32) -> i32 {
        match address {
            IOPORT => -1,
            0..RAM => self.flash_wait,
            _ => 0,
        }
    }

    fn fetch_wait(&self, _address: u32) -> u32 {
        self.fetch_wait
    }

    fn code_generation(&self) -> u32 {
        self.generation
    }

    fn interrupt_lines(&self) -> u32 {
        self.lines
    }

    fn deadline(&self) -> u64 {
        self.plan
            .iter()
            .map(|&(cycle, ..)| cycle)
            .min()
            .unwrap_or(u64::MAX)
    }

    fn advance(&mut self, cycle: u64) {
        self.plan.sort_unstable();
        while let Some(&(due, lines, input)) = self.plan.first()
            && due <= cycle
        {
            self.plan.remove(0);
            self.lines = lines;
            self.input = input;
        }
    }

    fn stable_until(&self, address: u32, _width: Width, cycle: u64) -> u64 {
        if address == COUNTER { cycle } else { u64::MAX }
    }

    fn stack_overflow(&mut self, sp: u32, at: At) {
        self.overflows.push((sp, at.pc));
    }

    fn exception_taken(&mut self, exception: u32, vector: u32, _at: At) {
        self.exceptions.push((exception, u64::from(vector)));
    }

    fn exceptions_left(&mut self, active: u64) {
        self.exceptions.push((0, active));
    }

    fn unpredictable(&mut self, what: &Unpredictable, at: At) {
        self.unpredictable.push((at, *what));
    }
}

/// A reset core with `code` at [`CODE`] as its program.
pub(crate) fn program(config: Config, code: &[u16]) -> (Core, World) {
    let mut world = World::new();
    world.put_word(0, STACK);
    world.put_word(4, CODE | 1);
    world.put(CODE, code);
    let mut core = Core::new(config);
    core.reset(&mut world);
    (core, world)
}

/// Executes `steps` instructions or exception entries.
pub(crate) fn steps(core: &mut Core, world: &mut World, steps: usize) {
    for _ in 0..steps {
        assert_eq!(core.step(world), None::<Stop>);
    }
}

/// Where the handler of an exception stands.
pub(crate) const fn handler(exception: u32) -> u32 {
    0x1000 + 0x80 * exception
}

impl World {
    /// Puts a handler for an exception into the vector table and flash.
    pub(crate) fn on(&mut self, exception: u32, code: &[u16]) {
        self.put_word(4 * exception, handler(exception) | 1);
        self.put(handler(exception), code);
    }
}

/// First address of the System Control Space.
pub(crate) const SCS: u32 = 0xE000_E000;
pub(crate) const ICSR: u32 = 0xE000_ED04;
pub(crate) const SHPR2: u32 = 0xE000_ED1C;
pub(crate) const SHPR3: u32 = 0xE000_ED20;
pub(crate) const SCR: u32 = 0xE000_ED10;
pub(crate) const AIRCR: u32 = 0xE000_ED0C;
pub(crate) const VTOR: u32 = 0xE000_ED08;
pub(crate) const NVIC_ISER: u32 = 0xE000_E100;
pub(crate) const NVIC_ICER: u32 = 0xE000_E180;
pub(crate) const NVIC_ISPR: u32 = 0xE000_E200;
pub(crate) const NVIC_ICPR: u32 = 0xE000_E280;
pub(crate) const NVIC_IPR0: u32 = 0xE000_E400;
pub(crate) const SYST_CSR: u32 = 0xE000_E010;
pub(crate) const SYST_RVR: u32 = 0xE000_E014;
pub(crate) const SYST_CVR: u32 = 0xE000_E018;

//! Flash and data EEPROM controller of the STM32L0: RM0377 chapter 3.
//!
//! | part | modelled |
//! |---|---|
//! | `ACR` | `LATENCY` costs wait states; with `PRFTEN` they cost nothing in line, and neither is the refill after a branch counted; the other bits are kept |
//! | `PEKEYR`, `PRGKEYR`, `OPTKEYR`, the locks in `PECR` | both keys in order; a wrong one shuts the lock until reset |
//! | program memory | word programming, half-page programming, page erase; an erased word is 0 |
//! | data EEPROM | bytes, halfwords and words, with the erase that comes before, and word erase |
//! | `SR` | `BSY`, `EOP`, `ENDHV`, `READY`, `WRPERR`, `PGAERR`, `SIZERR`, `NOTZEROERR` |
//! | interrupts | `EOPIE`, `ERRIE` |
//! | stall of the core while the flash is busy | not modelled: code in flash runs on and sees `BSY` |
//! | option bytes, write and read protection, `PDKEYR`, parallel programming | kept, without effect |

use bringup_cpu::Width;
use bringup_device::catalogue::MemoryKind;

use crate::clock::Time;
use crate::models::stm32::keys::Lock;
use crate::peripheral::{Context, Model, Reset, Setup};
use crate::wires::FlashLimits;

const PECR: u32 = 0x04;
const PEKEYR: u32 = 0x0C;
const PRGKEYR: u32 = 0x10;
const OPTKEYR: u32 = 0x14;
const SR: u32 = 0x18;

const PEKEYS: [u32; 2] = [0x89AB_CDEF, 0x0203_0405];
const PRGKEYS: [u32; 2] = [0x8C9D_AEBF, 0x1314_1516];
const OPTKEYS: [u32; 2] = [0xFBEA_D9C8, 0x2425_2627];

const PECR_PELOCK: u32 = 1 << 0;
const PECR_PRGLOCK: u32 = 1 << 1;
const PECR_OPTLOCK: u32 = 1 << 2;
const PECR_LOCKS: u32 = PECR_PELOCK | PECR_PRGLOCK | PECR_OPTLOCK;
const PECR_PROG: u32 = 1 << 3;
const PECR_DATA: u32 = 1 << 4;
const PECR_FIX: u32 = 1 << 8;
const PECR_ERASE: u32 = 1 << 9;
const PECR_FPRG: u32 = 1 << 10;
/// What writing to a memory does.
const PECR_OPERATION: u32 = PECR_PROG | PECR_DATA | PECR_ERASE | PECR_FPRG;
const PECR_EOPIE: u32 = 1 << 16;
const PECR_ERRIE: u32 = 1 << 17;
const PECR_OBL_LAUNCH: u32 = 1 << 18;

const SR_BSY: u32 = 1 << 0;
const SR_EOP: u32 = 1 << 1;
const SR_ENDHV: u32 = 1 << 2;
const SR_READY: u32 = 1 << 3;
const SR_WRPERR: u32 = 1 << 8;
const SR_PGAERR: u32 = 1 << 9;
const SR_SIZERR: u32 = 1 << 10;
const SR_NOTZEROERR: u32 = 1 << 16;
const SR_ERRORS: u32 = 0b10_1111 << 8 | 0b11 << 16;

/// Bytes of a page and of half a page (section 3.3.1).
const PAGE: u32 = 128;
const HALF_PAGE: u32 = 64;
/// One erase or one programming, of a word as of half a page (DS10668 section 6.3.9, memory characteristics).
const OPERATION_NS: u64 = 3_200_000;

/// Highest HCLK by voltage range and wait states (section 3.3.3, table of link between master clock power range and frequencies).
const LIMITS: FlashLimits = &[
    (1, 0, 16_000_000),
    (1, 1, 32_000_000),
    (2, 0, 8_000_000),
    (2, 1, 16_000_000),
    (3, 0, 4_200_000),
    (3, 1, 4_200_000),
];

/// The controller.
#[derive(Debug, Clone)]
pub struct Flash {
    irq: Option<u32>,
    memory: Lock,
    program: Lock,
    options: Lock,
    /// What was written of half a page so far, and where it begins.
    half_page: (u32, Vec<u32>),
    /// When the operations under way end.
    busy_until: Time,
}

impl Flash {
    /// Makes the model and corrects the SVD file where it contradicts the manual.
    pub fn new(setup: &mut Setup<'_>) -> Self {
        setup.correct(SR, |word| {
            word.make_read_only(SR_BSY | SR_ENDHV | SR_READY);
            word.make_flags(SR_EOP | SR_ERRORS);
        });
        Self {
            irq: setup.interrupt("FLASH"),
            memory: Lock::Shut,
            program: Lock::Shut,
            options: Lock::Shut,
            half_page: (0, Vec::new()),
            busy_until: Time::ZERO,
        }
    }

    fn show_locks(&self, context: &mut Context<'_>) {
        let bit = |lock: Lock, bit| if lock.is_open() { 0 } else { bit };
        let locks = bit(self.memory, PECR_PELOCK)
            | bit(self.program, PECR_PRGLOCK)
            | bit(self.options, PECR_OPTLOCK);
        let pecr = context.file.get(PECR);
        context.file.set(PECR, pecr & !PECR_LOCKS | locks);
    }

    fn write_pecr(&mut self, before: u32, context: &mut Context<'_>) {
        let pecr = context.file.get(PECR);
        if !self.memory.is_open() {
            context.file.set(PECR, before);
            return;
        }
        // A lock is shut by writing 1 and opened by keys alone; the outer one shuts the others with it.
        if pecr & PECR_PELOCK != 0 {
            self.memory = self.memory.shut();
            // What was to be done is forgotten: loaders set single bits of it after they have opened the lock again.
            context.file.set(PECR, pecr & !PECR_OPERATION);
        }
        if pecr & (PECR_PRGLOCK | PECR_PELOCK) != 0 {
            self.program = self.program.shut();
        }
        if pecr & (PECR_OPTLOCK | PECR_PELOCK) != 0 {
            self.options = self.options.shut();
        }
        self.half_page.1.clear();
        if pecr & PECR_OBL_LAUNCH != 0 {
            context.request_reset(Reset::OptionBytes);
        }
    }

    fn fail(&self, flag: u32, context: &mut Context<'_>) {
        context.file.set(SR, context.file.get(SR) | flag);
        self.update_line(context);
    }

    /// Begins an operation, or lengthens the ones under way.
    fn be_busy(&mut self, operations: u64, context: &mut Context<'_>) {
        let now = context.now();
        if context.file.get(SR) & SR_BSY == 0 {
            self.busy_until = now;
        }
        self.busy_until = self
            .busy_until
            .plus(Time::from_nanos(operations * OPERATION_NS));
        let sr = context.file.get(SR) & !(SR_ENDHV | SR_READY) | SR_BSY;
        context.file.set(SR, sr);
        context.after(0, self.busy_until.minus(now));
    }

    fn update_line(&self, context: &mut Context<'_>) {
        let (sr, pecr) = (context.file.get(SR), context.file.get(PECR));
        let end = sr & SR_EOP != 0 && pecr & PECR_EOPIE != 0;
        let error = sr & SR_ERRORS != 0 && pecr & PECR_ERRIE != 0;
        if let Some(irq) = self.irq {
            context.set_line(irq, end || error);
        }
    }

    fn store(address: u32, value: u32, width: Width, context: &mut Context<'_>) {
        let bytes = value.to_le_bytes();
        let bytes = bytes.get(..width.bytes() as usize).unwrap_or(&bytes);
        context.memories.poke(address, bytes);
        context.wires.code_changed = true;
    }

    fn program_flash(
        &mut self,
        address: u32,
        width: Width,
        value: u32,
        context: &mut Context<'_>,
    ) -> bool {
        if !self.program.is_open() {
            self.fail(SR_WRPERR, context);
            return false;
        }
        if width != Width::Word {
            self.fail(SR_SIZERR, context);
            return true;
        }
        let pecr = context.file.get(PECR);
        if pecr & (PECR_PROG | PECR_ERASE) == PECR_PROG | PECR_ERASE {
            let page = address & !(PAGE - 1);
            context.memories.poke(page, &[0; PAGE as usize]);
            context.wires.code_changed = true;
            self.be_busy(1, context);
        } else if pecr & (PECR_PROG | PECR_FPRG) == PECR_PROG | PECR_FPRG {
            self.fill_half_page(address, value, context);
        } else if context.memories.read(address, Width::Word) == Some(0) {
            Self::store(address, value, width, context);
            self.be_busy(1, context);
        } else {
            self.fail(SR_NOTZEROERR, context);
        }
        true
    }

    /// Takes one of the 16 words of half a page; the last one begins the operation (section 3.3.4).
    fn fill_half_page(&mut self, address: u32, value: u32, context: &mut Context<'_>) {
        let (start, words) = &mut self.half_page;
        if words.is_empty() {
            *start = address;
        }
        let next = start.wrapping_add(words.len() as u32 * 4);
        if *start % HALF_PAGE != 0 || address != next {
            words.clear();
            self.fail(SR_PGAERR, context);
            return;
        }
        words.push(value);
        if words.len() as u32 * 4 < HALF_PAGE {
            return;
        }
        let (start, words) = (*start, std::mem::take(words));
        let at = |index: usize| start.wrapping_add(index as u32 * 4);
        if (0..words.len()).any(|index| context.memories.read(at(index), Width::Word) != Some(0)) {
            self.fail(SR_NOTZEROERR, context);
            return;
        }
        for (index, word) in words.iter().enumerate() {
            Self::store(at(index), *word, Width::Word, context);
        }
        self.be_busy(1, context);
    }

    fn program_eeprom(
        &mut self,
        address: u32,
        width: Width,
        value: u32,
        context: &mut Context<'_>,
    ) -> bool {
        if !self.memory.is_open() {
            self.fail(SR_WRPERR, context);
            return false;
        }
        let pecr = context.file.get(PECR);
        if pecr & (PECR_DATA | PECR_ERASE) == PECR_DATA | PECR_ERASE {
            Self::store(address & !3, 0, Width::Word, context);
            self.be_busy(1, context);
            return true;
        }
        let blank = context.memories.read(address & !3, Width::Word) == Some(0);
        Self::store(address, value, width, context);
        // What is not blank is erased before; `FIX` makes it take as long always.
        let operations = if blank && pecr & PECR_FIX == 0 { 1 } else { 2 };
        self.be_busy(operations, context);
        true
    }
}

impl Model for Flash {
    fn reset(&mut self, _: Reset, context: &mut Context<'_>) {
        context.file.reset();
        (self.memory, self.program, self.options) = (Lock::Shut, Lock::Shut, Lock::Shut);
        self.half_page.1.clear();
        context.file.set(SR, SR_ENDHV | SR_READY);
        context.wires.flash_limits = LIMITS;
        self.show_locks(context);
        self.update_line(context);
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        let (pecr, sr) = (context.file.get(PECR), context.file.get(SR));
        if !context.file.write(offset, width, value) {
            return false;
        }
        match offset & !3 {
            PECR => self.write_pecr(pecr, context),
            PEKEYR => self.memory = self.memory.turn(value, PEKEYS),
            PRGKEYR if self.memory.is_open() => self.program = self.program.turn(value, PRGKEYS),
            OPTKEYR if self.memory.is_open() => self.options = self.options.turn(value, OPTKEYS),
            SR => {
                let raw = value << ((offset & 3) * 8);
                context.file.set(SR, sr & !(raw & (SR_EOP | SR_ERRORS)));
            }
            _ => return true,
        }
        self.show_locks(context);
        self.update_line(context);
        true
    }

    fn event(&mut self, _: u32, context: &mut Context<'_>) {
        let sr = context.file.get(SR) & !SR_BSY;
        context.file.set(SR, sr | SR_EOP | SR_ENDHV | SR_READY);
        self.update_line(context);
    }

    fn program(
        &mut self,
        address: u32,
        width: Width,
        value: u32,
        context: &mut Context<'_>,
    ) -> bool {
        let kind = context.memories.kind_at(address);
        let address = context.memories.canonical(address);
        match kind {
            Some(MemoryKind::Flash) => self.program_flash(address, width, value, context),
            Some(MemoryKind::Eeprom) => self.program_eeprom(address, width, value, context),
            _ => false,
        }
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}

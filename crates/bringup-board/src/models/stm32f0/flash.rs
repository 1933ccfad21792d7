//! Flash controller of the STM32F0: RM0091 chapter 3.
//!
//! | part | modelled |
//! |---|---|
//! | `ACR` | `LATENCY` costs wait states; with `PRFTBE` they cost nothing in line, and neither is the refill after a branch counted |
//! | `KEYR`, `OPTKEYR`, `CR.LOCK`, `CR.OPTWRE` | both keys in order; a wrong one shuts the lock until reset |
//! | program memory | halfword programming, page erase, mass erase; an erased halfword is `0xFFFF` |
//! | option bytes | programming and erase of the memory; `FORCE_OPTLOAD` resets the chip, what they say has no effect |
//! | `SR` | `BSY`, `EOP`, `PGERR` |
//! | interrupts | `EOPIE`, `ERRIE` |
//! | stall of the core while the flash is busy | not modelled: code in flash runs on and sees `BSY` |
//! | write and read protection | not modelled |

use bringup_cpu::Width;
use bringup_device::catalogue::MemoryKind;

use crate::clock::Time;
use crate::models::stm32::keys::Lock;
use crate::peripheral::{Context, Model, Reset, Setup};
use crate::wires::FlashLimits;

const ACR: u32 = 0x00;
const KEYR: u32 = 0x04;
const OPTKEYR: u32 = 0x08;
const SR: u32 = 0x0C;
const CR: u32 = 0x10;
const AR: u32 = 0x14;

const KEYS: [u32; 2] = [0x4567_0123, 0xCDEF_89AB];

const ACR_PRFTBE: u32 = 1 << 4;
const ACR_PRFTBS: u32 = 1 << 5;

const SR_BSY: u32 = 1 << 0;
const SR_PGERR: u32 = 1 << 2;
const SR_WRPRTERR: u32 = 1 << 4;
const SR_EOP: u32 = 1 << 5;
const SR_CLEARED: u32 = SR_PGERR | SR_WRPRTERR | SR_EOP;

const CR_PG: u32 = 1 << 0;
const CR_PER: u32 = 1 << 1;
const CR_MER: u32 = 1 << 2;
const CR_OPTPG: u32 = 1 << 4;
const CR_OPTER: u32 = 1 << 5;
const CR_STRT: u32 = 1 << 6;
const CR_LOCK: u32 = 1 << 7;
const CR_OPTWRE: u32 = 1 << 9;
const CR_ERRIE: u32 = 1 << 10;
const CR_EOPIE: u32 = 1 << 12;
const CR_FORCE_OPTLOAD: u32 = 1 << 13;

const PAGE: u32 = 1024;
const OPTION_BYTES: std::ops::Range<u32> = 0x1FFF_F800..0x1FFF_F810;
/// Programming of a halfword, typical (datasheet of the STM32F042x4/x6, section 6.3.10, memory characteristics).
const PROGRAM_NS: u64 = 53_500;
/// Erase of a page or of everything, the middle of the range (the same).
const ERASE_NS: u64 = 30_000_000;

/// Highest HCLK by wait states (section 3.5.1).
const LIMITS: FlashLimits = &[(0, 0, 24_000_000), (0, 1, 48_000_000)];

/// The controller.
#[derive(Debug, Clone)]
pub struct Flash {
    irq: Option<u32>,
    lock: Lock,
    options: Lock,
    /// When the operations under way end.
    busy_until: Time,
}

impl Flash {
    /// Makes the model and corrects the SVD file where it contradicts the manual.
    pub fn new(setup: &mut Setup<'_>) -> Self {
        setup.correct(SR, |word| {
            word.make_read_only(SR_BSY);
            word.make_flags(SR_CLEARED);
        });
        // Section 3.5.1.
        let latency = "0 is no wait state, for up to 24 MHz, and 1 is one, for up to 48 MHz";
        setup.allow(ACR, 0b111, 0..=1, latency);
        setup.correct(ACR, |word| word.make_read_only(ACR_PRFTBS));
        Self {
            irq: setup.interrupt("FLASH"),
            lock: Lock::Shut,
            options: Lock::Shut,
            busy_until: Time::ZERO,
        }
    }

    fn update_line(&self, context: &mut Context<'_>) {
        let (sr, cr) = (context.file.get(SR), context.file.get(CR));
        let end = sr & SR_EOP != 0 && cr & CR_EOPIE != 0;
        let error = sr & (SR_PGERR | SR_WRPRTERR) != 0 && cr & CR_ERRIE != 0;
        if let Some(irq) = self.irq {
            context.set_line(irq, end || error);
        }
    }

    fn show_locks(&self, context: &mut Context<'_>) {
        let cr = context.file.get(CR) & !(CR_LOCK | CR_OPTWRE);
        let lock = if self.lock.is_open() { 0 } else { CR_LOCK };
        let options = if self.options.is_open() { CR_OPTWRE } else { 0 };
        context.file.set(CR, cr | lock | options);
    }

    fn be_busy(&mut self, nanos: u64, context: &mut Context<'_>) {
        let now = context.now();
        if context.file.get(SR) & SR_BSY == 0 {
            self.busy_until = now;
        }
        self.busy_until = self.busy_until.plus(Time::from_nanos(nanos));
        context.file.set(SR, context.file.get(SR) | SR_BSY);
        context.after(0, self.busy_until.minus(now));
    }

    fn fill(start: u32, length: u32, context: &mut Context<'_>) {
        context.memories.poke(start, &vec![0xFF; length as usize]);
        context.wires.code_changed = true;
    }

    fn write_cr(&mut self, before: u32, raw: u32, context: &mut Context<'_>) {
        if !self.lock.is_open() {
            context.file.set(CR, before);
            return;
        }
        if raw & CR_LOCK != 0 {
            self.lock = self.lock.shut();
        }
        if raw & CR_OPTWRE == 0 {
            self.options = self.options.shut();
        }
        if raw & CR_FORCE_OPTLOAD != 0 {
            context.request_reset(Reset::OptionBytes);
        }
        if raw & CR_STRT != 0 && self.lock.is_open() {
            self.start(context);
        }
    }

    /// Begins the erase that `CR` asks for.
    fn start(&mut self, context: &mut Context<'_>) {
        let cr = context.file.get(CR);
        let page = context.file.get(AR) & !(PAGE - 1);
        if cr & CR_MER != 0 {
            let regions: Vec<_> = context.memories.regions().to_vec();
            for (origin, length, _) in regions
                .iter()
                .filter(|(.., kind)| *kind == MemoryKind::Flash)
            {
                Self::fill(*origin, *length, context);
            }
        } else if cr & CR_PER != 0 {
            let page = context.memories.canonical(page);
            if context.memories.kind_at(page) == Some(MemoryKind::Flash) {
                Self::fill(page, PAGE, context);
            }
        } else if cr & CR_OPTER != 0 && self.options.is_open() {
            Self::fill(
                OPTION_BYTES.start,
                OPTION_BYTES.end - OPTION_BYTES.start,
                context,
            );
        } else {
            return;
        }
        self.be_busy(ERASE_NS, context);
    }
}

impl Model for Flash {
    fn reset(&mut self, _: Reset, context: &mut Context<'_>) {
        context.file.reset();
        (self.lock, self.options) = (Lock::Shut, Lock::Shut);
        context.wires.flash_limits = LIMITS;
        self.show_locks(context);
        self.update_line(context);
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        let (cr, sr) = (context.file.get(CR), context.file.get(SR));
        if !context.file.write(offset, width, value) {
            return false;
        }
        let raw = value << ((offset & 3) * 8);
        match offset & !3 {
            ACR => {
                let acr = context.file.get(ACR);
                let status = (acr & ACR_PRFTBE) << 1;
                context.file.set(ACR, acr & !ACR_PRFTBS | status);
            }
            KEYR => self.lock = self.lock.turn(value, KEYS),
            OPTKEYR if self.lock.is_open() => self.options = self.options.turn(value, KEYS),
            SR => context.file.set(SR, sr & !(raw & SR_CLEARED)),
            CR => self.write_cr(cr, raw, context),
            _ => return true,
        }
        self.show_locks(context);
        self.update_line(context);
        true
    }

    fn event(&mut self, _: u32, context: &mut Context<'_>) {
        let sr = context.file.get(SR) & !SR_BSY;
        context.file.set(SR, sr | SR_EOP);
        let cr = context.file.get(CR);
        context.file.set(CR, cr & !CR_STRT);
        self.update_line(context);
    }

    fn program(
        &mut self,
        address: u32,
        width: Width,
        value: u32,
        context: &mut Context<'_>,
    ) -> bool {
        let cr = context.file.get(CR);
        let address = context.memories.canonical(address);
        let allowed = if OPTION_BYTES.contains(&address) {
            cr & CR_OPTPG != 0 && self.options.is_open()
        } else {
            cr & CR_PG != 0 && context.memories.kind_at(address) == Some(MemoryKind::Flash)
        };
        // Anything but a halfword is a bus error (section 3.2.2).
        if !allowed || !self.lock.is_open() || width != Width::Halfword {
            return false;
        }
        let erased = context.memories.read(address, Width::Halfword) == Some(0xFFFF);
        if erased || value == 0 {
            let bytes = (value as u16).to_le_bytes();
            context.memories.poke(address, &bytes);
            context.wires.code_changed = true;
            self.be_busy(PROGRAM_NS, context);
        } else {
            context.file.set(SR, context.file.get(SR) | SR_PGERR);
            self.update_line(context);
        }
        true
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}

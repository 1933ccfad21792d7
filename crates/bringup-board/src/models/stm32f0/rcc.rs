//! Reset and clock control of the STM32F0: RM0091 chapter 6, as far as the `STM32F04x` have it.
//!
//! | part | modelled |
//! |---|---|
//! | `CR`, `CR2`, `BDCR`, `CSR` oscillators | ready flags follow the enables after the start-up times of the datasheet; an oscillator that clocks the system cannot be switched off |
//! | `CFGR`, `CFGR2` | `SW` to `SWS` once the source is ready, `HPRE`, `PPRE`, PLL source, predivider and multiplier, frozen while the PLL is on |
//! | `CFGR3` | kernel clock of USART1; that of USART2 is the bus's on these chips |
//! | `CIR` | ready interrupts |
//! | `BDCR` | written only while `PWR.CR.DBP` is set, kept through system resets, cleared by `BDRST` |
//! | `CSR` reset flags | of all resets but low-power ones, `RMVF` |
//! | enable and reset registers | by the board, for every peripheral: see [`bringup_device::gates`] |
//! | clock security, `MCO`, `HSI14DIS`, recovery system `CRS` | kept in the registers, without effect |

use bringup_cpu::Width;

use crate::clock::{ClockTree, Frequency, Time};
use crate::models::stm32::oscillators::{
    Choice, Source, ahb_divisor, apb_divisor, not_ready, reset_flags,
};
use crate::peripheral::{Context, Crystals, Model, Reset, Setup};
use crate::registers::RegisterFile;

const CR: u32 = 0x00;
const CFGR: u32 = 0x04;
const CIR: u32 = 0x08;
const BDCR: u32 = 0x20;
const CSR: u32 = 0x24;
const CFGR2: u32 = 0x2C;
const CFGR3: u32 = 0x30;
const CR2: u32 = 0x34;

const CR_HSEBYP: u32 = 1 << 18;

const CFGR_SW: u32 = 0b11;
const CFGR_SWS_SHIFT: u32 = 2;
/// `PLLSRC`, `PLLXTPRE` and `PLLMUL`: section 6.4.2 lets them be written only while the PLL is off.
const CFGR_PLL: u32 = 0b11 << 15 | 1 << 17 | 0b1111 << 18;
const PREDIV: u32 = 0b1111;

/// Ready flags of `CIR`; the enables lie 8 bits higher, the clears 16.
const CIR_FLAGS: u32 = 0x7F;
const CIR_CSSF: u32 = 1 << 7;

const BDCR_RTCEN: u32 = 1 << 15;
const BDCR_BDRST: u32 = 1 << 16;
const BDCR_LSEBYP: u32 = 1 << 2;
const CSR_RMVF: u32 = 1 << 24;
/// `V18PWRRSTF` and `OBLRSTF` to `LPWRRSTF`.
const CSR_RESET_FLAGS: u32 = 0b1111_1110 << 24 | 1 << 23;

const HSI: usize = 0;
const HSE: usize = 1;
const PLL: usize = 2;
const HSI48: usize = 3;
const HSI14: usize = 4;
const LSE: usize = 5;
const LSI: usize = 6;

/// The position is the event token; the first four are in the order of `CFGR.SW`.
const SOURCES: [Source; 7] = [
    Source::new(CR, 0, 1, 2),
    Source::new(CR, 16, 17, 3),
    Source::new(CR, 24, 25, 4),
    Source::new(CR2, 16, 17, 6),
    Source::new(CR2, 0, 1, 5),
    Source::new(BDCR, 0, 1, 1),
    Source::new(CSR, 0, 1, 0),
];

/// Start-up of the HSI and the HSI14, the maximum (datasheet of the STM32F042x4/x6, section 6.3.8).
const HSI_START_NS: u64 = 2_000;
/// Start-up of the HSI48, the maximum (the same, HSI48 oscillator characteristics).
const HSI48_START_NS: u64 = 6_000;
/// Start-up of an HSE crystal, typical (section 6.3.7).
const HSE_START_NS: u64 = 2_000_000;
/// Start-up of a clock that is fed to the chip: a few cycles of it.
const BYPASS_START_NS: u64 = 500;
/// Lock time of the PLL, the maximum (section 6.3.9).
const PLL_LOCK_NS: u64 = 200_000;
/// Start-up of an LSE crystal, typical (section 6.3.7).
const LSE_START_NS: u64 = 2_000_000_000;
/// Start-up of the LSI, the maximum (section 6.3.8).
const LSI_START_NS: u64 = 85_000;

/// The typical LSI (section 6.3.8).
const LSI_HZ: u64 = 40_000;
const HSI_HZ: u64 = 8_000_000;
/// Oscillator of the ADC (RM0091 section 6.2.6).
const HSI14_HZ: u64 = 14_000_000;
/// The ADC may not switch it on.
const CR2_HSI14DIS: u32 = 1 << 2;
const HSI48_HZ: u64 = 48_000_000;

/// The reset and clock controller.
#[derive(Debug, Clone)]
pub struct Rcc {
    crystals: Crystals,
    irq: Option<u32>,
    /// The chip is in stop or standby mode.
    asleep: bool,
}

impl Rcc {
    /// Makes the model and corrects the SVD file where it contradicts the manual.
    pub fn new(setup: &mut Setup<'_>) -> Self {
        setup.correct(CIR, |word| {
            word.make_read_only(CIR_FLAGS | CIR_CSSF);
            word.make_command(0xFF << 16);
        });
        setup.correct(CFGR, |word| word.make_read_only(0b11 << CFGR_SWS_SHIFT));
        // Clock security, `MCO`.
        setup.leave_out(CR, 1 << 19);
        setup.leave_out(CFGR, 0b1111 << 24);
        setup.correct(CR2, |word| word.make_read_only(1 << 1 | 1 << 17));
        setup.correct(BDCR, |word| word.make_read_only(1 << 1));
        setup.correct(CSR, |word| {
            word.make_read_only(CSR_RESET_FLAGS | 1 << 1);
            word.make_command(CSR_RMVF);
        });
        Self {
            crystals: setup.crystals,
            irq: setup.interrupt("RCC"),
            asleep: false,
        }
    }

    fn is_ready(file: &RegisterFile, source: usize) -> bool {
        SOURCES
            .get(source)
            .is_some_and(|source| source.is_ready(file))
    }

    fn pll_source(file: &RegisterFile) -> usize {
        match (file.get(CFGR) >> 15) & 0b11 {
            0b10 => HSE,
            0b11 => HSI48,
            _ => HSI,
        }
    }

    /// Which source clocks the system: `CFGR.SWS`.
    fn system_source(file: &RegisterFile) -> usize {
        ((file.get(CFGR) >> CFGR_SWS_SHIFT) & 0b11) as usize
    }

    /// Whether the system runs on a source, directly or through the PLL.
    fn is_in_use(file: &RegisterFile, source: usize) -> bool {
        let system = Self::system_source(file);
        system == source || (system == PLL && Self::pll_source(file) == source)
    }

    /// How long a source takes to start, `None` if it never will.
    fn start_up(&self, file: &RegisterFile, source: usize) -> Option<Time> {
        let nanos = match source {
            HSI | HSI14 => HSI_START_NS,
            HSI48 => HSI48_START_NS,
            HSE => {
                let bypassed = file.get(CR) & CR_HSEBYP != 0;
                self.crystals
                    .hse_hz
                    .filter(|_| bypassed == self.crystals.hse_bypass)?;
                if bypassed {
                    BYPASS_START_NS
                } else {
                    HSE_START_NS
                }
            }
            PLL if Self::is_ready(file, Self::pll_source(file)) => PLL_LOCK_NS,
            LSE if file.get(BDCR) & BDCR_LSEBYP == 0 => {
                self.crystals.lse_hz.map(|_| LSE_START_NS)?
            }
            LSI => LSI_START_NS,
            _ => return None,
        };
        Some(Time::from_nanos(nanos))
    }

    fn frequency(&self, file: &RegisterFile, source: usize) -> Frequency {
        match source {
            HSI => Frequency::hz(HSI_HZ),
            HSE => Frequency::hz(u64::from(self.crystals.hse_hz.unwrap_or(0))),
            HSI48 => Frequency::hz(HSI48_HZ),
            _ => {
                let cfgr = file.get(CFGR);
                // The code 1111 multiplies by 16 as 1110 does.
                let factor = (((cfgr >> 18) & 0b1111) + 2).min(16);
                let halved = cfgr & 0b11 << 15 == 0;
                let divisor = if halved {
                    2
                } else {
                    (file.get(CFGR2) & PREDIV) + 1
                };
                let input = self.frequency(file, Self::pll_source(file));
                input.times(factor).divided_by(divisor)
            }
        }
    }

    fn tree(&self, file: &RegisterFile) -> ClockTree {
        let cfgr = file.get(CFGR);
        let sysclk = self.frequency(file, Self::system_source(file));
        let apb = apb_divisor((cfgr >> 8) & 0b111);
        let mut tree = ClockTree::divided(sysclk, ahb_divisor((cfgr >> 4) & 0b1111), apb, apb);
        let choice = match file.get(CFGR3) & 0b11 {
            0b00 => Choice::Bus,
            0b01 => Choice::System,
            0b10 if Self::is_ready(file, LSE) => {
                let hertz = u64::from(self.crystals.lse_hz.unwrap_or(0));
                Choice::Oscillator(Frequency::hz(hertz))
            }
            0b11 if Self::is_ready(file, HSI) => Choice::Oscillator(Frequency::hz(HSI_HZ)),
            _ => Choice::Oscillator(Frequency::hz(0)),
        };
        tree.kernels.usart1 = choice.in_tree(&tree, tree.kernels.usart1);
        // The ADC switches its oscillator on by itself, if it may.
        if Self::is_ready(file, HSI14) || file.get(CR2) & CR2_HSI14DIS == 0 {
            tree.kernels.adc = Frequency::hz(HSI14_HZ);
        }
        tree.kernels.rtc = self.rtc_clock(file);
        if self.asleep {
            tree = tree.in_stop_mode();
        }
        tree
    }

    fn rtc_clock(&self, file: &RegisterFile) -> Frequency {
        let bdcr = file.get(BDCR);
        match (bdcr >> 8) & 0b11 {
            _ if bdcr & BDCR_RTCEN == 0 => Frequency::hz(0),
            0b01 if Self::is_ready(file, LSE) => {
                Frequency::hz(u64::from(self.crystals.lse_hz.unwrap_or(0)))
            }
            0b10 if Self::is_ready(file, LSI) => Frequency::hz(LSI_HZ),
            0b11 if Self::is_ready(file, HSE) => self.frequency(file, HSE).divided_by(32),
            _ => Frequency::hz(0),
        }
    }

    /// Starts what was switched on, stops what was switched off, performs the clock switch that is due.
    fn settle(&self, context: &mut Context<'_>) {
        for (token, source) in SOURCES.iter().enumerate() {
            let start_up = self.start_up(context.file, token);
            source.settle(token as u32, start_up, context);
        }
        let cfgr = context.file.get(CFGR);
        let wanted = cfgr & CFGR_SW;
        if Self::is_ready(context.file, wanted as usize) {
            let others = cfgr & !(0b11 << CFGR_SWS_SHIFT);
            context.file.set(CFGR, others | wanted << CFGR_SWS_SHIFT);
        }
        let tree = self.tree(context.file);
        if tree != *context.clock.tree() {
            context.switch_clock(tree);
        }
        if let Some(irq) = self.irq {
            let level = context.file.get(CIR) & CIR_FLAGS != 0;
            context.set_line(irq, level);
        }
    }

    /// Puts back what a write may not change at this moment: the enables of sources in use, the settings of a
    /// running PLL.
    fn protect(before: &[u32; 4], in_use: [bool; 4], file: &mut RegisterFile) {
        let [cr, cfgr, cfgr2, cr2] = *before;
        for (source, in_use) in SOURCES.iter().zip(in_use) {
            let was = if source.register == CR { cr } else { cr2 };
            if in_use && was & source.on != 0 {
                file.set(source.register, file.get(source.register) | source.on);
            }
        }
        if cr & SOURCES[PLL].on != 0 {
            file.set(CFGR, (file.get(CFGR) & !CFGR_PLL) | (cfgr & CFGR_PLL));
            file.set(CFGR2, cfgr2);
        }
    }

    /// The lowest bit of the predivider is in two registers (section 6.4.2).
    fn mirror_predivider(word: u32, file: &mut RegisterFile) {
        let (cfgr, cfgr2) = (file.get(CFGR), file.get(CFGR2));
        if word == CFGR {
            file.set(CFGR2, cfgr2 & !1 | cfgr >> 17 & 1);
        } else {
            file.set(CFGR, cfgr & !(1 << 17) | (cfgr2 & 1) << 17);
        }
    }

    fn write_backup(before: u32, context: &mut Context<'_>) {
        if !context.wires.backup_writable {
            context.file.set(BDCR, before);
        }
        if context.file.get(BDCR) & BDCR_BDRST != 0 {
            context.wires.backup_resets += 1;
            context.wires.clock_changed = true;
            context.file.set(BDCR, BDCR_BDRST);
        }
    }
}

impl Model for Rcc {
    fn reset(&mut self, reset: Reset, context: &mut Context<'_>) {
        let (csr, bdcr) = (context.file.get(CSR), context.file.get(BDCR));
        context.file.reset();
        self.asleep = false;
        let kept = if reset == Reset::PowerOn {
            0
        } else {
            // The backup domain outlives a system reset (section 6.1.3).
            context.file.set(BDCR, bdcr);
            csr & CSR_RESET_FLAGS
        };
        context.file.set(CSR, kept | reset_flags(reset));
        self.settle(context);
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        let before = [CR, CFGR, CFGR2, CR2].map(|word| context.file.get(word));
        let in_use = [HSI, HSE, PLL, HSI48].map(|source| Self::is_in_use(context.file, source));
        let (backup, flags) = (context.file.get(BDCR), context.file.get(CIR));
        if !context.file.write(offset, width, value) {
            return false;
        }
        let raw = value << ((offset & 3) * 8);
        match offset & !3 {
            CIR => {
                let cleared = raw >> 16 & (CIR_FLAGS | CIR_CSSF);
                let enables = context.file.get(CIR) & CIR_FLAGS << 8;
                context
                    .file
                    .set(CIR, enables | flags & (CIR_FLAGS | CIR_CSSF) & !cleared);
            }
            word @ (CFGR | CFGR2) => {
                Self::mirror_predivider(word, context.file);
                Self::protect(&before, in_use, context.file);
            }
            CR | CR2 => Self::protect(&before, in_use, context.file),
            BDCR => Self::write_backup(backup, context),
            CSR if raw & CSR_RMVF != 0 => {
                let csr = context.file.get(CSR);
                context.file.set(CSR, csr & !CSR_RESET_FLAGS);
            }
            CSR | CFGR3 => {}
            // Gates change no clock of the tree.
            _ => return true,
        }
        self.settle(context);
        true
    }

    fn event(&mut self, token: u32, context: &mut Context<'_>) {
        let Some(source) = SOURCES.get(token as usize) else {
            return;
        };
        let value = context.file.get(source.register);
        context.file.set(source.register, value | source.ready);
        let cir = context.file.get(CIR);
        if cir >> 8 & source.interrupt != 0 {
            context.file.set(CIR, cir | source.interrupt);
        }
        self.settle(context);
    }

    fn stopped(&mut self, on: bool, context: &mut Context<'_>) {
        self.asleep = on;
        if on {
            // What wakes up is the HSI; all else but the low-speed oscillators is off.
            for source in [HSI, HSE, PLL, HSI48, HSI14].map(|index| &SOURCES[index]) {
                let value = context.file.get(source.register);
                let off = value & !(source.on | source.ready);
                context.file.set(source.register, off);
            }
            let cr = context.file.get(CR) | SOURCES[HSI].on | SOURCES[HSI].ready;
            context.file.set(CR, cr);
            let cfgr = context.file.get(CFGR) & !(CFGR_SW | CFGR_SW << CFGR_SWS_SHIFT);
            context.file.set(CFGR, cfgr);
        }
        self.settle(context);
    }

    fn missing(&self, offset: u32, bits: u32, file: &RegisterFile) -> Option<String> {
        let starts = |source| self.start_up(file, source).is_some();
        not_ready(&SOURCES, (offset, bits), file, starts)
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}

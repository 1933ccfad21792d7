//! Reset and clock control of the STM32L0: RM0377 chapter 7.
//!
//! | part | modelled |
//! |---|---|
//! | `CR`, `CSR` oscillators | ready flags follow the enables after the start-up times of the datasheet; an oscillator that clocks the system cannot be switched off; `HSI16DIVEN` |
//! | `ICSCR` | `MSIRANGE`; trimming and calibration are kept, without effect |
//! | `CFGR` | `SW` to `SWS` once the source is ready, `HPRE`, `PPRE1`, `PPRE2`, PLL source, multiplier and divider, frozen while the PLL is on |
//! | `CIER`, `CIFR`, `CICR` | ready interrupts |
//! | `CSR` reset flags | power-on, pin and software reset, `RMVF` |
//! | enable and reset registers | by the board, for every peripheral: see [`bringup_device::gates`] |
//! | clock security, `MCO`, the write protection of the RTC domain by `PWR.CR.DBP` | kept in the registers, without effect |

use bringup_cpu::Width;

use crate::clock::{ClockTree, Frequency, Time};
use crate::peripheral::{Context, Crystals, Model, Reset, Setup};
use crate::registers::RegisterFile;

const CR: u32 = 0x00;
const ICSCR: u32 = 0x04;
const CRRCR: u32 = 0x08;
const CFGR: u32 = 0x0C;
const CIER: u32 = 0x10;
const CIFR: u32 = 0x14;
const CICR: u32 = 0x18;
const CSR: u32 = 0x50;

const CR_HSI16DIVEN: u32 = 1 << 3;
const CR_HSI16DIVF: u32 = 1 << 4;
/// `HSI16ON`, `HSI16KERON`, `HSI16DIVEN`, `HSI16OUTEN`, `MSION`, `HSEON`, `HSEBYP`, `CSSHSEON`, `RTCPRE`, `PLLON`.
const CR_WRITABLE: u32 = 0b1 | 1 << 1 | CR_HSI16DIVEN | 1 << 5 | 1 << 8 | 0b11_1101 << 16 | 1 << 24;

const CFGR_SW: u32 = 0b11;
const CFGR_SWS_SHIFT: u32 = 2;
const CFGR_PLLSRC: u32 = 1 << 16;
/// `PLLSRC`, `PLLMUL` and `PLLDIV`: section 7.3.4 lets them be written only while the PLL is off.
const CFGR_PLL: u32 = CFGR_PLLSRC | 0b1111 << 18 | 0b11 << 22;

const CSR_RTC_DOMAIN: u32 = 0x000F_7F00;
const CSR_RMVF: u32 = 1 << 23;
const CSR_PINRSTF: u32 = 1 << 26;
const CSR_PORRSTF: u32 = 1 << 27;
const CSR_SFTRSTF: u32 = 1 << 28;
const CSR_RESET_FLAGS: u32 = 0xFF << 24;
const CSR_LSEBYP: u32 = 1 << 10;

/// An oscillator or the PLL: its enable and ready bits. The position in [`SOURCES`] is its event token.
struct Source {
    register: u32,
    on: u32,
    ready: u32,
    /// Its bit in `CIER`, `CIFR` and `CICR`.
    interrupt: u32,
}

const MSI: usize = 0;
const HSI16: usize = 1;
const HSE: usize = 2;
const PLL: usize = 3;
const LSE: usize = 4;
const LSI: usize = 5;
const HSI48: usize = 6;

/// The first four in the order of `CFGR.SW`.
const SOURCES: [Source; 7] = [
    Source {
        register: CR,
        on: 1 << 8,
        ready: 1 << 9,
        interrupt: 1 << 5,
    },
    Source {
        register: CR,
        on: 1 << 0,
        ready: 1 << 2,
        interrupt: 1 << 2,
    },
    Source {
        register: CR,
        on: 1 << 16,
        ready: 1 << 17,
        interrupt: 1 << 3,
    },
    Source {
        register: CR,
        on: 1 << 24,
        ready: 1 << 25,
        interrupt: 1 << 4,
    },
    Source {
        register: CSR,
        on: 1 << 8,
        ready: 1 << 9,
        interrupt: 1 << 1,
    },
    Source {
        register: CSR,
        on: 1 << 0,
        ready: 1 << 1,
        interrupt: 1 << 0,
    },
    Source {
        register: CRRCR,
        on: 1 << 0,
        ready: 1 << 1,
        interrupt: 1 << 6,
    },
];

/// Start-up of the MSI by range, in nanoseconds, typical (DS10668 section 6.3.7, MSI oscillator characteristics).
const MSI_START_NS: [u64; 7] = [30_000, 20_000, 15_000, 10_000, 6_000, 5_000, 3_500];
/// Start-up of the HSI16, typical (DS10668 section 6.3.7, HSI16 oscillator characteristics).
const HSI16_START_NS: u64 = 3_700;
/// Start-up of the HSI48, the maximum (STM32L052 datasheet section 6.3.7).
const HSI48_START_NS: u64 = 6_000;
/// Start-up of an HSE crystal, typical (DS10668 section 6.3.6, HSE oscillator characteristics).
const HSE_START_NS: u64 = 2_000_000;
/// Lock time of the PLL, typical (DS10668 section 6.3.8, PLL characteristics).
const PLL_LOCK_NS: u64 = 115_000;
/// Start-up of an LSE crystal, typical (DS10668 section 6.3.6, LSE oscillator characteristics).
const LSE_START_NS: u64 = 2_000_000_000;
/// Start-up of the LSI, the maximum (DS10668 section 6.3.7, LSI oscillator characteristics).
const LSI_START_NS: u64 = 200_000;

const HSI16_HZ: u64 = 16_000_000;
/// Frequency of MSI range 0; each further range doubles it. Trimmed to multiples of 32.768 kHz (section 7.2.3).
const MSI_RANGE0_HZ: u64 = 65_536;
/// Multiplier by `PLLMUL`; the codes above are reserved and taken as the last.
const PLL_MULTIPLIERS: [u32; 9] = [3, 4, 6, 8, 12, 16, 24, 32, 48];

/// The reset and clock controller.
#[derive(Debug, Clone)]
pub struct Rcc {
    crystals: Crystals,
    irq: Option<u32>,
}

impl Rcc {
    /// Makes the model and corrects the SVD file where it contradicts the manual.
    pub fn new(setup: &mut Setup<'_>) -> Self {
        setup.correct(CR, |word| {
            word.make_read_only(word.covered);
            word.make_read_write(CR_WRITABLE);
        });
        setup.correct(CRRCR, |word| word.make_read_only(0b10));
        setup.correct(CFGR, |word| word.make_read_only(0b11 << CFGR_SWS_SHIFT));
        setup.correct(CIER, |word| word.make_read_write(0xFF));
        setup.correct(CIFR, |word| word.make_read_only(0x1FF));
        setup.correct(CICR, |word| word.make_command(0x1FF));
        setup.correct(CSR, |word| {
            word.make_read_only(
                CSR_RESET_FLAGS | 1 << 14 | SOURCES[LSE].ready | SOURCES[LSI].ready,
            );
            word.make_command(CSR_RMVF);
        });
        let irq = setup
            .interrupts
            .iter()
            .find(|(name, _)| name.starts_with("RCC"))
            .map(|(_, number)| *number);
        Self {
            crystals: setup.crystals,
            irq,
        }
    }

    fn is_ready(file: &RegisterFile, source: usize) -> bool {
        SOURCES
            .get(source)
            .is_some_and(|source| file.get(source.register) & source.ready != 0)
    }

    fn pll_source(file: &RegisterFile) -> usize {
        if file.get(CFGR) & CFGR_PLLSRC == 0 {
            HSI16
        } else {
            HSE
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
            MSI => MSI_START_NS[msi_range(file)],
            HSI16 => HSI16_START_NS,
            HSE => self.crystals.hse_hz.map(|_| HSE_START_NS)?,
            PLL if Self::is_ready(file, Self::pll_source(file)) => PLL_LOCK_NS,
            LSE if file.get(CSR) & CSR_LSEBYP == 0 => self.crystals.lse_hz.map(|_| LSE_START_NS)?,
            LSI => LSI_START_NS,
            HSI48 => HSI48_START_NS,
            _ => return None,
        };
        Some(Time::from_nanos(nanos))
    }

    fn hsi16(file: &RegisterFile) -> Frequency {
        let divisor = if file.get(CR) & CR_HSI16DIVF == 0 {
            1
        } else {
            4
        };
        Frequency::hz(HSI16_HZ).divided_by(divisor)
    }

    fn frequency(&self, file: &RegisterFile, source: usize) -> Frequency {
        match source {
            MSI => Frequency::hz(MSI_RANGE0_HZ << msi_range(file)),
            HSI16 => Self::hsi16(file),
            HSE => Frequency::hz(u64::from(self.crystals.hse_hz.unwrap_or(0))),
            _ => {
                let cfgr = file.get(CFGR);
                let code = ((cfgr >> 18) & 0b1111) as usize;
                let factor = PLL_MULTIPLIERS[code.min(PLL_MULTIPLIERS.len() - 1)];
                // The code 0 is not allowed; it is taken as no division.
                let divisor = ((cfgr >> 22) & 0b11) + 1;
                self.frequency(file, Self::pll_source(file))
                    .times(factor)
                    .divided_by(divisor)
            }
        }
    }

    fn tree(&self, file: &RegisterFile) -> ClockTree {
        let cfgr = file.get(CFGR);
        let sysclk = self.frequency(file, Self::system_source(file));
        let hclk = sysclk.divided_by(ahb_divisor((cfgr >> 4) & 0b1111));
        let pclk1 = hclk.divided_by(apb_divisor((cfgr >> 8) & 0b111));
        let pclk2 = hclk.divided_by(apb_divisor((cfgr >> 11) & 0b111));
        ClockTree {
            sysclk,
            hclk,
            pclk1,
            pclk2,
        }
    }

    /// Starts what was switched on, stops what was switched off, performs the clock switch that is due.
    fn settle(&self, context: &mut Context<'_>) {
        for (token, source) in SOURCES.iter().enumerate() {
            let value = context.file.get(source.register);
            if value & source.on == 0 {
                context.cancel(token as u32);
                context.file.set(source.register, value & !source.ready);
            } else if value & source.ready == 0
                && !context.is_planned(token as u32)
                && let Some(span) = self.start_up(context.file, token)
            {
                context.after(token as u32, span);
            }
        }
        let cr = context.file.get(CR);
        let divided = if cr & CR_HSI16DIVEN == 0 {
            cr & !CR_HSI16DIVF
        } else {
            cr | CR_HSI16DIVF
        };
        context.file.set(CR, divided);
        let cfgr = context.file.get(CFGR);
        let wanted = cfgr & CFGR_SW;
        if Self::is_ready(context.file, wanted as usize) {
            context.file.set(
                CFGR,
                (cfgr & !(0b11 << CFGR_SWS_SHIFT)) | wanted << CFGR_SWS_SHIFT,
            );
        }
        let tree = self.tree(context.file);
        if tree != *context.clock.tree() {
            context.switch_clock(tree);
        }
        if let Some(irq) = self.irq {
            let level = context.file.get(CIFR) != 0;
            context.set_line(irq, level);
        }
    }

    /// Puts back what a write may not change at this moment: the enables of sources in use, the settings of a
    /// running PLL.
    fn protect(before: &RegisterFileView, file: &mut RegisterFile) {
        let mut cr = file.get(CR);
        for (index, source) in SOURCES.iter().enumerate().take(PLL + 1) {
            if before.in_use[index] && before.cr & source.on != 0 {
                cr |= source.on;
            }
        }
        file.set(CR, cr);
        if before.cr & SOURCES[PLL].on != 0 {
            file.set(
                CFGR,
                (file.get(CFGR) & !CFGR_PLL) | (before.cfgr & CFGR_PLL),
            );
        }
    }
}

/// What of the registers decides which writes are ignored.
struct RegisterFileView {
    cr: u32,
    cfgr: u32,
    in_use: [bool; PLL + 1],
}

impl RegisterFileView {
    fn of(file: &RegisterFile) -> Self {
        let in_use = [MSI, HSI16, HSE, PLL].map(|source| Rcc::is_in_use(file, source));
        Self {
            cr: file.get(CR),
            cfgr: file.get(CFGR),
            in_use,
        }
    }
}

/// `ICSCR.MSIRANGE`; the code above the last range is reserved and taken as it.
fn msi_range(file: &RegisterFile) -> usize {
    (((file.get(ICSCR) >> 13) & 0b111) as usize).min(MSI_START_NS.len() - 1)
}

/// Divisor by `CFGR.HPRE`; there is none of 32 (section 7.3.4).
const fn ahb_divisor(code: u32) -> u32 {
    match code {
        0b0000..=0b0111 => 1,
        0b1000..=0b1011 => 2 << (code & 0b11),
        _ => 64 << (code & 0b11),
    }
}

/// Divisor by `CFGR.PPRE1` and `PPRE2`.
const fn apb_divisor(code: u32) -> u32 {
    if code < 0b100 { 1 } else { 2 << (code & 0b11) }
}

impl Model for Rcc {
    fn reset(&mut self, reset: Reset, context: &mut Context<'_>) {
        let csr = context.file.get(CSR);
        context.file.reset();
        let kept = match reset {
            Reset::PowerOn => CSR_PORRSTF | CSR_PINRSTF,
            // The RTC domain outlives a system reset, which also pulls the reset pin low (section 7.1).
            Reset::Software | Reset::Peripheral => {
                csr & (CSR_RTC_DOMAIN | CSR_RESET_FLAGS) | CSR_SFTRSTF | CSR_PINRSTF
            }
        };
        context.file.set(CSR, kept);
        self.settle(context);
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        let before = RegisterFileView::of(context.file);
        if !context.file.write(offset, width, value) {
            return false;
        }
        let raw = value << ((offset & 3) * 8);
        match offset & !3 {
            CICR => {
                let flags = context.file.get(CIFR);
                context.file.set(CIFR, flags & !raw);
            }
            CSR if raw & CSR_RMVF != 0 => {
                let csr = context.file.get(CSR);
                context.file.set(CSR, csr & !CSR_RESET_FLAGS);
            }
            CR | CFGR => Self::protect(&before, context.file),
            ICSCR | CRRCR | CSR => {}
            // Gates and kernel clock selections change no clock of the tree.
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
        if context.file.get(CIER) & source.interrupt != 0 {
            let flags = context.file.get(CIFR);
            context.file.set(CIFR, flags | source.interrupt);
        }
        self.settle(context);
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}

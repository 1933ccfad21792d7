//! Reset and clock control of the STM32L0: RM0377 chapter 7.
//!
//! | part | modelled |
//! |---|---|
//! | `CR`, `CSR` oscillators | ready flags follow the enables after the start-up times of the datasheet; an oscillator that clocks the system cannot be switched off; `HSI16DIVEN` |
//! | `ICSCR` | `MSIRANGE`; trimming and calibration are kept, without effect |
//! | `CFGR` | `SW` to `SWS` once the source is ready, `HPRE`, `PPRE1`, `PPRE2`, PLL source, multiplier and divider, frozen while the PLL is on |
//! | `CIER`, `CIFR`, `CICR` | ready interrupts |
//! | `CSR` LSE and RTC bits | written only while `PWR.CR.DBP` is set, kept through system resets, cleared by `RTCRST` |
//! | `CSR` reset flags | of all resets but low-power and firewall ones, `RMVF` |
//! | `CCIPR` | kernel clocks of USART1, USART2, LPUART1 and LPTIM1 |
//! | stop mode | clocks off, MSI or HSI16 by `STOPWUCK` on waking up, which takes no time |
//! | enable and reset registers | by the board, for every peripheral: see [`bringup_device::gates`] |
//! | clock security, `MCO` | kept in the registers, without effect |

use bringup_cpu::Width;

use crate::clock::{ClockTree, Frequency, Kernel, Time};
use crate::models::stm32::oscillators::{
    Choice, Source, ahb_divisor, apb_divisor, not_ready, reset_flags,
};
use crate::peripheral::{Context, Crystals, Model, Reset, Setup};
use crate::registers::RegisterFile;

const CR: u32 = 0x00;
const ICSCR: u32 = 0x04;
const CRRCR: u32 = 0x08;
const CFGR: u32 = 0x0C;
const CIER: u32 = 0x10;
const CIFR: u32 = 0x14;
const CICR: u32 = 0x18;
const CCIPR: u32 = 0x4C;
const CSR: u32 = 0x50;

const CR_HSEBYP: u32 = 1 << 18;

const CR_HSI16DIVEN: u32 = 1 << 3;
const CR_HSI16DIVF: u32 = 1 << 4;
/// `HSI16ON`, `HSI16KERON`, `HSI16DIVEN`, `HSI16OUTEN`, `MSION`, `HSEON`, `HSEBYP`, `CSSHSEON`, `RTCPRE`, `PLLON`.
const CR_WRITABLE: u32 = 0b1 | 1 << 1 | CR_HSI16DIVEN | 1 << 5 | 1 << 8 | 0b11_1101 << 16 | 1 << 24;

const CFGR_SW: u32 = 0b11;
const CFGR_SWS_SHIFT: u32 = 2;
/// The HSI16 clocks the system after stop mode, and not the MSI.
const CFGR_STOPWUCK: u32 = 1 << 15;
const CFGR_PLLSRC: u32 = 1 << 16;
/// `PLLSRC`, `PLLMUL` and `PLLDIV`: section 7.3, `RCC_CFGR`, lets them be written only while the PLL is off.
const CFGR_PLL: u32 = CFGR_PLLSRC | 0b1111 << 18 | 0b11 << 22;

/// `LSEON` to `RTCRST`: section 7.3, `RCC_CSR`, protects them by `PWR.CR.DBP`.
const CSR_RTC_DOMAIN: u32 = 0x000F_7F00;
/// `RTCSEL` and `RTCEN`.
const CSR_RTCSEL_SHIFT: u32 = 16;
const CSR_RTCEN: u32 = 1 << 18;
const CSR_RTCRST: u32 = 1 << 19;
const CSR_RMVF: u32 = 1 << 23;
const CSR_RESET_FLAGS: u32 = 0xFF << 24;
const CSR_LSEBYP: u32 = 1 << 10;

const MSI: usize = 0;
const HSI16: usize = 1;
const HSE: usize = 2;
const PLL: usize = 3;
const LSE: usize = 4;
const LSI: usize = 5;
const HSI48: usize = 6;

/// The position is the event token; the first four are in the order of `CFGR.SW`.
const SOURCES: [Source; 7] = [
    Source::new(CR, 8, 9, 5),
    Source::new(CR, 0, 2, 2),
    Source::new(CR, 16, 17, 3),
    Source::new(CR, 24, 25, 4),
    Source::new(CSR, 8, 9, 1),
    Source::new(CSR, 0, 1, 0),
    Source::new(CRRCR, 0, 1, 6),
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
/// Start-up of a clock that is fed to the chip: a few cycles of it.
const BYPASS_START_NS: u64 = 500;
/// Start-up of an LSE crystal, typical (DS10668 section 6.3.6, LSE oscillator characteristics).
const LSE_START_NS: u64 = 2_000_000_000;
/// Start-up of the LSI, the maximum (DS10668 section 6.3.7, LSI oscillator characteristics).
const LSI_START_NS: u64 = 200_000;

/// The typical LSI: section 7.2.
const LSI_HZ: u64 = 37_000;
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
    /// The chip is in stop or standby mode.
    asleep: bool,
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
        // Clock security, `MCO`.
        setup.leave_out(CR, 1 << 19);
        setup.leave_out(CFGR, 0b1111 << 24);
        setup.correct(CIER, |word| word.make_read_write(0xFF));
        setup.correct(CIFR, |word| word.make_read_only(0x1FF));
        setup.correct(CICR, |word| word.make_command(0x1FF));
        setup.correct(CSR, |word| {
            word.make_read_only(
                word.covered & (CSR_RESET_FLAGS | 1 << 14)
                    | SOURCES[LSE].ready
                    | SOURCES[LSI].ready,
            );
            word.make_command(CSR_RMVF);
        });
        // Sections 7.3.2 and 7.3.4: what the manual does not allow.
        let ranges = "the ranges are 0 (65.536 kHz) to 6 (4.194 MHz)";
        setup.allow(ICSCR, 0b111 << 13, 0..=6, ranges);
        let multipliers = "the codes are 0 to 8, for 3, 4, 6, 8, 12, 16, 24, 32 and 48";
        setup.allow(CFGR, 0b1111 << 18, 0..=8, multipliers);
        let dividers = "the codes are 1, 2 and 3, for a division by 2, 3 and 4";
        setup.allow(CFGR, 0b11 << 22, 1..=3, dividers);
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
            HSE => self.hse_start_up(file)?,
            PLL if Self::is_ready(file, Self::pll_source(file)) => PLL_LOCK_NS,
            LSE if file.get(CSR) & CSR_LSEBYP == 0 => self.crystals.lse_hz.map(|_| LSE_START_NS)?,
            LSI => LSI_START_NS,
            HSI48 => HSI48_START_NS,
            _ => return None,
        };
        Some(Time::from_nanos(nanos))
    }

    /// A crystal swings without, a clock from outside comes in with the bypass.
    fn hse_start_up(&self, file: &RegisterFile) -> Option<u64> {
        let bypassed = file.get(CR) & CR_HSEBYP != 0;
        let fits = self.crystals.hse_hz.is_some() && bypassed == self.crystals.hse_bypass;
        let span = if bypassed {
            BYPASS_START_NS
        } else {
            HSE_START_NS
        };
        fits.then_some(span)
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
        let mut tree = ClockTree::divided(
            sysclk,
            ahb_divisor((cfgr >> 4) & 0b1111),
            apb_divisor((cfgr >> 8) & 0b111),
            apb_divisor((cfgr >> 11) & 0b111),
        );
        let ccipr = file.get(CCIPR);
        let choose = |shift: u32, bus| {
            let choice = match (ccipr >> shift) & 0b11 {
                0b00 => Choice::Bus,
                0b01 => Choice::System,
                0b10 if Self::is_ready(file, HSI16) => Choice::Oscillator(Self::hsi16(file)),
                0b11 if Self::is_ready(file, LSE) => {
                    let hertz = u64::from(self.crystals.lse_hz.unwrap_or(0));
                    Choice::Oscillator(Frequency::hz(hertz))
                }
                _ => Choice::Oscillator(Frequency::hz(0)),
            };
            choice.in_tree(&tree, bus)
        };
        let mut kernels = tree.kernels;
        kernels.usart1 = choose(0, kernels.usart1);
        kernels.usart2 = choose(2, kernels.usart2);
        kernels.lpuart1 = choose(10, kernels.lpuart1);
        // Of LPTIM1 the code 01 is the LSI.
        kernels.lptim1 = match (ccipr >> 18) & 0b11 {
            0b01 if Self::is_ready(file, LSI) => Kernel::independent(Frequency::hz(LSI_HZ)),
            0b01 => Kernel::independent(Frequency::hz(0)),
            _ => choose(18, kernels.lptim1),
        };
        // The ADC has the oscillator before its divider.
        if Self::is_ready(file, HSI16) {
            kernels.adc = Frequency::hz(HSI16_HZ);
        }
        kernels.rtc = self.rtc_clock(file);
        tree.kernels = kernels;
        if self.asleep {
            tree = tree.in_stop_mode();
        }
        tree
    }

    fn rtc_clock(&self, file: &RegisterFile) -> Frequency {
        let csr = file.get(CSR);
        match (csr >> CSR_RTCSEL_SHIFT) & 0b11 {
            _ if csr & CSR_RTCEN == 0 => Frequency::hz(0),
            0b01 if Self::is_ready(file, LSE) => {
                Frequency::hz(u64::from(self.crystals.lse_hz.unwrap_or(0)))
            }
            0b10 if Self::is_ready(file, LSI) => Frequency::hz(LSI_HZ),
            // `RTCPRE` divides by 2 to 16.
            0b11 if Self::is_ready(file, HSE) => self
                .frequency(file, HSE)
                .divided_by(2 << ((file.get(CR) >> 20) & 0b11)),
            _ => Frequency::hz(0),
        }
    }

    /// Starts what was switched on, stops what was switched off, performs the clock switch that is due.
    fn settle(&self, context: &mut Context<'_>) {
        for (token, source) in SOURCES.iter().enumerate() {
            let start_up = self.start_up(context.file, token);
            source.settle(token as u32, start_up, context);
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

    /// The RTC domain is protected, and its reset clears it for as long as it is set; `RMVF` clears the reset flags.
    fn write_csr(before: u32, raw: u32, context: &mut Context<'_>) {
        let mut csr = context.file.get(CSR);
        if !context.wires.backup_writable {
            csr = (csr & !CSR_RTC_DOMAIN) | (before & CSR_RTC_DOMAIN);
        }
        if csr & CSR_RTCRST != 0 {
            context.wires.backup_resets += 1;
            context.wires.clock_changed = true;
            csr = (csr & !CSR_RTC_DOMAIN) | CSR_RTCRST;
        }
        if raw & CSR_RMVF != 0 {
            csr &= !CSR_RESET_FLAGS;
        }
        context.file.set(CSR, csr);
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

impl Model for Rcc {
    fn reset(&mut self, reset: Reset, context: &mut Context<'_>) {
        let csr = context.file.get(CSR);
        context.file.reset();
        self.asleep = false;
        let kept = match reset {
            Reset::PowerOn => 0,
            // The RTC domain outlives a system reset (section 7.1).
            _ => csr & (CSR_RTC_DOMAIN | CSR_RESET_FLAGS),
        };
        context.file.set(CSR, kept | reset_flags(reset));
        self.settle(context);
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        let before = RegisterFileView::of(context.file);
        let csr = context.file.get(CSR);
        if !context.file.write(offset, width, value) {
            return false;
        }
        let raw = value << ((offset & 3) * 8);
        match offset & !3 {
            CICR => {
                let flags = context.file.get(CIFR);
                context.file.set(CIFR, flags & !raw);
            }
            CSR => Self::write_csr(csr, raw, context),
            CR | CFGR => Self::protect(&before, context.file),
            ICSCR | CRRCR | CCIPR => {}
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
        if context.file.get(CIER) & source.interrupt != 0 {
            let flags = context.file.get(CIFR);
            context.file.set(CIFR, flags | source.interrupt);
        }
        self.settle(context);
    }

    fn stopped(&mut self, on: bool, context: &mut Context<'_>) {
        self.asleep = on;
        if on {
            // What wakes up is the MSI or the HSI16; all else but the low-speed oscillators is off.
            let wake_up = if context.file.get(CFGR) & CFGR_STOPWUCK == 0 {
                MSI
            } else {
                HSI16
            };
            let mut cr = context.file.get(CR);
            for source in &SOURCES[MSI..=PLL] {
                cr &= !(source.on | source.ready);
            }
            cr |= SOURCES[wake_up].on | SOURCES[wake_up].ready;
            context.file.set(CR, cr);
            let others = context.file.get(CFGR) & !(CFGR_SW | CFGR_SW << CFGR_SWS_SHIFT);
            let chosen = wake_up as u32 | (wake_up as u32) << CFGR_SWS_SHIFT;
            context.file.set(CFGR, others | chosen);
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

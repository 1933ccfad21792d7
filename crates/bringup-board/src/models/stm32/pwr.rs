//! Power control of the STM32L0 and F0: RM0377 chapter 6, RM0091 chapter 5.
//!
//! | part | modelled |
//! |---|---|
//! | `CR.DBP` | lets the backup or RTC domain be written |
//! | `CR.VOS` | the voltage range, at once: `CSR.VOSF` stays 0; L0 only |
//! | `CR.CWUF`, `CR.CSBF` | clear the flags |
//! | `CSR.VREFINTRDYF` | 1 |
//! | `CSR.REGLPF` | follows `CR.LPRUN`; L0 only |
//! | `CR.PDDS` | a sleep with `SLEEPDEEP` is stop or standby mode; what wakes from stop is an interrupt, from standby the RTC, the watchdog or the reset pin, and it takes no time |
//! | `CSR.SBF`, `CSR.WUF` | set by the end of standby mode |
//! | wake-up pins, voltage detector | not modelled |

use bringup_cpu::Width;

use crate::peripheral::{Context, Model, Reset, Setup};
use crate::wires::DeepSleep;

const CR: u32 = 0x00;
const CSR: u32 = 0x04;

const CR_PDDS: u32 = 1 << 1;
const CR_CWUF: u32 = 1 << 2;
const CR_CSBF: u32 = 1 << 3;
const CR_DBP: u32 = 1 << 8;
const CR_LPRUN: u32 = 1 << 14;
/// The regulator's low-power mode in deep sleep.
const CR_LPDS: u32 = 1 << 16;
const CSR_WUF: u32 = 1 << 0;
const CSR_SBF: u32 = 1 << 1;
const CSR_VREFINTRDYF: u32 = 1 << 3;
const CSR_REGLPF: u32 = 1 << 5;

/// The power controller.
#[derive(Debug, Clone)]
pub struct Pwr {
    /// Mask and shift of `CR.VOS`, where there is one.
    vos: Option<(u32, u32)>,
}

impl Pwr {
    /// Makes the model.
    pub fn new(setup: &mut Setup<'_>) -> Self {
        setup.correct(CR, |word| word.make_command(CR_CWUF | CR_CSBF));
        setup.correct(CSR, |word| {
            word.make_read_only(CSR_WUF | CSR_SBF | CSR_VREFINTRDYF);
        });
        // `PVDE`, `EWUPx`.
        setup.leave_out(CR, 1 << 4);
        setup.leave_out(CSR, 0xFF << 8);
        let cr = setup.layout.register("CR");
        let vos = cr.and_then(|cr| cr.field("VOS"));
        if vos.is_some() {
            // ST's file of the L0 has no `LPDS`; the manual and the community's patches of that file do.
            setup.correct(CR, |word| word.make_read_write(CR_LPDS));
        }
        if let Some((mask, _)) = vos {
            // RM0377 section 6.4.1: the bits then stay as they are.
            let ranges = "1 is range 1 (1.8 V), 2 is range 2 (1.5 V), 3 is range 3 (1.2 V)";
            setup.allow(CR, mask, 1..=3, ranges);
        }
        Self { vos }
    }

    fn settle(&self, context: &mut Context<'_>) {
        let cr = context.file.get(CR);
        context.wires.backup_writable = cr & CR_DBP != 0;
        context.wires.deep_sleep = if cr & CR_PDDS == 0 {
            DeepSleep::Stop
        } else {
            DeepSleep::Standby
        };
        context.wires.voltage_range = self
            .vos
            .map_or(0, |(mask, shift)| ((cr & mask) >> shift) as u8);
        let mut csr = context.file.get(CSR) | CSR_VREFINTRDYF;
        if self.vos.is_some() {
            csr &= !CSR_REGLPF;
            if cr & CR_LPRUN != 0 {
                csr |= CSR_REGLPF;
            }
        }
        context.file.set(CSR, csr);
    }
}

impl Model for Pwr {
    fn reset(&mut self, reset: Reset, context: &mut Context<'_>) {
        let flags = match reset {
            Reset::PowerOn => 0,
            Reset::Standby => CSR_WUF | CSR_SBF,
            _ => context.file.get(CSR) & (CSR_WUF | CSR_SBF),
        };
        context.file.reset();
        context.file.set(CSR, context.file.get(CSR) | flags);
        self.settle(context);
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        if !context.file.write(offset, width, value) {
            return false;
        }
        let raw = value << ((offset & 3) * 8);
        if offset & !3 == CR {
            let mut csr = context.file.get(CSR);
            if raw & CR_CWUF != 0 {
                csr &= !CSR_WUF;
            }
            if raw & CR_CSBF != 0 {
                csr &= !CSR_SBF;
            }
            context.file.set(CSR, csr);
        }
        self.settle(context);
        true
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}

//! Names of the registers of Arm's M-profile cores themselves: SysTick, NVIC, SCB and what there is for debugging.
//!
//! SVD files seldom list them, so the names are those that CMSIS gives them in `core_cm0plus.h` and `core_cm4.h`, which firmware in C and
//! the crate `cortex-m` use, too: `SysTick.CTRL` and not `SYST_CSR`. Fields are those of the ARMv6-M manual (DDI 0419E, sections B3.2 to
//! B3.4) and of the ARMv7-M manual (DDI 0403E, sections B3.2 to B3.5, C1.6 and C1.8); the bits of the NVIC are called by the interrupts of the
//! chip.

use std::ops::RangeInclusive;

/// The system control space of ARMv6-M (DDI 0419E, table B3-1) and of ARMv7-M (DDI 0403E, table B3-3).
const SPACE: RangeInclusive<u32> = 0xE000_E000..=0xE000_EFFF;

/// Registers outside of the system control space: ITM, DWT, FPB (DDI 0403E, table B3-1).
const DEBUG: RangeInclusive<u32> = 0xE000_0000..=0xE000_2FFF;

/// A register of the core with the names of its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoreRegister {
    /// Address.
    pub address: u32,
    /// Name, for example `SysTick.CTRL`.
    pub name: String,
    /// Value after reset.
    pub reset: u32,
    /// Bits for which a one that is written acts, or that writing leaves alone.
    pub ones_act: u32,
    /// Name, lowest bit, number of bits of each field.
    pub fields: Vec<(String, u32, u32)>,
}

/// Fields: name, lowest bit, number of bits.
type Fields = &'static [(&'static str, u32, u32)];

/// Address, name, value after reset, bits for which a one acts, fields.
type Row = (u32, &'static str, u32, u32, Fields);

/// SysTick and SCB, as all cores have them.
#[rustfmt::skip]
const COMMON: &[Row] = &[
    // Writing does not change `COUNTFLAG`.
    (0xE000_E010, "SysTick.CTRL", 0, 1 << 16, &[("ENABLE", 0, 1), ("TICKINT", 1, 1), ("CLKSOURCE", 2, 1), ("COUNTFLAG", 16, 1)]),
    (0xE000_E014, "SysTick.LOAD", 0, 0, &[("RELOAD", 0, 24)]),
    (0xE000_E018, "SysTick.VAL", 0, 0, &[("CURRENT", 0, 24)]),
    (0xE000_E01C, "SysTick.CALIB", 0, 0, &[("TENMS", 0, 24), ("SKEW", 30, 1), ("NOREF", 31, 1)]),
    (0xE000_ED00, "SCB.CPUID", 0, 0, &[("REVISION", 0, 4), ("PARTNO", 4, 12), ("ARCHITECTURE", 16, 4), ("VARIANT", 20, 4), ("IMPLEMENTER", 24, 8)]),
    (0xE000_ED04, "SCB.ICSR", 0, 1 << 31 | 1 << 28 | 1 << 27 | 1 << 26 | 1 << 25, &[
        ("VECTACTIVE", 0, 9), ("VECTPENDING", 12, 9), ("ISRPENDING", 22, 1), ("ISRPREEMPT", 23, 1), ("PENDSTCLR", 25, 1),
        ("PENDSTSET", 26, 1), ("PENDSVCLR", 27, 1), ("PENDSVSET", 28, 1), ("NMIPENDSET", 31, 1),
    ]),
    (0xE000_ED08, "SCB.VTOR", 0, 0, &[("TBLOFF", 7, 25)]),
    (0xE000_ED10, "SCB.SCR", 0, 0, &[("SLEEPONEXIT", 1, 1), ("SLEEPDEEP", 2, 1), ("SEVONPEND", 4, 1)]),
];

/// Registers that are otherwise on ARMv6-M.
#[rustfmt::skip]
const ARMV6M: &[Row] = &[
    (0xE000_ED0C, "SCB.AIRCR", 0xFA05_0000, 0b110, &[("VECTCLRACTIVE", 1, 1), ("SYSRESETREQ", 2, 1), ("ENDIANNESS", 15, 1), ("VECTKEY", 16, 16)]),
    (0xE000_ED14, "SCB.CCR", 0x208, 0, &[("UNALIGN_TRP", 3, 1), ("STKALIGN", 9, 1)]),
    (0xE000_ED1C, "SCB.SHPR2", 0, 0, &[("PRI_11", 30, 2)]),
    (0xE000_ED20, "SCB.SHPR3", 0, 0, &[("PRI_14", 22, 2), ("PRI_15", 30, 2)]),
    (0xE000_ED24, "SCB.SHCSR", 0, 0, &[("SVCALLPENDED", 15, 1)]),
];

/// Registers that ARMv7-M has besides, or otherwise.
#[rustfmt::skip]
const ARMV7M: &[Row] = &[
    (0xE000_0E00, "ITM.TER", 0, 0, &[("STIMENA", 0, 32)]),
    (0xE000_0E80, "ITM.TCR", 0, 0, &[("ITMENA", 0, 1), ("TSENA", 1, 1), ("SYNCENA", 2, 1), ("DWTENA", 3, 1), ("SWOENA", 4, 1)]),
    (0xE000_0FB0, "ITM.LAR", 0, 0, &[("KEY", 0, 32)]),
    (0xE000_1000, "DWT.CTRL", 0, 0, &[("CYCCNTENA", 0, 1), ("POSTPRESET", 1, 4), ("POSTINIT", 5, 4), ("CYCTAP", 9, 1), ("SYNCTAP", 10, 2), ("PCSAMPLENA", 12, 1)]),
    (0xE000_1004, "DWT.CYCCNT", 0, 0, &[("CYCCNT", 0, 32)]),
    (0xE000_1FB0, "DWT.LAR", 0, 0, &[("KEY", 0, 32)]),
    (0xE000_E004, "SCnSCB.ICTR", 0, 0, &[("INTLINESNUM", 0, 4)]),
    (0xE000_E008, "SCnSCB.ACTLR", 0, 0, &[("DISMCYCINT", 0, 1), ("DISDEFWBUF", 1, 1), ("DISFOLD", 2, 1)]),
    (0xE000_ED0C, "SCB.AIRCR", 0xFA05_0000, 0b111, &[
        ("VECTRESET", 0, 1), ("VECTCLRACTIVE", 1, 1), ("SYSRESETREQ", 2, 1), ("PRIGROUP", 8, 3), ("ENDIANNESS", 15, 1), ("VECTKEY", 16, 16),
    ]),
    (0xE000_ED14, "SCB.CCR", 0x200, 0, &[
        ("NONBASETHRDENA", 0, 1), ("USERSETMPEND", 1, 1), ("UNALIGN_TRP", 3, 1), ("DIV_0_TRP", 4, 1), ("BFHFNMIGN", 8, 1), ("STKALIGN", 9, 1),
        ("DC", 16, 1), ("IC", 17, 1), ("BP", 18, 1),
    ]),
    (0xE000_ED18, "SCB.SHPR1", 0, 0, &[("PRI_4", 0, 8), ("PRI_5", 8, 8), ("PRI_6", 16, 8)]),
    (0xE000_ED1C, "SCB.SHPR2", 0, 0, &[("PRI_11", 24, 8)]),
    (0xE000_ED20, "SCB.SHPR3", 0, 0, &[("PRI_12", 0, 8), ("PRI_14", 16, 8), ("PRI_15", 24, 8)]),
    (0xE000_ED24, "SCB.SHCSR", 0, 0, &[
        ("MEMFAULTACT", 0, 1), ("BUSFAULTACT", 1, 1), ("USGFAULTACT", 3, 1), ("SVCALLACT", 7, 1), ("MONITORACT", 8, 1), ("PENDSVACT", 10, 1),
        ("SYSTICKACT", 11, 1), ("USGFAULTPENDED", 12, 1), ("MEMFAULTPENDED", 13, 1), ("BUSFAULTPENDED", 14, 1), ("SVCALLPENDED", 15, 1),
        ("MEMFAULTENA", 16, 1), ("BUSFAULTENA", 17, 1), ("USGFAULTENA", 18, 1),
    ]),
    (0xE000_ED28, "SCB.CFSR", 0, u32::MAX, &[
        ("IACCVIOL", 0, 1), ("DACCVIOL", 1, 1), ("MUNSTKERR", 3, 1), ("MSTKERR", 4, 1), ("MLSPERR", 5, 1), ("MMARVALID", 7, 1),
        ("IBUSERR", 8, 1), ("PRECISERR", 9, 1), ("IMPRECISERR", 10, 1), ("UNSTKERR", 11, 1), ("STKERR", 12, 1), ("LSPERR", 13, 1),
        ("BFARVALID", 15, 1), ("UNDEFINSTR", 16, 1), ("INVSTATE", 17, 1), ("INVPC", 18, 1), ("NOCP", 19, 1), ("UNALIGNED", 24, 1), ("DIVBYZERO", 25, 1),
    ]),
    (0xE000_ED2C, "SCB.HFSR", 0, u32::MAX, &[("VECTTBL", 1, 1), ("FORCED", 30, 1), ("DEBUGEVT", 31, 1)]),
    (0xE000_ED30, "SCB.DFSR", 0, u32::MAX, &[("HALTED", 0, 1), ("BKPT", 1, 1), ("DWTTRAP", 2, 1), ("VCATCH", 3, 1), ("EXTERNAL", 4, 1)]),
    (0xE000_ED34, "SCB.MMFAR", 0, 0, &[]),
    (0xE000_ED38, "SCB.BFAR", 0, 0, &[]),
    (0xE000_ED88, "SCB.CPACR", 0, 0, &[("CP10", 20, 2), ("CP11", 22, 2)]),
    (0xE000_ED90, "MPU.TYPE", 0, 0, &[("SEPARATE", 0, 1), ("DREGION", 8, 8), ("IREGION", 16, 8)]),
    (0xE000_ED94, "MPU.CTRL", 0, 0, &[("ENABLE", 0, 1), ("HFNMIENA", 1, 1), ("PRIVDEFENA", 2, 1)]),
    (0xE000_ED98, "MPU.RNR", 0, 0, &[("REGION", 0, 8)]),
    (0xE000_ED9C, "MPU.RBAR", 0, 0, &[("REGION", 0, 4), ("VALID", 4, 1), ("ADDR", 5, 27)]),
    (0xE000_EDA0, "MPU.RASR", 0, 0, &[
        ("ENABLE", 0, 1), ("SIZE", 1, 5), ("SRD", 8, 8), ("B", 16, 1), ("C", 17, 1), ("S", 18, 1), ("TEX", 19, 3), ("AP", 24, 3), ("XN", 28, 1),
    ]),
    (0xE000_EDFC, "CoreDebug.DEMCR", 0, 0, &[("VC_CORERESET", 0, 1), ("VC_HARDERR", 10, 1), ("MON_EN", 16, 1), ("TRCENA", 24, 1)]),
    (0xE000_EF00, "NVIC.STIR", 0, 0, &[("INTID", 0, 9)]),
    (0xE000_EF34, "FPU.FPCCR", 0xC000_0000, 0, &[("LSPACT", 0, 1), ("USER", 1, 1), ("THREAD", 3, 1), ("LSPEN", 30, 1), ("ASPEN", 31, 1)]),
    (0xE000_EF38, "FPU.FPCAR", 0, 0, &[]),
];

/// Registers of the NVIC with a bit for each interrupt, where a one acts: the first of each kind.
const BITS: [(u32, &str); 5] = [
    (0xE000_E100, "NVIC.ISER"),
    (0xE000_E180, "NVIC.ICER"),
    (0xE000_E200, "NVIC.ISPR"),
    (0xE000_E280, "NVIC.ICPR"),
    (0xE000_E300, "NVIC.IABR"),
];
/// The first register with the priorities of four interrupts.
const PRIORITIES: u32 = 0xE000_E400;

/// The register at an address of the core's own; `None` where there is none. Registers that the manual leaves out are called by their
/// place. `armv6m` tells ARMv6-M and the like from ARMv7-M, and `interrupts` has names and numbers.
pub fn core_register(
    address: u32,
    armv6m: bool,
    interrupts: &[(String, u32)],
) -> Option<CoreRegister> {
    let debug = !armv6m && DEBUG.contains(&address);
    if !SPACE.contains(&address) && !debug {
        return None;
    }
    let rows = COMMON.iter().chain(if armv6m { ARMV6M } else { ARMV7M });
    let known = rows.clone().find(|(of, ..)| *of == address);
    if let Some(&(address, name, reset, ones_act, fields)) = known {
        let fields = fields.iter();
        let fields = fields.map(|&(name, bit, width)| (name.to_owned(), bit, width));
        return Some(CoreRegister {
            address,
            name: name.to_owned(),
            reset,
            ones_act,
            fields: fields.collect(),
        });
    }
    if debug {
        return None;
    }
    Some(
        nvic(address, armv6m, interrupts).unwrap_or_else(|| CoreRegister {
            address,
            name: format!("SCS+{:#x}", address - SPACE.start()),
            reset: 0,
            ones_act: 0,
            fields: Vec::new(),
        }),
    )
}

/// A register of the NVIC.
fn nvic(address: u32, armv6m: bool, interrupts: &[(String, u32)]) -> Option<CoreRegister> {
    let irq = |number: u32| {
        let known = interrupts.iter().find(|(_, of)| *of == number);
        known.map_or_else(
            || format!("IRQ{number}"),
            |(name, _)| name.trim().to_owned(),
        )
    };
    let of = |name, ones_act, fields| CoreRegister {
        address,
        name,
        reset: 0,
        ones_act,
        fields,
    };
    // ARMv6-M has one register of each kind, and no `IABR`; ARMv7-M has eight.
    let kinds = if armv6m { &BITS[..4] } else { &BITS[..] };
    let registers = if armv6m { 1 } else { 8 };
    for (first, name) in kinds {
        let index = address.wrapping_sub(*first) / 4;
        if address >= *first && index < registers && address.is_multiple_of(4) {
            let fields = (0..32).map(|bit| (irq(index * 32 + bit), bit, 1)).collect();
            let name = if armv6m {
                (*name).to_owned()
            } else {
                format!("{name}{index}")
            };
            return Some(of(name, u32::MAX, fields));
        }
    }
    let place = address.wrapping_sub(PRIORITIES);
    let words = if armv6m { 8 } else { 60 };
    if place >= words * 4 {
        return None;
    }
    let first = place & !3;
    // ARMv6-M implements the two upper bits of each byte, and takes accesses to words only.
    let (skip, width) = if armv6m { (6, 2) } else { (0, 8) };
    if armv6m && place != first {
        return None;
    }
    let fields = (0..4)
        .map(|byte| (irq(first + byte), byte * 8 + skip, width))
        .collect();
    let mut register = of(format!("NVIC.IPR{}", first / 4), 0, fields);
    register.address = PRIORITIES + first;
    Some(register)
}

//! Names of the core's own registers in a trace: SysTick, NVIC and SCB.
//!
//! SVD files seldom list them, so the names are those that CMSIS gives them in `core_cm0plus.h`, which firmware in C and the crate
//! `cortex-m` use, too: `SysTick.CTRL` and not `SYST_CSR`. Fields are those of the ARMv6-M manual (DDI 0419E, sections B3.2 to B3.4); the
//! bits of the NVIC are called by the interrupts of the chip.

use super::Named;

/// The core has all of these (DDI 0419E, table B3-1).
const SPACE: std::ops::RangeInclusive<u32> = 0xE000_E000..=0xE000_EFFF;

/// A register with its fields: name, lowest bit, number of bits.
struct Register {
    address: u32,
    name: &'static str,
    reset: u32,
    fields: &'static [(&'static str, u32, u32)],
    /// Bits for which a one that is written acts, or that writing leaves alone.
    ones_act: u32,
}

const fn register(
    address: u32,
    name: &'static str,
    reset: u32,
    fields: &'static [(&'static str, u32, u32)],
) -> Register {
    Register {
        address,
        name,
        reset,
        fields,
        ones_act: 0,
    }
}

/// SysTick and SCB.
const REGISTERS: &[Register] = &[
    Register {
        // Writing does not change `COUNTFLAG`.
        ones_act: 1 << 16,
        ..register(
            0xE000_E010,
            "SysTick.CTRL",
            0,
            &[
                ("ENABLE", 0, 1),
                ("TICKINT", 1, 1),
                ("CLKSOURCE", 2, 1),
                ("COUNTFLAG", 16, 1),
            ],
        )
    },
    register(0xE000_E014, "SysTick.LOAD", 0, &[("RELOAD", 0, 24)]),
    register(0xE000_E018, "SysTick.VAL", 0, &[("CURRENT", 0, 24)]),
    register(
        0xE000_E01C,
        "SysTick.CALIB",
        0,
        &[("TENMS", 0, 24), ("SKEW", 30, 1), ("NOREF", 31, 1)],
    ),
    register(
        0xE000_ED00,
        "SCB.CPUID",
        0,
        &[
            ("REVISION", 0, 4),
            ("PARTNO", 4, 12),
            ("ARCHITECTURE", 16, 4),
            ("VARIANT", 20, 4),
            ("IMPLEMENTER", 24, 8),
        ],
    ),
    Register {
        ones_act: 1 << 31 | 1 << 28 | 1 << 27 | 1 << 26 | 1 << 25,
        ..register(
            0xE000_ED04,
            "SCB.ICSR",
            0,
            &[
                ("VECTACTIVE", 0, 9),
                ("VECTPENDING", 12, 9),
                ("ISRPENDING", 22, 1),
                ("ISRPREEMPT", 23, 1),
                ("PENDSTCLR", 25, 1),
                ("PENDSTSET", 26, 1),
                ("PENDSVCLR", 27, 1),
                ("PENDSVSET", 28, 1),
                ("NMIPENDSET", 31, 1),
            ],
        )
    },
    register(0xE000_ED08, "SCB.VTOR", 0, &[("TBLOFF", 7, 25)]),
    Register {
        ones_act: 0b110,
        ..register(
            0xE000_ED0C,
            "SCB.AIRCR",
            0xFA05_0000,
            &[
                ("VECTCLRACTIVE", 1, 1),
                ("SYSRESETREQ", 2, 1),
                ("ENDIANNESS", 15, 1),
                ("VECTKEY", 16, 16),
            ],
        )
    },
    register(
        0xE000_ED10,
        "SCB.SCR",
        0,
        &[
            ("SLEEPONEXIT", 1, 1),
            ("SLEEPDEEP", 2, 1),
            ("SEVONPEND", 4, 1),
        ],
    ),
    register(
        0xE000_ED14,
        "SCB.CCR",
        0x208,
        &[("UNALIGN_TRP", 3, 1), ("STKALIGN", 9, 1)],
    ),
    register(0xE000_ED1C, "SCB.SHPR2", 0, &[("PRI_11", 30, 2)]),
    register(
        0xE000_ED20,
        "SCB.SHPR3",
        0,
        &[("PRI_14", 22, 2), ("PRI_15", 30, 2)],
    ),
    register(0xE000_ED24, "SCB.SHCSR", 0, &[("SVCALLPENDED", 15, 1)]),
];

/// Registers of the NVIC with a bit for each interrupt, where a one acts.
const BITS: [(u32, &str); 4] = [
    (0xE000_E100, "NVIC.ISER"),
    (0xE000_E180, "NVIC.ICER"),
    (0xE000_E200, "NVIC.ISPR"),
    (0xE000_E280, "NVIC.ICPR"),
];
/// The first register with the priorities of four interrupts, of which each has the two upper bits of a byte.
const PRIORITIES: u32 = 0xE000_E400;

fn mask(bit: u32, width: u32) -> u32 {
    (u32::MAX >> (32 - width)) << bit
}

/// The name of the register at an address of the core's own, the bit at which the access begins, and the register; `None` elsewhere.
/// Accesses there are words.
pub(super) fn name(address: u32, interrupts: &[(String, u32)]) -> Option<(String, u32, Named)> {
    if !SPACE.contains(&address) {
        return None;
    }
    let unnamed = Named::unnamed(address);
    let irq = |number: u32| {
        let known = interrupts.iter().find(|(_, of)| *of == number);
        known.map_or_else(
            || format!("IRQ{number}"),
            |(name, _)| name.trim().to_owned(),
        )
    };
    if let Some(known) = REGISTERS.iter().find(|known| known.address == address) {
        let fields = known.fields.iter();
        let fields = fields.map(|&(name, bit, width)| (name.to_owned(), mask(bit, width), bit));
        let named = Named {
            seen: known.reset,
            ones_act: known.ones_act,
            ..unnamed.with_fields(fields)
        };
        return Some((known.name.to_owned(), 0, named));
    }
    if let Some((_, name)) = BITS.iter().find(|(of, _)| *of == address) {
        let named = Named {
            ones_act: u32::MAX,
            ..unnamed.with_fields((0..32).map(|bit| (irq(bit), 1 << bit, bit)))
        };
        return Some(((*name).to_owned(), 0, named));
    }
    let priorities = address.wrapping_sub(PRIORITIES);
    if priorities < 32 && priorities.is_multiple_of(4) {
        let fields =
            (0..4).map(|byte| (irq(priorities + byte), mask(byte * 8 + 6, 2), byte * 8 + 6));
        let name = format!("NVIC.IPR{}", priorities / 4);
        return Some((name, 0, unnamed.with_fields(fields)));
    }
    Some((format!("SCS+{:#x}", address - SPACE.start()), 0, unnamed))
}

//! Every halfword and every kind of 32-bit instruction, against the tables of ARMv6-M ARM, chapter A5.

use bringup_cpu::armv6m::{Config, Core, FaultKind, Stop};

use crate::bus::{CODE, RAM, World, program};

/// The 16-bit encodings of the manual's section A6.7, as written there: 0, 1, Z and I for
/// bits in parentheses (have to be 0, to be 1), and letters for operands.
const ENCODINGS: &[(&str, &str)] = &[
    ("ADC", "0100000101mmmddd"),
    ("ADD imm T1", "0001110iiinnnddd"),
    ("ADD imm T2", "00110dddiiiiiiii"),
    ("ADD reg T1", "0001100mmmnnnddd"),
    ("ADD reg T2", "01000100dmmmmddd"),
    ("ADD SP imm T1", "10101dddiiiiiiii"),
    ("ADD SP imm T2", "101100000iiiiiii"),
    ("ADR", "10100dddiiiiiiii"),
    ("AND", "0100000000mmmddd"),
    ("ASR imm", "00010iiiiimmmddd"),
    ("ASR reg", "0100000100mmmddd"),
    ("B T1 0xxx", "11010ccciiiiiiii"),
    ("B T1 10xx", "110110cciiiiiiii"),
    ("B T1 110x", "1101110ciiiiiiii"),
    ("B T2", "11100iiiiiiiiiii"),
    ("BIC", "0100001110mmmddd"),
    ("BKPT", "10111110iiiiiiii"),
    ("BLX", "010001111mmmmZZZ"),
    ("BX", "010001110mmmmZZZ"),
    ("CMN", "0100001011mmmnnn"),
    ("CMP imm", "00101nnniiiiiiii"),
    ("CMP reg T1", "0100001010mmmnnn"),
    ("CMP reg T2", "01000101nmmmmnnn"),
    ("CPS", "10110110011iZZIZ"),
    ("EOR", "0100000001mmmddd"),
    ("LDM", "11001nnnllllllll"),
    ("LDR imm T1", "01101iiiiinnnttt"),
    ("LDR imm T2", "10011tttiiiiiiii"),
    ("LDR literal", "01001tttiiiiiiii"),
    ("LDR reg", "0101100mmmnnnttt"),
    ("LDRB imm", "01111iiiiinnnttt"),
    ("LDRB reg", "0101110mmmnnnttt"),
    ("LDRH imm", "10001iiiiinnnttt"),
    ("LDRH reg", "0101101mmmnnnttt"),
    ("LDRSB reg", "0101011mmmnnnttt"),
    ("LDRSH reg", "0101111mmmnnnttt"),
    ("LSL imm", "00000iiiiimmmddd"),
    ("LSL reg", "0100000010mmmddd"),
    ("LSR imm", "00001iiiiimmmddd"),
    ("LSR reg", "0100000011mmmddd"),
    ("MOV imm", "00100dddiiiiiiii"),
    ("MOV reg T1", "01000110dmmmmddd"),
    ("MUL", "0100001101nnnddd"),
    ("MVN", "0100001111mmmddd"),
    ("hints", "10111111hhhh0000"),
    ("ORR", "0100001100mmmddd"),
    ("POP", "1011110pllllllll"),
    ("PUSH", "1011010mllllllll"),
    ("REV", "1011101000mmmddd"),
    ("REV16", "1011101001mmmddd"),
    ("REVSH", "1011101011mmmddd"),
    ("ROR", "0100000111mmmddd"),
    ("RSB", "0100001001nnnddd"),
    ("SBC", "0100000110mmmddd"),
    ("STM", "11000nnnllllllll"),
    ("STR imm T1", "01100iiiiinnnttt"),
    ("STR imm T2", "10010tttiiiiiiii"),
    ("STR reg", "0101000mmmnnnttt"),
    ("STRB imm", "01110iiiiinnnttt"),
    ("STRB reg", "0101010mmmnnnttt"),
    ("STRH imm", "10000iiiiinnnttt"),
    ("STRH reg", "0101001mmmnnnttt"),
    ("SUB imm T1", "0001111iiinnnddd"),
    ("SUB imm T2", "00111dddiiiiiiii"),
    ("SUB reg", "0001101mmmnnnddd"),
    ("SUB SP", "101100001iiiiiii"),
    ("SVC", "11011111iiiiiiii"),
    ("SXTB", "1011001001mmmddd"),
    ("SXTH", "1011001000mmmddd"),
    ("TST", "0100001000mmmnnn"),
    ("UXTB", "1011001011mmmddd"),
    ("UXTH", "1011001010mmmddd"),
];

/// The 32-bit encodings, a space between the halfwords.
const WIDE: &[(&str, &str)] = &[
    ("BL", "11110siiiiiiiiii 11j1jiiiiiiiiiii"),
    ("MSR", "11110011100Znnnn 10Z0IZZZssssssss"),
    ("MRS", "11110011111ZIIII 10Z0ddddssssssss"),
    ("DSB", "111100111011IIII 10Z0IIII0100oooo"),
    ("DMB", "111100111011IIII 10Z0IIII0101oooo"),
    ("ISB", "111100111011IIII 10Z0IIII0110oooo"),
];

fn matches(pattern: &str, value: u32) -> bool {
    let mut bits = pattern.bytes().filter(|&bit| bit != b' ');
    let width = bits.clone().count();
    bits.by_ref().enumerate().all(|(i, bit)| match bit {
        b'0' => value >> (width - 1 - i) & 1 == 0,
        b'1' => value >> (width - 1 - i) & 1 == 1,
        _ => true,
    })
}

/// Whether the bits in parentheses have the values they have to have.
fn matches_strictly(pattern: &str, value: u32) -> bool {
    matches(&pattern.replace('Z', "0").replace('I', "1"), value)
}

/// The operand that `letter` stands for in a pattern.
fn operand(pattern: &str, letter: u8, value: u32) -> u32 {
    let bits: Vec<u8> = pattern.bytes().filter(|&bit| bit != b' ').collect();
    let place = |i: usize| value >> (bits.len() - 1 - i) & 1;
    (0..bits.len())
        .filter(|&i| bits[i] == letter)
        .fold(0, |operand, i| operand << 1 | place(i))
}

/// Whether the conditions in the pseudocode of an encoding make it UNPREDICTABLE.
fn is_unpredictable(name: &str, pattern: &str, value: u32) -> bool {
    let get = |letter| operand(pattern, letter, value);
    let special = |number| matches!(number, 0..=3 | 5..=9 | 16 | 20);
    !matches_strictly(pattern, value)
        || match name {
            "ADD reg T2" => get(b'd') == 15 && get(b'm') == 15,
            "CMP reg T2" => get(b'n') == 15 || get(b'm') == 15 || get(b'n') < 8 && get(b'm') < 8,
            "BX" | "BLX" => get(b'm') == 15,
            "LDM" => get(b'l') == 0,
            // Of a base that is stored, but not first, the value is UNKNOWN.
            "STM" => {
                let (base, list) = (get(b'n'), get(b'l'));
                list == 0 || list >> base & 1 == 1 && list.trailing_zeros() != base
            }
            "PUSH" => get(b'l') == 0 && get(b'm') == 0,
            "POP" => get(b'l') == 0 && get(b'p') == 0,
            "MSR" => matches!(get(b'n'), 13 | 15) || !special(get(b's')),
            "MRS" => matches!(get(b'd'), 13 | 15) || !special(get(b's')),
            _ => false,
        }
}

/// Whether an empty register list makes the encoding UNPREDICTABLE, which this core takes for UNDEFINED.
fn list_is_empty(name: &str, halfword: u16) -> bool {
    match name {
        "LDM" | "STM" => halfword.trailing_zeros() >= 8,
        "PUSH" | "POP" => halfword.trailing_zeros() >= 9,
        _ => false,
    }
}

/// A core and a world to try one instruction after another.
struct Trial {
    core: Core,
    world: World,
}

impl Trial {
    fn new() -> Self {
        let config = Config {
            stop_on_hard_fault: true,
            ..Config::CORTEX_M0_PLUS
        };
        let (core, world) = program(config, &[]);
        Self { core, world }
    }

    /// Whether the core takes the instruction for UNDEFINED, and whether it says that it is UNPREDICTABLE.
    fn classify(&mut self, first: u16, second: u16) -> (bool, bool) {
        self.world.put(CODE, &[first, second]);
        self.core.reset(&mut self.world);
        for register in 0..13 {
            self.core
                .set_reg(register, RAM + 0x400 + 0x40 * u32::from(register));
        }
        self.world.unpredictable.clear();
        let undefined = match self.core.step(&mut self.world) {
            Some(Stop::Fault(fault)) => fault.kind == FaultKind::Undefined && fault.pc == CODE,
            _ => false,
        };
        let told = &self.world.unpredictable;
        assert!(told.len() <= 1, "{told:?}");
        if let Some((at, what)) = told.first() {
            let word = u32::from(first) << 16 | u32::from(second);
            let encoding = if first >= 0xE800 { word } else { first.into() };
            assert_eq!((at.pc, what.encoding), (CODE, encoding));
        }
        (undefined, !told.is_empty())
    }
}

#[test]
fn all_16_bit_encodings() {
    let mut trial = Trial::new();
    for halfword in 0..0xE800_u16 {
        let named: Vec<_> = ENCODINGS
            .iter()
            .filter(|(_, bits)| matches(bits, halfword.into()))
            .collect();
        assert!(named.len() <= 1, "{halfword:#06x} is {named:?}");
        let expected = match named.first() {
            Some((name, bits)) => (
                list_is_empty(name, halfword),
                is_unpredictable(name, bits, halfword.into()),
            ),
            None => (true, false),
        };
        assert_eq!(
            trial.classify(halfword, 0xBF00),
            expected,
            "{halfword:#06x}: {named:?}"
        );
    }
}

/// Every second halfword behind first ones of each kind: the special registers and the bits in parentheses.
#[test]
fn all_second_halves_of_32_bit_encodings() {
    let mut trial = Trial::new();
    for first in [
        0xF380_u16, 0xF38D, 0xF38F, 0xF390, 0xF3E7, 0xF3EF, 0xF3FF, 0xF3AF, 0xF3B7, 0xF3BF, 0xF7F0,
        0xF000, 0xE800,
    ] {
        for second in 0..=0xFFFF_u16 {
            let word = u32::from(first) << 16 | u32::from(second);
            let named = WIDE.iter().find(|(_, bits)| matches(bits, word));
            let unpredictable =
                named.is_some_and(|(name, bits)| is_unpredictable(name, bits, word));
            assert_eq!(
                trial.classify(first, second),
                (named.is_none(), unpredictable),
                "{first:#06x} {second:#06x}"
            );
        }
    }
}

#[test]
fn all_first_halves_of_32_bit_encodings() {
    let mut trial = Trial::new();
    // Second halves that tell apart everything the tables do.
    let seconds = [
        0x8000, 0x8F00, 0x8F40, 0x8F4F, 0x8F5F, 0x8F6F, 0x8F30, 0x8F70, 0x8800, 0x8814, 0x9000,
        0xA000, 0xA800, 0xC000, 0xD000, 0xE800, 0xF800, 0xFFFF, 0x0000, 0x7FFF, 0xAF4F,
    ];
    for first in 0xE800..=0xFFFF_u16 {
        for second in seconds {
            let word = u32::from(first) << 16 | u32::from(second);
            let named = WIDE.iter().find(|(_, bits)| matches(bits, word));
            let unpredictable =
                named.is_some_and(|(name, bits)| is_unpredictable(name, bits, word));
            assert_eq!(
                trial.classify(first, second),
                (named.is_none(), unpredictable),
                "{first:#06x} {second:#06x}"
            );
        }
    }
}

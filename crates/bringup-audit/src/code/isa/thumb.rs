//! The disassembler of Thumb: ARMv6-M, ARMv7-M with DSP and floating point, and what compilers use of ARMv8-M.
//!
//! Written for this crate since there is no library in Rust that decodes the floating-point instructions of Thumb and gives operands as
//! values; text is in UAL syntax, as LLVM's disassembler prints it.

use std::fmt::{self, Write as _};
use std::sync::OnceLock;

use super::thumb_table::{NARROW, Row, WIDE};

/// Names of the core registers.
pub(crate) const REGISTERS: [&str; 16] = [
    "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "sp", "lr",
    "pc",
];

/// Suffixes of conditions, by their encoding.
const CONDITIONS: [&str; 15] = [
    "eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "",
];

/// The encoding of "always".
const ALWAYS: u8 = 14;

/// The stack pointer, the link register and the program counter.
pub(crate) const SP: u8 = 13;
pub(crate) const LR: u8 = 14;
pub(crate) const PC: u8 = 15;

/// What an instruction works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operand {
    /// A core register.
    Register(u8),
    /// A core register that is written back.
    Updated(u8),
    /// A number.
    Immediate(i64),
    /// A place in memory.
    Memory(Memory),
    /// Core registers, the lowest in the lowest bit.
    List(u16),
    /// How the register before it is shifted: type as encoded, and number of bits.
    Shift(u8, u8),
    /// Where a branch leads.
    Target(u32),
    /// Floating-point registers and everything else that only has a name.
    Text(String),
}

/// A place in memory that a load or store names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Memory {
    /// Base register.
    pub(crate) base: u8,
    /// Bytes from there, or by which the base is changed afterwards.
    pub(crate) offset: i32,
    /// The offset is subtracted, even if it is 0.
    pub(crate) negative: bool,
    /// A register that is added, and by how many bits it is shifted left.
    pub(crate) index: Option<(u8, u8)>,
    /// When the base changes.
    pub(crate) mode: Mode,
}

/// Whether and when an access changes its base register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Never.
    Offset,
    /// Before.
    PreIndexed,
    /// After, by the offset, which is not part of the address.
    PostIndexed,
}

/// An instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Thumb {
    /// Mnemonic without `s`, condition and qualifiers: `ldr`, `add`, `vmov`.
    pub(crate) base: &'static str,
    /// Mnemonic as written.
    pub(crate) mnemonic: String,
    /// Operands in the order of the text.
    pub(crate) operands: Vec<Operand>,
    /// It is executed under a condition, that of an IT block or its own.
    pub(crate) conditional: bool,
    /// Bytes: 2 or 4.
    pub(crate) length: u8,
}

/// Decodes one instruction after the other, since those after `it` depend on it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Decoder {
    /// Conditions of the next instructions, the first first.
    block: Vec<u8>,
}

impl Decoder {
    /// The instruction at an address; `None` if the bytes are none, or too few.
    pub(crate) fn decode(&mut self, address: u32, bytes: &[u8]) -> Option<Thumb> {
        let condition = if self.block.is_empty() {
            None
        } else {
            Some(self.block.remove(0))
        };
        let first = u16::from_le_bytes(*bytes.first_chunk()?);
        let (word, length) = if first >= 0xE800 {
            let second = u16::from_le_bytes(*bytes.get(2..)?.first_chunk()?);
            (u32::from(first) << 16 | u32::from(second), 4)
        } else {
            (u32::from(first), 2)
        };
        let row = row(word, length)?;
        let encoding = Encoding { word, row, address };
        let own = encoding.condition()?;
        if row.mnemonic == "it" {
            self.block = encoding.block()?;
        }
        Some(Thumb {
            base: base(row.mnemonic),
            mnemonic: encoding.mnemonic(condition, own),
            operands: encoding.operands(),
            conditional: own != ALWAYS || condition.is_some_and(|condition| condition != ALWAYS),
            length,
        })
    }
}

/// The row of the table that an instruction of so many bytes fits. Rows are looked up by the highest bits, since there are hundreds.
fn row(word: u32, length: u8) -> Option<&'static Row> {
    static NARROW_ROWS: OnceLock<Index> = OnceLock::new();
    static WIDE_ROWS: OnceLock<Index> = OnceLock::new();
    let (index, rows, bits) = if length == 2 {
        (&NARROW_ROWS, NARROW, 16)
    } else {
        (&WIDE_ROWS, WIDE, 32)
    };
    let shift = bits - INDEXED;
    let index = index.get_or_init(|| {
        let fit = |key: u32| {
            let fits = |row: &&Row| (key ^ row.value >> shift) & row.mask >> shift == 0;
            rows.iter().filter(fits).collect()
        };
        (0..1 << INDEXED).map(fit).collect()
    });
    let fitting = index.get((word >> shift) as usize)?;
    fitting
        .iter()
        .find(|row| word & row.mask == row.value)
        .copied()
}

/// Bits that rows are looked up by.
const INDEXED: u32 = 9;

/// Rows by the highest bits of the encoding, in the order of the table.
type Index = Vec<Vec<&'static Row>>;

/// A mnemonic of the table without what is added to it.
fn base(mnemonic: &'static str) -> &'static str {
    let end = mnemonic.find(['.', '~', '$', '^']);
    &mnemonic[..end.unwrap_or(mnemonic.len())]
}

/// Bits that fit a row of the table.
struct Encoding {
    word: u32,
    row: &'static Row,
    address: u32,
}

impl Encoding {
    /// The field of that letter, its bits from the left to the right.
    fn field(&self, letter: char) -> u32 {
        let bits = self.row.bits.as_bytes();
        let mut value = 0;
        for (at, bit) in bits.iter().enumerate() {
            if *bit == letter as u8 {
                value = value << 1 | self.word >> (bits.len() - 1 - at) & 1;
            }
        }
        value
    }

    /// How many bits the field of that letter has.
    fn width(&self, letter: char) -> u32 {
        self.row
            .bits
            .bytes()
            .filter(|bit| *bit == letter as u8)
            .count() as u32
    }

    /// The condition of a branch; `None` where it is no branch but something else.
    fn condition(&self) -> Option<u8> {
        if !matches!(self.row.operands, ">8" | ">20") {
            return Some(ALWAYS);
        }
        let condition = self.field('c') as u8;
        (condition < ALWAYS).then_some(condition)
    }

    /// The conditions of an IT block.
    fn block(&self) -> Option<Vec<u8>> {
        let (first, mask) = (self.field('c') as u8, self.field('m'));
        if first > ALWAYS || mask == 0 {
            return None;
        }
        let more = 3 - mask.trailing_zeros();
        let others = (0..more).map(|at| first & 0xE | (mask >> (3 - at) & 1) as u8);
        Some(std::iter::once(first).chain(others).collect())
    }

    fn mnemonic(&self, block: Option<u8>, own: u8) -> String {
        let template = self.row.mnemonic;
        let sets_flags = match template {
            _ if template.contains('$') => self.field('s') == 1,
            _ => template.contains('~') && block.is_none(),
        };
        let (stem, qualifier) = template.split_at(template.find('.').unwrap_or(template.len()));
        let mut text = match stem {
            "parallel" => self.parallel(),
            "pkh" => (if self.field('y') == 0 {
                "pkhbt"
            } else {
                "pkhtb"
            })
            .to_owned(),
            "it" => self.it(),
            _ => stem.trim_end_matches(['~', '$', '^']).to_owned(),
        };
        if stem.ends_with('^') {
            for field in ['x', 'y'] {
                text.push(if self.field(field) == 0 { 'b' } else { 't' });
            }
        }
        if sets_flags {
            text.push('s');
        }
        text.push_str(
            CONDITIONS[usize::from(
                if own == ALWAYS {
                    block.unwrap_or(ALWAYS)
                } else {
                    own
                }
                .min(ALWAYS),
            )],
        );
        let size = if self.field('z') == 0 { ".f32" } else { ".f64" };
        text.push_str(&qualifier.replace(".fz", size));
        text
    }

    /// `it`, `itte`.
    fn it(&self) -> String {
        let (first, mask) = (self.field('c'), self.field('m'));
        let more = 3_u32.saturating_sub(mask.trailing_zeros());
        let letters = (0..more).map(|at| {
            if mask >> (3 - at) & 1 == first & 1 {
                't'
            } else {
                'e'
            }
        });
        format!("it{}", letters.collect::<String>())
    }

    /// Addition and subtraction in parts of a word (A5.3.13).
    fn parallel(&self) -> String {
        let what = match self.field('o') {
            0 => "add8",
            1 => "add16",
            2 => "asx",
            4 => "sub8",
            5 => "sub16",
            _ => "sax",
        };
        let how = match self.field('p') {
            0 => "s",
            1 => "q",
            2 => "sh",
            4 => "u",
            5 => "uq",
            _ => "uh",
        };
        format!("{how}{what}")
    }

    fn operands(&self) -> Vec<Operand> {
        let words = self.row.operands.split_ascii_whitespace();
        words.flat_map(|word| self.operand(word)).collect()
    }

    /// What a word of the table stands for: nothing where a shift is none.
    fn operand(&self, word: &'static str) -> Vec<Operand> {
        let first = word.chars().next().unwrap_or(' ');
        let register = |letter| self.field(letter) as u8;
        match word {
            "it" => vec![Operand::Text(
                CONDITIONS[usize::from(self.field('c') as u8).min(14)].to_owned(),
            )],
            "sh" => self.shift(register('y')),
            "pkh" => match self.field('i') {
                0 => Vec::new(),
                amount => vec![Operand::Shift(register('y') << 1, amount as u8)],
            },
            "sat" => self.saturated(),
            "rot" => match register('r') * 8 {
                0 => Vec::new(),
                bits => vec![Operand::Shift(3, bits)],
            },
            "barrier" => vec![Operand::Text(barrier(self.field('o')))],
            "special" => vec![Operand::Text(special(self.field('q'), self.width('h') > 0))],
            "pair" => self.pair(),
            "lane" => vec![Operand::Text(format!(
                "d{}[{}]",
                self.field('D') << 4 | self.field('d'),
                self.field('o')
            ))],
            "p" => vec![Operand::Text(format!("p{}", self.field('p')))],
            "cn" | "cm" => vec![Operand::Text(format!(
                "c{}",
                self.field(word.chars().nth(1).unwrap_or('n'))
            ))],
            "#f" => vec![Operand::Text(float(self.field('i') as u8))],
            _ if word.len() == 2 && matches!(first, 'v' | 's' | 'd') => {
                vec![Operand::Text(
                    self.float_register(first, word.chars().nth(1).unwrap_or('d')),
                )]
            }
            _ => vec![match first {
                '=' => named(&word[1..]),
                '#' => Operand::Immediate(self.immediate(&word[1..])),
                '[' => Operand::Memory(self.memory(word)),
                '{' => self.list(word),
                '>' => Operand::Target(self.target(&word[1..])),
                _ => self.base_register(word, register(first)),
            }],
        }
    }

    /// A register, which may be written back.
    fn base_register(&self, word: &str, register: u8) -> Operand {
        let updated = match word.get(1..) {
            Some("!!") => true,
            // LDM writes its base back unless it loads it.
            Some("!?") => self.field('l') >> register & 1 == 0,
            Some("!") => self.field('w') == 1,
            _ => false,
        };
        if updated {
            Operand::Updated(register)
        } else {
            Operand::Register(register)
        }
    }

    /// `i<<2`, `i+1`, `i|32`, `!i`, `-i`, `ji`, `w-i`, `16-gh`, `0`.
    fn immediate(&self, word: &str) -> i64 {
        let field = |letter: char| i64::from(self.field(letter));
        let letter = word.chars().next().unwrap_or('0');
        match word {
            "0" => 0,
            "ji" => field('j') << self.width('i') | field('i'),
            "!i" => i64::from(expand(self.field('i'))),
            "-i" => -field('i'),
            // The manuals give the last bit, the syntax the number of bits.
            "w-i" => field('w') - field('i') + 1,
            "16-gh" => 16 - (field('g') << 1 | field('h')),
            "32-gh" => 32 - (field('g') << 1 | field('h')),
            "i|32" if field('i') == 0 => 32,
            _ => match word.get(1..) {
                Some("<<1") => field(letter) << 1,
                Some("<<2") => field(letter) << 2,
                Some("+1") => field(letter) + 1,
                _ => field(letter),
            },
        }
    }

    /// `[n,#~i<<2]!`, `[n],#~i`, `[n,m,s]`, `[tbh]`.
    fn memory(&self, word: &str) -> Memory {
        let (inside, after) = word[1..].split_once(']').unwrap_or((word, ""));
        let mut parts = inside.split(',');
        let base = match parts.next() {
            Some("pc") => PC,
            Some("sp") => SP,
            _ => self.field('n') as u8,
        };
        let offset = parts.next().or(after.strip_prefix(',')).unwrap_or("");
        let mode = match after {
            "" => Mode::Offset,
            "!" => Mode::PreIndexed,
            _ => Mode::PostIndexed,
        };
        let index = (offset == "m").then(|| {
            let shift = match parts.next() {
                Some("s") => self.field('s') as u8,
                Some(_) => 1,
                None => 0,
            };
            (self.field('m') as u8, shift)
        });
        let number = offset.strip_prefix('#').unwrap_or("");
        let sign = number
            .chars()
            .next()
            .filter(|sign| matches!(sign, '~' | '-'));
        let negative = match sign {
            Some('~') => self.field('u') == 0,
            Some(_) => true,
            None => false,
        };
        let magnitude = number.trim_start_matches(['~', '-']);
        let magnitude = if magnitude.is_empty() {
            0
        } else {
            self.immediate(magnitude) as i32
        };
        Memory {
            base,
            offset: if negative { -magnitude } else { magnitude },
            negative,
            index,
            mode,
        }
    }

    fn list(&self, word: &str) -> Operand {
        let list = self.field('l') as u16;
        match word {
            "{lr}" => Operand::List(list & 0xFF | (list & 0x100) << 6),
            "{pc}" => Operand::List(list & 0xFF | (list & 0x100) << 7),
            "{l}" => Operand::List(list),
            _ => {
                let double = self.field('z') == 1;
                let first = self.number('d', double);
                let count = self.field('i') >> u32::from(double);
                let letter = if double { 'd' } else { 's' };
                let names: Vec<_> = (first..first + count)
                    .map(|number| format!("{letter}{number}"))
                    .collect();
                Operand::Text(format!("{{{}}}", names.join(", ")))
            }
        }
    }

    /// The number of a floating-point register, which has its lowest bit or its highest one apart.
    fn number(&self, letter: char, double: bool) -> u32 {
        let (field, bit) = (self.field(letter), self.field(letter.to_ascii_uppercase()));
        if double {
            bit << 4 | field
        } else {
            field << 1 | bit
        }
    }

    fn float_register(&self, kind: char, letter: char) -> String {
        let double = kind == 'd' || kind == 'v' && self.field('z') == 1;
        format!(
            "{}{}",
            if double { 'd' } else { 's' },
            self.number(letter, double)
        )
    }

    /// Two core registers and a double one, or two single ones.
    fn pair(&self) -> Vec<Operand> {
        let core = [
            Operand::Register(self.field('t') as u8),
            Operand::Register(self.field('n') as u8),
        ];
        let double = self.word >> 8 & 1 == 1;
        let first = self.number('m', double);
        let floats = if double {
            vec![Operand::Text(format!("d{first}"))]
        } else {
            vec![
                Operand::Text(format!("s{first}")),
                Operand::Text(format!("s{}", first + 1)),
            ]
        };
        if self.field('g') == 1 {
            core.into_iter().chain(floats).collect()
        } else {
            floats.into_iter().chain(core).collect()
        }
    }

    /// `DecodeImmShift` (A7.4.2).
    fn shift(&self, kind: u8) -> Vec<Operand> {
        let amount = self.field('i') as u8;
        let amount = match (kind, amount) {
            (0, 0) => return Vec::new(),
            (1 | 2, 0) => 32,
            // RRX.
            (3, 0) => 0,
            (_, amount) => amount,
        };
        vec![Operand::Shift(kind, amount)]
    }

    /// The shift of a value that is saturated.
    fn saturated(&self) -> Vec<Operand> {
        match self.field('i') as u8 {
            0 => Vec::new(),
            amount => vec![Operand::Shift((self.field('y') << 1) as u8, amount)],
        }
    }

    fn target(&self, word: &str) -> u32 {
        let pc = self.address.wrapping_add(4);
        let signed = |value: u32, bits: u32| ((value << (32 - bits)) as i32 >> (31 - bits)) as u32;
        let distance = match word {
            "8" => signed(self.field('i'), 8),
            "11" => signed(self.field('i'), 11),
            "cb" => self.field('i') << 1,
            "20" => {
                let high = self.field('s') << 2 | self.field('h') << 1 | self.field('k');
                signed(high << 17 | self.field('j') << 11 | self.field('i'), 20)
            }
            _ => {
                let sign = self.field('s');
                let flip = |bit: u32| !(bit ^ sign) & 1;
                let high = sign << 2 | flip(self.field('k')) << 1 | flip(self.field('j'));
                signed(high << 21 | self.field('i'), 24)
            }
        };
        pc.wrapping_add(distance)
    }
}

/// A register or text that is not encoded.
fn named(word: &str) -> Operand {
    if word == "sp" {
        Operand::Register(SP)
    } else {
        Operand::Text(word.to_owned())
    }
}

/// `ThumbExpandImm` (A5.3.2).
fn expand(imm12: u32) -> u32 {
    let byte = imm12 & 0xFF;
    match imm12 >> 8 {
        0 => byte,
        1 => byte << 16 | byte,
        2 => byte << 24 | byte << 8,
        3 => byte << 24 | byte << 16 | byte << 8 | byte,
        _ => (0x80 | byte & 0x7F).rotate_right(imm12 >> 7),
    }
}

/// `VFPExpandImm` (A6.4.1), as a number in text.
fn float(imm8: u8) -> String {
    let exponent = i32::from(imm8 >> 4 & 7 ^ 4) - 3;
    let mantissa = f64::from(16 + i32::from(imm8 & 15)) / 16.0;
    let sign = if imm8 & 0x80 == 0 { "" } else { "-" };
    format!("#{sign}{:e}", mantissa * 2_f64.powi(exponent))
}

/// The option of a barrier.
fn barrier(option: u32) -> String {
    match option {
        15 => "sy".to_owned(),
        14 => "st".to_owned(),
        11 => "ish".to_owned(),
        10 => "ishst".to_owned(),
        7 => "nsh".to_owned(),
        6 => "nshst".to_owned(),
        3 => "osh".to_owned(),
        2 => "oshst".to_owned(),
        other => format!("#{other:#x}"),
    }
}

/// The special register of that number (B5.1.1; those of ARMv8-M: DDI 0553, D1.1); `written` if it is the target of MSR.
fn special(number: u32, written: bool) -> String {
    let name = match number {
        0 if written => "apsr_nzcvq",
        0 => "apsr",
        1 => "iapsr",
        2 => "eapsr",
        3 => "xpsr",
        5 => "ipsr",
        6 => "epsr",
        7 => "iepsr",
        8 => "msp",
        9 => "psp",
        10 => "msplim",
        11 => "psplim",
        16 => "primask",
        17 => "basepri",
        18 => "basepri_max",
        19 => "faultmask",
        20 => "control",
        0x88 => "msp_ns",
        0x89 => "psp_ns",
        0x8A => "msplim_ns",
        0x8B => "psplim_ns",
        0x90 => "primask_ns",
        0x91 => "basepri_ns",
        0x93 => "faultmask_ns",
        0x94 => "control_ns",
        0x98 => "sp_ns",
        other => return other.to_string(),
    };
    name.to_owned()
}

impl fmt::Display for Thumb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mnemonic)?;
        for (at, operand) in self.operands.iter().enumerate() {
            f.write_str(if at == 0 { " " } else { ", " })?;
            write!(f, "{operand}")?;
        }
        Ok(())
    }
}

/// The name of a core register.
fn register(number: u8) -> &'static str {
    REGISTERS[usize::from(number & 15)]
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Register(number) => f.write_str(register(*number)),
            Self::Updated(number) => write!(f, "{}!", register(*number)),
            Self::Immediate(value) => write!(f, "#{}", Hex(*value)),
            Self::Memory(memory) => memory.fmt(f),
            Self::List(list) => {
                f.write_char('{')?;
                let numbers = (0..16).filter(|number| list >> number & 1 != 0);
                for (at, number) in numbers.enumerate() {
                    f.write_str(if at == 0 { "" } else { ", " })?;
                    f.write_str(register(number))?;
                }
                f.write_char('}')
            }
            Self::Shift(3, 0) => f.write_str("rrx"),
            Self::Shift(kind, amount) => {
                write!(
                    f,
                    "{} #{amount}",
                    ["lsl", "lsr", "asr", "ror"][usize::from(kind & 3)]
                )
            }
            Self::Target(target) => write!(f, "{target:#x}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = register(self.base);
        let sign = if self.negative { "-" } else { "" };
        let offset = self.offset.unsigned_abs();
        match (self.index, self.mode) {
            (Some((index, 0)), _) => write!(f, "[{base}, {}]", register(index)),
            (Some((index, shift)), _) => write!(f, "[{base}, {}, lsl #{shift}]", register(index)),
            (None, Mode::Offset) if offset == 0 && !self.negative && self.base != PC => {
                write!(f, "[{base}]")
            }
            (None, Mode::Offset) => write!(f, "[{base}, #{sign}{offset:#x}]"),
            (None, Mode::PreIndexed) => write!(f, "[{base}, #{sign}{offset:#x}]!"),
            (None, Mode::PostIndexed) => write!(f, "[{base}], #{sign}{offset:#x}"),
        }
    }
}

/// A signed number in hexadecimal digits.
struct Hex(i64);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{:#x}", self.0.unsigned_abs())
    }
}

//! A disassembler in UAL syntax, independent of the decoder.

use core::fmt;

/// One instruction, to be displayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disassembly {
    address: u32,
    first: u16,
    second: u16,
}

/// The instruction at `address`; `second` is the halfword behind `first` and matters only for
/// instructions of 32 bits. Displays as `ldr r1, [r0, #4]`; branches show their target's address, and what is
/// UNDEFINED shows as `.short` or `.word`.
pub const fn disasm(address: u32, first: u16, second: u16) -> Disassembly {
    Disassembly {
        address,
        first,
        second,
    }
}

impl Disassembly {
    /// Length of the instruction: 2 or 4 bytes.
    pub const fn bytes(self) -> u32 {
        if self.first >= 0xE800 { 4 } else { 2 }
    }
}

/// Mask, value, text. In the text, `%` and a letter stand for an operand:
///
/// | letter | operand |
/// |---|---|
/// | d, n, m | low register in bits 2 to 0, 5 to 3, 8 to 6 |
/// | t | low register in bits 10 to 8 |
/// | D | any register in bit 7 and bits 2 to 0 |
/// | M | any register in bits 6 to 3 |
/// | b, h, w | bits 10 to 6, times 1, 2, 4 |
/// | r | bits 10 to 6, 0 standing for 32 |
/// | 3, 8 | bits 8 to 6, 7 to 0 |
/// | 7, 4 | bits 6 to 0, bits 7 to 0, times 4 |
/// | l, p, q | register list; with LR in bit 8; with PC in bit 8 |
/// | ! | `!` unless the base in bits 10 to 8 is in the list |
/// | L | address of a literal |
/// | c | condition in bits 11 to 8 |
/// | C, B | target of a branch with, without condition |
#[rustfmt::skip]
const TABLE: &[(u16, u16, &str)] = &[
    (0xFFC0, 0x0000, "movs %d, %n"),
    (0xF800, 0x0000, "lsls %d, %n, #%b"),
    (0xF800, 0x0800, "lsrs %d, %n, #%r"),
    (0xF800, 0x1000, "asrs %d, %n, #%r"),
    (0xFE00, 0x1800, "adds %d, %n, %m"),
    (0xFE00, 0x1A00, "subs %d, %n, %m"),
    (0xFE00, 0x1C00, "adds %d, %n, #%3"),
    (0xFE00, 0x1E00, "subs %d, %n, #%3"),
    (0xF800, 0x2000, "movs %t, #%8"),
    (0xF800, 0x2800, "cmp %t, #%8"),
    (0xF800, 0x3000, "adds %t, #%8"),
    (0xF800, 0x3800, "subs %t, #%8"),
    (0xFFC0, 0x4000, "ands %d, %n"),
    (0xFFC0, 0x4040, "eors %d, %n"),
    (0xFFC0, 0x4080, "lsls %d, %n"),
    (0xFFC0, 0x40C0, "lsrs %d, %n"),
    (0xFFC0, 0x4100, "asrs %d, %n"),
    (0xFFC0, 0x4140, "adcs %d, %n"),
    (0xFFC0, 0x4180, "sbcs %d, %n"),
    (0xFFC0, 0x41C0, "rors %d, %n"),
    (0xFFC0, 0x4200, "tst %d, %n"),
    (0xFFC0, 0x4240, "rsbs %d, %n, #0"),
    (0xFFC0, 0x4280, "cmp %d, %n"),
    (0xFFC0, 0x42C0, "cmn %d, %n"),
    (0xFFC0, 0x4300, "orrs %d, %n"),
    (0xFFC0, 0x4340, "muls %d, %n, %d"),
    (0xFFC0, 0x4380, "bics %d, %n"),
    (0xFFC0, 0x43C0, "mvns %d, %n"),
    (0xFF00, 0x4400, "add %D, %M"),
    (0xFF00, 0x4500, "cmp %D, %M"),
    (0xFF00, 0x4600, "mov %D, %M"),
    (0xFF80, 0x4700, "bx %M"),
    (0xFF80, 0x4780, "blx %M"),
    (0xF800, 0x4800, "ldr %t, [pc, #%4] @ %L"),
    (0xFE00, 0x5000, "str %d, [%n, %m]"),
    (0xFE00, 0x5200, "strh %d, [%n, %m]"),
    (0xFE00, 0x5400, "strb %d, [%n, %m]"),
    (0xFE00, 0x5600, "ldrsb %d, [%n, %m]"),
    (0xFE00, 0x5800, "ldr %d, [%n, %m]"),
    (0xFE00, 0x5A00, "ldrh %d, [%n, %m]"),
    (0xFE00, 0x5C00, "ldrb %d, [%n, %m]"),
    (0xFE00, 0x5E00, "ldrsh %d, [%n, %m]"),
    (0xF800, 0x6000, "str %d, [%n, #%w]"),
    (0xF800, 0x6800, "ldr %d, [%n, #%w]"),
    (0xF800, 0x7000, "strb %d, [%n, #%b]"),
    (0xF800, 0x7800, "ldrb %d, [%n, #%b]"),
    (0xF800, 0x8000, "strh %d, [%n, #%h]"),
    (0xF800, 0x8800, "ldrh %d, [%n, #%h]"),
    (0xF800, 0x9000, "str %t, [sp, #%4]"),
    (0xF800, 0x9800, "ldr %t, [sp, #%4]"),
    (0xF800, 0xA000, "adr %t, #%4 @ %L"),
    (0xF800, 0xA800, "add %t, sp, #%4"),
    (0xFF80, 0xB000, "add sp, #%7"),
    (0xFF80, 0xB080, "sub sp, #%7"),
    (0xFFC0, 0xB200, "sxth %d, %n"),
    (0xFFC0, 0xB240, "sxtb %d, %n"),
    (0xFFC0, 0xB280, "uxth %d, %n"),
    (0xFFC0, 0xB2C0, "uxtb %d, %n"),
    (0xFE00, 0xB400, "push {%p}"),
    (0xFFF0, 0xB660, "cpsie i"),
    (0xFFF0, 0xB670, "cpsid i"),
    (0xFFC0, 0xBA00, "rev %d, %n"),
    (0xFFC0, 0xBA40, "rev16 %d, %n"),
    (0xFFC0, 0xBAC0, "revsh %d, %n"),
    (0xFE00, 0xBC00, "pop {%q}"),
    (0xFF00, 0xBE00, "bkpt #%8"),
    (0xFFFF, 0xBF10, "yield"),
    (0xFFFF, 0xBF20, "wfe"),
    (0xFFFF, 0xBF30, "wfi"),
    (0xFFFF, 0xBF40, "sev"),
    (0xFF0F, 0xBF00, "nop"),
    (0xF800, 0xC000, "stm %t!, {%l}"),
    (0xF800, 0xC800, "ldm %t%!, {%l}"),
    (0xFF00, 0xDE00, "udf #%8"),
    (0xFF00, 0xDF00, "svc #%8"),
    (0xF000, 0xD000, "b%c %C"),
    (0xF800, 0xE000, "b %B"),
];

const REGISTERS: [&str; 16] = [
    "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "sp", "lr",
    "pc",
];

const CONDITIONS: [&str; 16] = [
    "eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "", "",
];

/// The register in the low four bits.
const fn register(bits: u16) -> &'static str {
    REGISTERS[(bits & 15) as usize]
}

impl fmt::Display for Disassembly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.bytes() == 4 {
            return self.wide(f);
        }
        let row = TABLE
            .iter()
            .find(|(mask, value, _)| self.first & mask == *value);
        let Some((_, _, text)) = row else {
            return write!(f, ".short {:#06x}", self.first);
        };
        let mut parts = text.split('%');
        f.write_str(parts.next().unwrap_or_default())?;
        for part in parts {
            let mut rest = part.chars();
            if let Some(letter) = rest.next() {
                self.operand(f, letter)?;
            }
            f.write_str(rest.as_str())?;
        }
        Ok(())
    }
}

impl Disassembly {
    /// What reading PC gives.
    const fn pc(self) -> u32 {
        self.address.wrapping_add(4)
    }

    fn operand(self, f: &mut fmt::Formatter<'_>, letter: char) -> fmt::Result {
        let first = self.first;
        let imm5 = first >> 6 & 31;
        match letter {
            'd' => f.write_str(register(first & 7)),
            'n' => f.write_str(register(first >> 3 & 7)),
            'm' => f.write_str(register(first >> 6 & 7)),
            't' => f.write_str(register(first >> 8 & 7)),
            'D' => f.write_str(register(first >> 4 & 8 | first & 7)),
            'M' => f.write_str(register(first >> 3)),
            'b' => write!(f, "{imm5}"),
            'h' => write!(f, "{}", imm5 * 2),
            'w' => write!(f, "{}", imm5 * 4),
            'r' => write!(f, "{}", if imm5 == 0 { 32 } else { imm5 }),
            '3' => write!(f, "{}", first >> 6 & 7),
            '8' => write!(f, "{}", first & 0xFF),
            '7' => write!(f, "{}", (first & 0x7F) * 4),
            '4' => write!(f, "{}", (first & 0xFF) * 4),
            'l' => list(f, first & 0xFF),
            'p' => list(f, first & 0xFF | (first & 0x100) << 6),
            'q' => list(f, first & 0xFF | (first & 0x100) << 7),
            '!' if first >> (first >> 8 & 7) & 1 == 0 => f.write_str("!"),
            'c' => f.write_str(CONDITIONS[usize::from(first >> 8 & 15)]),
            'L' => {
                let offset = u32::from(first & 0xFF) * 4;
                write!(f, "{:#x}", (self.pc() & !3).wrapping_add(offset))
            }
            'C' => write!(
                f,
                "{:#x}",
                self.pc().wrapping_add((first as i8 as u32) << 1)
            ),
            'B' => {
                let distance = ((i32::from(first) << 21) >> 20) as u32;
                write!(f, "{:#x}", self.pc().wrapping_add(distance))
            }
            _ => Ok(()),
        }
    }

    fn wide(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = u32::from(self.first) << 16 | u32::from(self.second);
        let special = self.second & 0xFF;
        if word & 0xF800_D000 == 0xF000_D000 {
            return write!(f, "bl {:#x}", self.call_target());
        }
        if word & 0xFFE0_D000 == 0xF380_8000 {
            return write!(
                f,
                "msr {}, {}",
                special_register(special),
                register(self.first)
            );
        }
        if word & 0xFFE0_D000 == 0xF3E0_8000 {
            return write!(
                f,
                "mrs {}, {}",
                register(self.second >> 8),
                special_register(special)
            );
        }
        match word & 0xFFF0_D0F0 {
            0xF3B0_8040 => f.write_str("dsb sy"),
            0xF3B0_8050 => f.write_str("dmb sy"),
            0xF3B0_8060 => f.write_str("isb sy"),
            _ => write!(f, ".word {word:#010x}"),
        }
    }

    fn call_target(self) -> u32 {
        let (first, second) = (u32::from(self.first), u32::from(self.second));
        let sign = first >> 10 & 1;
        let bit = |shift: u32| !(second >> shift ^ sign) & 1;
        let distance = (first & 0x3FF) << 12
            | (second & 0x7FF) << 1
            | bit(11) << 22
            | bit(13) << 23
            | sign << 24;
        self.pc().wrapping_add(((distance << 7) as i32 >> 7) as u32)
    }
}

fn list(f: &mut fmt::Formatter<'_>, registers: u16) -> fmt::Result {
    let mut separator = "";
    for index in (0..16).filter(|index| registers >> index & 1 != 0) {
        write!(f, "{separator}{}", register(index))?;
        separator = ", ";
    }
    Ok(())
}

fn special_register(number: u16) -> &'static str {
    match number {
        0 => "apsr",
        1 => "iapsr",
        2 => "eapsr",
        3 => "xpsr",
        5 => "ipsr",
        6 => "epsr",
        7 => "iepsr",
        8 => "msp",
        9 => "psp",
        16 => "primask",
        20 => "control",
        _ => "?",
    }
}

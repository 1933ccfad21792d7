//! Cases: memory full of random instructions, random registers and flags, and where to begin.

use super::random::Random;

/// Bytes of flash, from address 0 on, and of RAM.
pub(super) const SIZE: u32 = 0x1000;
/// First address of RAM.
pub(super) const RAM: u32 = 0x2000_0000;
/// First address of code, behind a vector table of 48 entries.
const CODE: u32 = 0xC0;
/// Entries of the vector table.
const VECTORS: u32 = 48;

/// What a core begins with.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) flash: Vec<u8>,
    pub(super) ram: Vec<u8>,
    /// R0 to R12, the main stack pointer, LR, PC.
    pub(super) registers: [u32; 16],
    /// N, Z, C and V, in bits 31 to 28.
    pub(super) flags: u32,
    /// The most instructions and exception entries to execute.
    pub(super) steps: u32,
}

/// Registers of the System Control Space that random code writes: enables, pending bits, priorities, ICSR.
pub(super) const SYSTEM: [u32; 11] = [
    0xE000_E100,
    0xE000_E180,
    0xE000_E200,
    0xE000_E280,
    0xE000_E400,
    0xE000_E404,
    0xE000_E408,
    0xE000_E41C,
    0xE000_ED04,
    0xE000_ED1C,
    0xE000_ED20,
];

impl Case {
    /// A case for a core that is to take exceptions, or for one that cannot.
    pub(super) fn random(random: &mut Random, exceptions: bool) -> Self {
        let mut flash = Vec::with_capacity(SIZE as usize);
        let stack = RAM + 0x400 + (random.below(0xB00) & !3);
        flash.extend(stack.to_le_bytes());
        for _ in 1..VECTORS {
            flash.extend((code_address(random) | 1).to_le_bytes());
        }
        while flash.len() < SIZE as usize {
            for halfword in instruction(random, exceptions) {
                flash.extend(halfword.to_le_bytes());
            }
        }
        flash.truncate(SIZE as usize);
        let ram = (0..SIZE / 8)
            .flat_map(|_| {
                let word = ram_word(random, exceptions);
                (u64::from(ram_word(random, exceptions)) << 32 | u64::from(word)).to_le_bytes()
            })
            .collect();
        let mut registers = [0; 16].map(|_: u32| value(random, exceptions));
        registers[13] = stack;
        registers[15] = code_address(random);
        Self {
            flash,
            ram,
            registers,
            flags: random.word() & 0xF000_0000,
            steps: 24,
        }
    }

    /// The same with another first instruction; `halfwords` are one of 32 bits or two of 16.
    pub(super) fn starting_with(mut self, halfwords: [u16; 2]) -> Self {
        let bytes: Vec<u8> = halfwords.iter().flat_map(|it| it.to_le_bytes()).collect();
        self.flash[self.registers[15] as usize..][..bytes.len()].copy_from_slice(&bytes);
        self
    }
}

/// An even address in the middle of the code, so that branches stay in it.
fn code_address(random: &mut Random) -> u32 {
    CODE + 0x200 + (random.below(SIZE - CODE - 0x400) & !1)
}

/// What may be in a register: mostly addresses that can be accessed.
fn value(random: &mut Random, exceptions: bool) -> u32 {
    match random.below(20) {
        0..=7 => RAM + (random.below(SIZE) & !3),
        8 => RAM + random.below(SIZE),
        9 | 10 => code_address(random) | 1,
        11 | 12 => random.below(256),
        13 => random.of(&[
            0,
            1,
            31,
            32,
            33,
            255,
            256,
            0x7FFF_FFFF,
            0x8000_0000,
            u32::MAX,
        ]),
        14 | 15 if exceptions => random.of(&SYSTEM),
        // Nothing is there: a load or store is a bus error.
        16 if exceptions => 0x3000_0000 | random.word() >> 4,
        _ => random.word(),
    }
}

/// What may be in RAM: code addresses for POP, numbers, and with exceptions bits for system registers.
fn ram_word(random: &mut Random, exceptions: bool) -> u32 {
    match random.below(8) {
        0..=2 => code_address(random) | 1,
        3 => RAM + (random.below(SIZE) & !3),
        4 if exceptions => 1 << random.below(32),
        _ => random.word(),
    }
}

/// An instruction: one halfword or two.
fn instruction(random: &mut Random, exceptions: bool) -> Vec<u16> {
    let halfword = random.word() as u16;
    let low = halfword & 0x7FF;
    match random.below(24) {
        // What is rare among random halfwords.
        0 => vec![0x4000 | low & 0x3FF],
        1 => vec![0x4400 | low & 0x3FF],
        2 => vec![0xB000 | halfword & 0xFFF],
        3 => vec![0xB200 | low & 0xFF],
        4 => vec![0xBA00 | low & 0xFF],
        // Branches that stay near.
        5 => vec![0xD000 | halfword & 0xF0F],
        6 => vec![0xE000 | low & 0x1F],
        7 => vec![0xF000, 0xF800 | low & 0x1F],
        8 => vec![0x4700 | (random.below(16) as u16) << 3 | halfword & 0x80],
        9 => {
            let special = random.of(&[0, 1, 2, 3, 5, 6, 7, 8, 9, 16, 20]);
            let register = random.of(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 14]);
            if halfword & 1 == 0 {
                vec![0xF3EF, 0x8000 | register << 8 | special]
            } else {
                vec![0xF380 | register, 0x8800 | special]
            }
        }
        10 => vec![
            0xF3BF,
            0x8F40 | (random.below(3) as u16) << 4 | halfword & 15,
        ],
        11 => vec![random.of(&[0xB662, 0xB672, 0xBF00, 0xBF10, 0xBF40, 0xBF70])],
        12 => vec![0xF000 | halfword & 0xFFF, random.word() as u16],
        13 if exceptions => vec![0xDF00 | low & 0xFF],
        // `str rt, [rn]`: to a register of the System Control Space, if rn has such an address.
        14 | 15 if exceptions => vec![0x6000 | low & 0x3F],
        16 | 17 if exceptions => vec![random.of(&[0x4770, 0xBD00, 0xB500, 0xBD10, 0xB510])],
        _ => vec![halfword],
    }
}

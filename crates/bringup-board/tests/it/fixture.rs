//! The made-up chip, and ELF files for it.

use std::time::Duration;

use bringup_board::{Board, RunOptions, Stop};
use bringup_device::Device;
use bringup_device::catalogue::Entry;

use crate::asm::Asm;

pub(crate) const RCC_CR: u32 = 0x4002_1000;
pub(crate) const RCC_ICSCR: u32 = 0x4002_1004;
pub(crate) const RCC_CFGR: u32 = 0x4002_100C;
pub(crate) const RCC_IOPENR: u32 = 0x4002_102C;
pub(crate) const GPIOB: u32 = 0x5000_0400;
pub(crate) const ODD: u32 = 0x4000_0000;

/// Where the code of [`elf`] begins: behind a vector table of four entries.
pub(crate) const CODE: u32 = 0x0800_0010;

pub(crate) fn entry() -> Entry {
    bringup_device::catalogue::parse(include_str!("../fixtures/toy.toml"))
        .expect("the chip file is right")
}

pub(crate) fn device() -> Device {
    bringup_device::svd::load(include_str!("../fixtures/toy.svd"))
        .device
        .expect("the SVD file is right")
}

pub(crate) fn board() -> Board {
    let entry = entry();
    Board::new(&entry.chip, entry.boards.first(), &device()).expect("the chip is right")
}

/// An ELF file with one segment.
pub(crate) struct Elf {
    pub(crate) class: u8,
    pub(crate) machine: u16,
    pub(crate) kind: u16,
    pub(crate) address: u32,
    pub(crate) bytes: Vec<u8>,
    /// `Tag_CPU_arch` of an `.ARM.attributes` section, if there is to be one.
    pub(crate) architecture: Option<u8>,
}

impl Default for Elf {
    fn default() -> Self {
        Self {
            class: 1,
            machine: 40,
            kind: 2,
            address: 0x0800_0000,
            bytes: vec![0; 16],
            architecture: None,
        }
    }
}

impl Elf {
    /// The bytes of the file: header, program header, segment, attributes, section headers.
    pub(crate) fn build(&self) -> Vec<u8> {
        const HEADERS: u32 = 52 + 32;
        let size = self.bytes.len() as u32;
        let attributes = self.attributes();
        let attributes_at = HEADERS + size;
        let sections_at = attributes_at + attributes.len() as u32;
        let sections = if self.architecture.is_some() { 2 } else { 0 };
        let mut file = vec![
            0x7F, b'E', b'L', b'F', self.class, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        let mut half = |value: u16| file.extend(value.to_le_bytes());
        half(self.kind);
        half(self.machine);
        let mut word = |value: u32| file.extend(value.to_le_bytes());
        for value in [
            1,
            self.address,
            52,
            if sections > 0 { sections_at } else { 0 },
            0x0500_0200,
        ] {
            word(value);
        }
        for value in [52_u16, 32, 1, 40, sections, 0] {
            file.extend(value.to_le_bytes());
        }
        for value in [1, HEADERS, self.address, self.address, size, size, 5, 4] {
            file.extend(u32::to_le_bytes(value));
        }
        file.extend(&self.bytes);
        file.extend(&attributes);
        if sections > 0 {
            let attributes_header = [
                0,
                0x7000_0003,
                0,
                0,
                attributes_at,
                attributes.len() as u32,
                0,
                0,
                1,
                0,
            ];
            file.extend(
                [0_u32; 10]
                    .iter()
                    .chain(&attributes_header)
                    .flat_map(|value| value.to_le_bytes()),
            );
        }
        file
    }

    fn attributes(&self) -> Vec<u8> {
        let Some(architecture) = self.architecture else {
            return Vec::new();
        };
        // Tag_CPU_name, then Tag_CPU_arch.
        let list = [b"\x05core\0".as_slice(), &[6, architecture]].concat();
        let file = [
            &[1],
            (5 + list.len() as u32).to_le_bytes().as_slice(),
            &list,
        ]
        .concat();
        let vendor = [b"aeabi\0".as_slice(), &file].concat();
        [
            b"A".as_slice(),
            &(4 + vendor.len() as u32).to_le_bytes(),
            &vendor,
        ]
        .concat()
    }
}

/// An ELF file of a program, with a vector table whose fault handler is the endless loop at its end.
pub(crate) fn elf(program: &Asm) -> Vec<u8> {
    let code = program.assemble();
    let handler = CODE + code.len() as u32;
    let vectors = [0x2000_1000, CODE | 1, handler | 1, handler | 1];
    let mut bytes: Vec<u8> = vectors
        .iter()
        .flat_map(|value| u32::to_le_bytes(*value))
        .collect();
    bytes.extend(code);
    bytes.extend(0xE7FE_u16.to_le_bytes());
    Elf {
        bytes,
        ..Elf::default()
    }
    .build()
}

/// Where the code of [`elf_with`] begins: behind a vector table of 48 entries.
pub(crate) const CODE_48: u32 = 0x0800_00C0;

/// An ELF file of a program, with a vector table of 48 entries; `vectors` changes those from the endless loop at the
/// end of the program, whose address it is given.
pub(crate) fn elf_with(program: &Asm, vectors: impl FnOnce(&mut [u32; 48])) -> Vec<u8> {
    let code = program.assemble();
    let mut table = [(CODE_48 + code.len() as u32) | 1; 48];
    (table[0], table[1]) = (0x2000_1000, CODE_48 | 1);
    vectors(&mut table);
    let mut bytes: Vec<u8> = table.iter().flat_map(|value| value.to_le_bytes()).collect();
    bytes.extend(code);
    bytes.extend(0xE7FE_u16.to_le_bytes());
    Elf {
        bytes,
        ..Elf::default()
    }
    .build()
}

/// Rule, place and count of each finding, its message and its hint, a line each.
pub(crate) fn told(board: &Board) -> String {
    let lines = board.findings().iter().map(|it| {
        let hint = it.hint.as_deref().unwrap_or("none");
        format!(
            "{} at {:#x}, {} times: {}\nhint: {hint}",
            it.rule, it.pc, it.count, it.message
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A board that ran a program to its end, at most for a second.
pub(crate) fn run(program: &Asm) -> (Board, Stop) {
    run_with(program, &RunOptions::limited(Duration::from_secs(1)))
}

pub(crate) fn run_with(program: &Asm, options: &RunOptions) -> (Board, Stop) {
    let mut board = board();
    board.load(&elf(program)).expect("the image fits");
    let stop = board.run(options).expect("the options are right");
    (board, stop)
}

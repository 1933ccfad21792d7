//! Random code, and ELF files with random changes: the same in each run. `fuzz/` has the target for cargo-fuzz.

use crate::asm::Asm;
use crate::fixture::elf;

#[path = "../../../../fuzz/src/board.rs"]
#[expect(unreachable_pub, reason = "public in the crate that has it")]
mod target;

/// Numbers that look random: xorshift.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 16) as usize % bound
    }
}

/// How many, in place of the usual number.
fn iterations(usual: u64) -> u64 {
    let set = std::env::var("BRINGUP_FUZZ_ITERATIONS").ok();
    set.and_then(|number| number.parse().ok()).unwrap_or(usual)
}

#[test]
fn random_code() {
    for seed in 1..=iterations(400) {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut code = Vec::new();
        for _ in 0..=random.below(300) {
            // Among anything: branches back, stores and loads beside registers of devices, sleeping.
            let halfword = match random.below(8) {
                0 => 0xE7F0 | random.next() as u16 & 0xF,
                1 => 0xD1F0 | random.next() as u16 & 0x20F,
                2 => 0x6000 | random.next() as u16 & 0xFFF,
                3 => 0x4800 | random.next() as u16 & 0x71F,
                4 => [0xBF30, 0xBF20, 0xB662, 0xB672][random.below(4)],
                _ => random.next() as u16,
            };
            code.extend(halfword.to_le_bytes());
        }
        // Literals: addresses of RAM, devices and the System Control Space.
        for _ in 0..40 {
            let base = [
                0x2000_0000_u32,
                0x4002_1000,
                0x5000_0400,
                0xE000_E000,
                0xE000_ED00,
            ][random.below(5)];
            code.extend((base + (random.next() as u32 & 0x3C)).to_le_bytes());
        }
        target::run_code(&code);
    }
}

#[test]
fn changed_files() {
    let mut program = Asm::new();
    program
        .store(0x4002_102C, 2)
        .store(0x5000_0400, 0x1234)
        .label("loop");
    program.fetch(1, 0x5000_0410).b("loop");
    let original = elf(&program);
    for seed in 1..=iterations(400) {
        let mut random = Random(seed.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        let mut file = original.clone();
        for _ in 0..=random.below(6) {
            let at = random.below(file.len());
            match random.below(4) {
                // Headers more often than the rest.
                0 | 1 => file[at % 84] = random.next() as u8,
                2 => file[at] ^= 1 << random.below(8),
                _ => file.truncate(at.max(1)),
            }
        }
        target::run(&file);
    }
}

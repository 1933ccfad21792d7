//! Whether code takes an address: found by the instructions that compilers make addresses with, relative to where they are.

use std::collections::HashSet;

use super::Image;
use crate::report::Architecture;

/// How far apart the two instructions that make an address may be, in instructions.
const APART: usize = 8;

/// Whether the code takes any of these addresses; `None` for processors of which that is not known.
pub(crate) fn any(image: &Image<'_>, addresses: &[u64]) -> Option<bool> {
    let addresses: HashSet<u64> = addresses.iter().copied().collect();
    let scan: fn(&[u8], u64, &HashSet<u64>) -> bool = match image.architecture {
        // Nobody but dyld applies relocations of macOS, whose tables have no address.
        _ if addresses.is_empty() => return Some(false),
        Architecture::X86_64 => x86_64,
        Architecture::AArch64 => aarch64,
        Architecture::RiscV32 | Architecture::RiscV64 => riscv,
        _ => return None,
    };
    let segments = image.apart();
    let mut code = segments
        .into_iter()
        .filter(|segment| segment.permissions.execute);
    Some(code.any(|segment| scan(segment.data, segment.virtual_address, &addresses)))
}

/// `lea r64, [rip + disp32]` (Intel SDM volume 2, LEA): REX with W, opcode 8D, mod 00 and r/m 101. Bytes in the middle of
/// instructions are looked at, too, and do not matter.
fn x86_64(code: &[u8], start: u64, addresses: &HashSet<u64>) -> bool {
    code.windows(7).enumerate().any(|(at, bytes)| {
        let &[prefix, 0x8D, operand, a, b, c, d] = bytes else {
            return false;
        };
        if prefix & 0xF8 != 0x48 || operand & 0xC7 != 0x05 {
            return false;
        }
        let distance = i64::from(i32::from_le_bytes([a, b, c, d]));
        let next = start.wrapping_add(at as u64 + 7);
        addresses.contains(&next.wrapping_add_signed(distance))
    })
}

/// `adr`, and `adrp` with an `add` of the rest (Arm ARM for A-profile, C6.2).
fn aarch64(code: &[u8], start: u64, addresses: &HashSet<u64>) -> bool {
    // What each register was last given by `adrp`, and where.
    let mut pages = [None; 32];
    for (index, word) in code.as_chunks::<4>().0.iter().enumerate() {
        let word = u32::from_le_bytes(*word);
        let pc = start.wrapping_add(4 * index as u64);
        let (target, source) = ((word & 31) as usize, (word >> 5 & 31) as usize);
        let immediate =
            i64::from(((word >> 5 & 0x7_FFFF) << 13) as i32 >> 11) | i64::from(word >> 29 & 3);
        if word & 0x9F00_0000 == 0x1000_0000 {
            if addresses.contains(&pc.wrapping_add_signed(immediate)) {
                return true;
            }
        } else if word & 0x9F00_0000 == 0x9000_0000 {
            pages[target] = Some(((pc & !0xFFF).wrapping_add_signed(immediate << 12), index));
        } else if word & 0xFF80_0000 == 0x9100_0000
            && let Some((page, at)) = pages[source]
            && index - at <= APART
        {
            let shift = if word >> 22 & 1 == 1 { 12 } else { 0 };
            let offset = u64::from(word >> 10 & 0xFFF) << shift;
            if addresses.contains(&page.wrapping_add(offset)) {
                return true;
            }
        }
    }
    false
}

/// `auipc` and an `addi` of the rest right behind it (RISC-V unprivileged ISA, 2.4).
fn riscv(code: &[u8], start: u64, addresses: &HashSet<u64>) -> bool {
    let words = code.windows(8).enumerate().step_by(2);
    let mut pairs = words.filter_map(|(at, bytes)| {
        let (first, second) = bytes.split_first_chunk::<4>()?;
        let (upper, add) = (
            u32::from_le_bytes(*first),
            u32::from_le_bytes(*second.first_chunk()?),
        );
        let is_pair =
            upper & 0x7F == 0x17 && add & 0x707F == 0x13 && add >> 15 & 31 == upper >> 7 & 31;
        let offset = i64::from((upper & !0xFFF) as i32) + i64::from(add as i32 >> 20);
        is_pair.then(|| start.wrapping_add(at as u64).wrapping_add_signed(offset))
    });
    pairs.any(|address| addresses.contains(&address))
}

//! What the start-up code makes of static data, and arithmetic that ARMv6-M has no instructions for.
#![no_std]
#![no_main]

use core::hint::black_box;
use core::sync::atomic::{AtomicU16, AtomicU32, Ordering};

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::semihosting;

/// In `.data`: copied from flash.
static INITIALISED: AtomicU32 = AtomicU32::new(0xC0FF_EE11);
/// In `.bss`: cleared.
static CLEARED: [AtomicU16; 9] = [const { AtomicU16::new(0) }; 9];
/// Placed with an alignment of its own.
static ALIGNED: Aligned = Aligned(AtomicU32::new(7));

#[repr(align(64))]
struct Aligned(AtomicU32);

fn static_data() {
    let sum: u32 = CLEARED
        .iter()
        .map(|value| u32::from(value.load(Ordering::Relaxed)))
        .sum();
    hprintln!(
        "data {:#x}, bss {}",
        INITIALISED.load(Ordering::Relaxed),
        sum
    );
    INITIALISED.store(1, Ordering::Relaxed);
    CLEARED[8].store(0xABCD, Ordering::Relaxed);
    hprintln!(
        "data {:#x}, bss {:#x}",
        INITIALISED.load(Ordering::Relaxed),
        CLEARED[8].load(Ordering::Relaxed)
    );
    let address = core::ptr::from_ref(&ALIGNED).addr();
    hprintln!(
        "aligned {}, {}",
        ALIGNED.0.load(Ordering::Relaxed),
        address % 64
    );
}

/// Copies between every pair of alignments and lengths, and checks what was copied and what was not.
fn copies() {
    let source: [u8; 24] = core::array::from_fn(|index| index as u8 + 1);
    let mut wrong = 0;
    for from in 0..4 {
        for to in 0..4 {
            for len in 0..20 {
                let mut target = [0; 24];
                target[to..to + len].copy_from_slice(&source[from..black_box(from + len)]);
                let expected = |index: usize| {
                    if (to..to + len).contains(&index) {
                        source[index - to + from]
                    } else {
                        0
                    }
                };
                wrong += target
                    .iter()
                    .enumerate()
                    .filter(|&(index, &byte)| byte != expected(index))
                    .count();
            }
        }
    }
    hprintln!("copies wrong: {}", wrong);
}

fn arithmetic() {
    let (a, b) = black_box((0x0123_4567_89AB_CDEF_u64, 0x0000_0000_0001_E240_u64));
    hprintln!("{} {} {}", a.wrapping_mul(b), a / b, a % b);
    let (a, b) = black_box((-9_876_543_210_i64, 12_345_i64));
    hprintln!("{} {} {} {}", a * b, a / b, a % b, a >> black_box(7));
    let (a, b) = black_box((4_000_000_000_u32, 7_u32));
    hprintln!("{} {} {}", a / b, a % b, a.leading_zeros());
    let (a, b) = black_box((-1_000_000_007_i32, 65_537_i32));
    hprintln!("{} {} {:?}", a / b, a % b, a.checked_mul(b));
    let (a, b) = black_box((1.5_f32, -0.1_f32));
    hprintln!(
        "{:#010x} {:#010x} {:#010x}",
        (a + b).to_bits(),
        (a * b).to_bits(),
        (a / b).to_bits()
    );
    let a = black_box(2.0_f64 / 3.0);
    hprintln!("{:#018x} {}", (a * a).to_bits(), (a * 1e9) as u32);
}

/// A checksum over the image itself: loads of every width from flash.
fn widths() {
    let bytes = black_box(*b"The quick brown fox jumps over the lazy dog.\0\0\0\0");
    let by_byte: u32 = bytes.iter().map(|&byte| u32::from(byte)).sum();
    let by_half: u32 = bytes
        .chunks_exact(2)
        .map(|pair| u32::from(u16::from_le_bytes([pair[0], pair[1]])))
        .sum();
    let by_word = bytes.chunks_exact(4).fold(0_u32, |sum, word| {
        sum.wrapping_add(u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
            .rotate_left(3)
    });
    let signed: i32 = bytes
        .iter()
        .map(|&byte| i32::from((byte ^ 0x80) as i8))
        .sum();
    hprintln!("{} {} {:#010x} {}", by_byte, by_half, by_word, signed);
}

#[entry]
fn main() -> ! {
    static_data();
    copies();
    arithmetic();
    widths();
    semihosting::exit(0)
}

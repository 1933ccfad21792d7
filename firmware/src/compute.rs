//! Work of the kind that benchmarks for microcontrollers give a core: linked lists, matrices, a state machine, a checksum.
//!
//! Plain Rust without dependencies: the tests run it on the host, too, and want the same sums.

use core::hint::black_box;

/// CRC-16 with the polynomial of CCITT, bit by bit.
fn crc(mut sum: u16, value: u16) -> u16 {
    sum ^= value;
    for _ in 0..16 {
        let carry = sum & 0x8000 != 0;
        sum <<= 1;
        if carry {
            sum ^= 0x1021;
        }
    }
    sum
}

/// A list in an array: values and the index of what follows; the last points behind the end.
struct List {
    values: [i16; 40],
    next: [u8; 40],
    head: u8,
}

impl List {
    const END: u8 = 40;

    fn new(seed: u16) -> Self {
        let mut value = seed;
        let values = core::array::from_fn(|_| {
            value = value.wrapping_mul(25_173).wrapping_add(13_849);
            (value >> 4) as i16
        });
        Self {
            values,
            next: core::array::from_fn(|index| index as u8 + 1),
            head: 0,
        }
    }

    fn reverse(&mut self) {
        let (mut at, mut before) = (self.head, Self::END);
        while at != Self::END {
            let next = self.next[usize::from(at)];
            self.next[usize::from(at)] = before;
            before = at;
            at = next;
        }
        self.head = before;
    }

    /// Takes the elements one after the other and puts each where it belongs.
    fn sort(&mut self) {
        let mut rest = self.head;
        self.head = Self::END;
        while rest != Self::END {
            let element = rest;
            rest = self.next[usize::from(element)];
            let value = self.values[usize::from(element)];
            let (mut before, mut at) = (Self::END, self.head);
            while at != Self::END && self.values[usize::from(at)] < value {
                before = at;
                at = self.next[usize::from(at)];
            }
            self.next[usize::from(element)] = at;
            if before == Self::END {
                self.head = element;
            } else {
                self.next[usize::from(before)] = element;
            }
        }
    }

    fn sum(&self) -> u16 {
        let (mut sum, mut at) = (0, self.head);
        while at != Self::END {
            sum = crc(sum, self.values[usize::from(at)] as u16);
            at = self.next[usize::from(at)];
        }
        sum
    }
}

/// The product of two matrices, and a sum over it.
fn matrices(seed: u16) -> u16 {
    const N: usize = 9;
    let element = |factor: u16| {
        move |index: usize| (seed.wrapping_mul(factor).wrapping_add(index as u16 * 7) & 0xFF) as i32
    };
    let a: [i32; N * N] = core::array::from_fn(element(3));
    let b: [i32; N * N] = core::array::from_fn(element(5));
    let mut sum = 0;
    for row in 0..N {
        for column in 0..N {
            let product: i32 = (0..N).map(|i| a[row * N + i] * b[i * N + column]).sum();
            sum = crc(sum, (product >> 2) as u16);
        }
    }
    sum
}

/// What a number looks like as far as it was read.
#[derive(Clone, Copy)]
enum Number {
    Start,
    Integer,
    Fraction,
    Exponent,
    Invalid,
}

/// Reads numbers separated by commas, and counts what they are.
fn states(text: &[u8], seed: u16) -> u16 {
    let mut counts = [0_u16; 5];
    let mut state = Number::Start;
    for (index, &byte) in text.iter().enumerate() {
        let byte = if index as u16 % 31 == seed % 31 {
            b'x'
        } else {
            byte
        };
        state = match (state, byte) {
            (_, b',') => Number::Start,
            (Number::Start, b'+' | b'-' | b'0'..=b'9') => Number::Integer,
            (Number::Integer | Number::Fraction | Number::Exponent, b'0'..=b'9') => state,
            (Number::Start | Number::Integer, b'.') => Number::Fraction,
            (Number::Integer | Number::Fraction, b'e') => Number::Exponent,
            _ => Number::Invalid,
        };
        counts[state as usize] += 1;
    }
    counts.iter().fold(seed, |sum, &count| crc(sum, count))
}

/// Does everything `turns` times; returns a sum over all results.
pub(crate) fn work(turns: u32) -> u16 {
    const TEXT: &[u8] =
        b"5012,-874,+122,0.5e2,.1e7,-110.7,+0.644,5.5e4,T0.3e,-F,+12-,4e8,77.5,0,12.3.4,";
    let mut sum = 0xFFFF;
    for turn in 0..turns {
        let seed = black_box(turn as u16);
        let mut list = List::new(seed);
        list.reverse();
        sum = crc(sum, list.sum());
        list.sort();
        sum = crc(sum, list.sum());
        sum = crc(sum, matrices(seed));
        sum = crc(sum, states(black_box(TEXT), seed));
    }
    sum
}

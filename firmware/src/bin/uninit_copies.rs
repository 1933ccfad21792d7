//! What nobody wrote is moved about and never looked at: gaps of structures, empty variants, `MaybeUninit`. A variable that
//! outlives a reset is told by a mark.
#![no_std]
#![no_main]

use core::mem::MaybeUninit;
use core::{hint, ptr};

use cortex_m::peripheral::SCB;
use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::semihosting;

/// Has three bytes that belong to no field.
#[derive(Clone, Copy)]
#[repr(C)]
struct Sample {
    channel: u8,
    value: u32,
}

/// Has a payload in one variant only.
#[derive(Clone, Copy)]
enum Reading {
    None,
    Some(u32, u32),
}

const MARK: u32 = 0x57A2_7ED1;

#[unsafe(link_section = ".uninit.starts")]
static mut STARTS: MaybeUninit<[u32; 2]> = MaybeUninit::uninit();

/// How often the program has started since power-on.
fn starts() -> u32 {
    let starts = (&raw mut STARTS).cast::<u32>();
    // SAFETY: the program has one thread, and the mark tells whether the count was written.
    unsafe {
        let known = starts.read_volatile() == MARK;
        let count = if known {
            starts.add(1).read_volatile()
        } else {
            0
        };
        starts.write_volatile(MARK);
        starts.add(1).write_volatile(count + 1);
        count + 1
    }
}

/// Goes through memory by value.
#[inline(never)]
fn pass<T: Copy>(value: &T) -> T {
    *hint::black_box(value)
}

#[entry]
fn main() -> ! {
    let mut memory = cortex_m_rt::heap_start();
    let mut place = || {
        // SAFETY: there is RAM for a few dozen words behind the static data.
        memory = unsafe { memory.add(16) };
        memory
    };
    // SAFETY: all of it is RAM that nobody else uses, and no field is read before it is written.
    unsafe {
        let sample = place().cast::<Sample>();
        (&raw mut (*sample).channel).write_volatile(3);
        (&raw mut (*sample).value).write_volatile(1_000);
        let copy = pass(&*sample);
        hprintln!("channel {}: {}", copy.channel, copy.value);
        let block = place();
        ptr::copy_nonoverlapping(place(), block, 12);
        block.add(5).write_volatile(5);
        ptr::copy(block, block.add(1), 12);
        hprintln!("{}", block.add(6).read_volatile());
        let reading = place().cast::<Reading>();
        reading.write(Reading::None);
        let sum = match pass(&*reading) {
            Reading::None => 0,
            Reading::Some(first, second) => first + second,
        };
        hprintln!("{}", sum);
        reading.write(hint::black_box(Reading::Some(20, 22)));
        if let Reading::Some(first, second) = pass(&*reading) {
            hprintln!("{}", first + second);
        }
        let array: MaybeUninit<[u32; 8]> = pass(&*place().cast());
        hint::black_box(array);
    }
    let starts = starts();
    hprintln!("start {}", starts);
    if starts == 1 {
        SCB::sys_reset();
    }
    semihosting::exit(0)
}

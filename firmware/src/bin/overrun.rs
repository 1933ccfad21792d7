//! A loop that is one turn too long writes behind its table, to the limit that decides what happens next. No chip and no check
//! notices, for all of it is memory of the program; a debugger that goes back in time finds who wrote it.
#![no_std]
#![no_main]

use core::cell::UnsafeCell;
use core::ptr::from_ref;

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::{led, semihosting};

/// Measurements, and what they may be at most.
#[repr(C)]
struct Log {
    samples: [UnsafeCell<u32>; 4],
    limit: UnsafeCell<u32>,
}

// SAFETY: there is one thread, and no interrupt uses it.
unsafe impl Sync for Log {}

#[unsafe(no_mangle)]
static LOG: Log = Log {
    samples: [const { UnsafeCell::new(0) }; 4],
    limit: UnsafeCell::new(200),
};

/// A value that the chip could have measured.
#[inline(never)]
fn measure(turn: u32) -> u32 {
    led::toggle();
    100 + turn
}

/// Keeps a sample.
#[inline(never)]
fn keep(turn: u32, sample: u32) {
    let first = from_ref(&LOG).cast::<u32>().cast_mut();
    // SAFETY: there are four samples, and behind them the limit; the mistake of this program stays within both.
    let place = unsafe { first.add(turn as usize) };
    // SAFETY: as before; nobody holds a reference to either.
    unsafe { *place = sample };
}

/// Takes samples, one more than there is room for.
#[inline(never)]
fn sample() {
    for turn in 0..5 {
        let sample = measure(turn);
        keep(turn, sample);
    }
}

#[entry]
fn main() -> ! {
    led::set_up();
    sample();
    // SAFETY: nobody writes any more.
    let limit = unsafe { LOG.limit.get().read_volatile() };
    hprintln!("the limit is {}", limit);
    semihosting::exit(u32::from(limit != 200))
}

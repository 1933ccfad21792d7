//! Values are used that nobody has written: of a local variable, and of memory behind the static data, as an allocator hands
//! it out.
#![no_std]
#![no_main]

use core::hint;
use core::mem::MaybeUninit;

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::semihosting;

static NAMES: [&str; 2] = ["zero", "one"];

/// The number of what it is told of, from a structure in memory.
#[inline(never)]
fn count(list: *const u32) -> u32 {
    // SAFETY: there is RAM; what it holds is another matter.
    let count = unsafe { list.add(1).read_volatile() };
    if count > 3 { 3 } else { count + 1 }
}

#[entry]
fn main() -> ! {
    let local = MaybeUninit::<usize>::uninit();
    // SAFETY: nothing is safe about it, and volatile so that the compiler takes no advantage of that.
    let index = unsafe { hint::black_box(local.as_ptr()).read_volatile() };
    let name = NAMES.get(index).copied().unwrap_or("many");
    hprintln!("{}", name);
    hprintln!("{}", count(cortex_m_rt::heap_start()));
    semihosting::exit(0)
}

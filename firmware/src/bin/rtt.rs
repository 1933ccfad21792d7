//! Real Time Transfer: more text than the buffer holds, a channel that would rather drop text than wait, and what is sent to
//! the firmware.
#![no_std]
#![no_main]

use core::fmt::Write as _;

use cortex_m_rt::entry;
use firmware::semihosting;
use rtt_target::ChannelMode::{BlockIfFull, NoBlockSkip};
use rtt_target::{rprintln, rtt_init, set_print_channel};

#[entry]
fn main() -> ! {
    let channels = rtt_init! {
        up: {
            0: { size: 32, mode: BlockIfFull, name: "Terminal" }
            1: { size: 32, mode: NoBlockSkip, name: "Log" }
        }
        down: {
            0: { size: 8, name: "Terminal" }
        }
    };
    set_print_channel(channels.up.0);
    rprintln!("a text that is longer than the buffer of the channel, so that it has to be emptied");
    let mut log = channels.up.1;
    for number in 0..20 {
        let _ = writeln!(log, "number {number}");
    }

    let mut input = channels.down.0;
    let mut text = [0; 40];
    let mut total = 0;
    while !text.contains(&b'.') {
        // What is sent is longer than the buffer of the channel, too.
        let rest = text.get_mut(total..).unwrap_or_default();
        total += input.read(rest);
    }
    let text = text.get(..total).unwrap_or_default();
    rprintln!("{}", core::str::from_utf8(text).unwrap_or("?"));
    rprintln!("{} bytes", total);
    semihosting::exit(0)
}

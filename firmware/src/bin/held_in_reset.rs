//! Sets the reset bit of TIM2 and forgets to clear it: what is written to the timer is lost.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip};
use firmware::{registers, semihosting};

registers! {
    L031_APB1RSTR = 0x4002_1028;
    F042_APB1RSTR = 0x4002_1010;
    TIM2_PSC = 0x4000_0028;
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    chip.clock(Bus::Apb1, chip::TIM2);
    let resets = match chip {
        Chip::L031 => L031_APB1RSTR,
        Chip::F042 => F042_APB1RSTR,
    };
    resets.modify(|value| value | 1 << chip::TIM2);
    TIM2_PSC.write(99);
    resets.modify(|value| value & !(1 << chip::TIM2));
    hprintln!("PSC {}", TIM2_PSC.read());
    semihosting::exit(0)
}

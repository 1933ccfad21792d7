//! SYSCFG chooses the port that an EXTI line listens to: edges on PA1 count or not, by what `EXTICR1` says; so do those on PB1.
#![no_std]
#![no_main]

use cortex_m::asm;
use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip, Mode};
use firmware::{registers, semihosting};

registers! {
    SYSCFG_EXTICR1 = 0x4001_0008;
    EXTI_IMR = 0x4001_0400;
    EXTI_RTSR = 0x4001_0408;
    EXTI_FTSR = 0x4001_040C;
    EXTI_PR = 0x4001_0414;
}

const PIN: u32 = 1;
const LINE: u32 = 1 << PIN;

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    let ports = [chip.clocked_port('A'), chip.clocked_port('B')];
    chip.clock(Bus::Apb2, chip::SYSCFG);
    for port in ports {
        port.set_mode(PIN, Mode::Output);
    }
    EXTI_IMR.modify(|value| value | LINE);
    for (rising, falling) in [(true, false), (false, true), (true, true), (false, false)] {
        EXTI_RTSR.write(u32::from(rising) << PIN);
        EXTI_FTSR.write(u32::from(falling) << PIN);
        for selected in 0..2 {
            SYSCFG_EXTICR1.write(selected << (4 * PIN));
            let mut seen = 0_u32;
            for port in ports {
                for level in [true, false] {
                    port.write(PIN, level);
                    asm::nop();
                    seen = seen << 1 | u32::from(EXTI_PR.read() & LINE != 0);
                    EXTI_PR.write(LINE);
                }
            }
            hprintln!("EXTICR1 {:#x}: {:04b}", SYSCFG_EXTICR1.read(), seen);
        }
    }
    semihosting::exit(0)
}

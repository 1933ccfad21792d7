//! Why the chip started: power, software, the reset pin, both watchdogs, each told apart by the flags in `RCC.CSR`.
#![no_std]
#![no_main]

use cortex_m::peripheral::SCB;
use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip};
use firmware::{registers, semihosting};

registers! {
    IWDG_KR = 0x4000_3000;
    WWDG_CR = 0x4000_2C00;
}

const NAMES: [(u32, &str); 5] = [
    (1 << 30, "WWDGRSTF"),
    (1 << 29, "IWDGRSTF"),
    (1 << 28, "SFTRSTF"),
    (1 << 27, "PORRSTF"),
    (1 << 26, "PINRSTF"),
];

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    let flags = chip.csr().read();
    chip.clear_reset_flags();
    assert_eq!(chip.csr().read() >> 24 & 0b1111_1110, 0);
    let (_, name) = NAMES
        .into_iter()
        .find(|(flag, _)| flags & flag != 0)
        .unwrap_or_default();
    hprintln!("{}", name);
    match name {
        "PORRSTF" => SCB::sys_reset(),
        // The script presses the button.
        "SFTRSTF" => {}
        "PINRSTF" => IWDG_KR.write(0xCCCC),
        "IWDGRSTF" => {
            chip.clock(Bus::Apb1, chip::WWDG);
            // Running, and one above the end.
            WWDG_CR.write(1 << 7 | 0x40);
        }
        _ => semihosting::exit(0),
    }
    loop {}
}

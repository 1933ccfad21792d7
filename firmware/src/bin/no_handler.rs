//! TIM21's interrupt is let through, and nobody wrote a handler for it: the default one of `cortex-m-rt` hangs.
#![no_std]
#![no_main]

use cortex_m::asm;
use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::irq::Line;
use firmware::registers;

registers! {
    RCC_APB2ENR = 0x4002_1034;
    TIM21_CR1 = 0x4001_0800;
    TIM21_DIER = 0x4001_080C;
    TIM21_ARR = 0x4001_082C;
}

#[entry]
fn main() -> ! {
    RCC_APB2ENR.modify(|value| value | 1 << 2);
    TIM21_ARR.write(999);
    TIM21_DIER.write(1);
    Line(20).unmask();
    TIM21_CR1.write(1);
    hprintln!("the timer runs");
    loop {
        asm::wfi();
    }
}

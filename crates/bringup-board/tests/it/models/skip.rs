//! What makes a run faster changes nothing: models under polling loops, with and without jumping over their turns.

use std::time::Duration;

use bringup_board::{RunOptions, Stop};

use super::Bench;
use crate::asm::Asm;
use crate::fixture::elf;

const GPIOA: u32 = 0x5000_0000;
const TIM2: u32 = 0x4000_0000;
const USART2: u32 = 0x4000_4400;
const WWDG: u32 = 0x4000_2C00;

/// PWM on PA0, a byte through PA2 at each update of TIM2, then a wait for the counter, the watchdog and a capture.
fn program() -> Asm {
    let mut program = Asm::new();
    for (address, value) in [
        (0x4002_102C, 0b11),
        (0x4002_1038, 1 << 17 | 1 << 11 | 1),
        (GPIOA, 0xEBFF_FCEA),
        (GPIOA + 0x20, 4 << 8 | 2 << 4 | 2),
        (USART2 + 0x0C, 218),
        (USART2, 0b1001),
        (TIM2 + 0x28, 2),
        (TIM2 + 0x2C, 1_499),
        (TIM2 + 0x34, 400),
        // PWM mode 1 with preload on channel 1, capture of both edges of channel 2.
        (TIM2 + 0x18, 0b110_1000 | 0b01 << 8),
        (TIM2 + 0x20, 0b1011_0001),
        (TIM2 + 0x14, 1),
        (TIM2 + 0x10, 0),
        (TIM2, 1),
        (WWDG, 0xFF),
    ] {
        program.store(address, value);
    }
    program
        .load(0, TIM2)
        .load(1, USART2)
        .load(5, WWDG)
        .movs(4, 20);
    program.label("next");
    // `SR.UIF`, then the next byte, which shows how often the loop ran.
    program
        .movs(3, 1)
        .label("update")
        .ldr(2, 0, 0x10)
        .op(0x421A)
        .beq("update");
    program.movs(2, 0).str(2, 0, 0x10).str(4, 1, 0x28);
    // Until the counter is beyond 0x400.
    program.movs(3, 4).op(0x021B);
    program
        .label("count")
        .ldr(2, 0, 0x24)
        .op(0x421A)
        .beq("count");
    // `T` of the window watchdog counts: refresh it when bit 5 is 0.
    program.movs(3, 0x20).ldr(2, 5, 0).op(0x421A).bne("fed");
    program.movs(2, 0xFF).str(2, 5, 0);
    program.label("fed").op(0x3C01).bne("next");
    program.exit();
    program
}

#[test]
fn jumping_over_polling_loops_changes_nothing() {
    let run = |skip: bool| {
        let mut bench = Bench::l031();
        bench.board.load(&elf(&program())).unwrap();
        let mut stops = Vec::new();
        // A pin that moves from outside between the parts of the run.
        for part in 0..40 {
            let options = RunOptions {
                skip,
                ..RunOptions::limited(Duration::from_micros(1_777))
            };
            let stop = bench.board.run(&options).unwrap();
            stops.push((stop, bench.board.cycles(), bench.board.instructions()));
            bench.board.drive("PA1", Some(part % 2 == 0)).unwrap();
            stops.push((stop, u64::from(bench.read(TIM2 + 0x38)), 0));
            if stop == Stop::Exit {
                break;
            }
        }
        let edges = ["PA0", "PA1"].map(|pin| bench.board.pin(pin).unwrap().edges().to_vec());
        let text = bench.board.console().text("USART2").into_owned();
        (stops, edges, text, bench.findings().len())
    };
    let skipped = run(true);
    assert_eq!(skipped.0.last().map(|stop| stop.0), Some(Stop::Exit));
    // High from the start, low and high in each of 20 periods, and low in the one that it ends in.
    assert_eq!(skipped.1[0].len(), 1 + 2 * 20 + 1);
    assert_eq!(skipped.2.len(), 20);
    assert_eq!(skipped, run(false));
    assert_eq!(skipped, run(true), "two runs are equal");
}

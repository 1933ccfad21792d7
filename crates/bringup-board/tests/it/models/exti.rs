//! SYSCFG, EXTI and the inputs of the ports: RM0377 chapters 10 and 13.

use super::{Bench, L031, run_program};
use crate::asm::Asm;

const GPIOA: u32 = 0x5000_0000;
const GPIOB: u32 = 0x5000_0400;
const SYSCFG: u32 = 0x4001_0000;
const EXTI: u32 = 0x4001_0400;

fn inputs() -> Bench {
    let mut bench = Bench::l031();
    bench.write(GPIOA, 0xEBFF_FCF0);
    bench.write(GPIOB, 0xFFFF_FFF0);
    bench
}

#[test]
fn edges_of_the_selected_pin_are_pending_and_interrupt_when_unmasked() {
    let mut bench = inputs();
    bench.write(SYSCFG + 8, 0x0001);
    bench.write(EXTI + 0x08, 0b01);
    bench.write(EXTI, 0b11);
    bench.board.drive("PA0", Some(true)).unwrap();
    assert_eq!(bench.read(EXTI + 0x14), 0, "line 0 listens to port B");
    bench.board.drive("PB0", Some(true)).unwrap();
    assert_eq!(bench.read(EXTI + 0x14), 0b01);
    assert_eq!(bench.pending(), 1 << 5);
    bench.write(EXTI + 0x14, 0b01);
    assert_eq!(bench.read(EXTI + 0x14), 0);
    bench.board.drive("PB0", Some(false)).unwrap();
    assert_eq!(bench.read(EXTI + 0x14), 0, "falling edges are not selected");
    bench.write(EXTI + 0x0C, 0b01);
    bench.board.drive("PB0", Some(true)).unwrap();
    bench.write(EXTI + 0x14, 0b01);
    bench.board.drive("PB0", None).unwrap();
    assert_eq!(bench.read(EXTI + 0x14), 0b01);
}

#[test]
fn a_masked_line_is_pending_without_an_interrupt() {
    let mut bench = inputs();
    bench.write(EXTI + 0x08, 1 << 1);
    bench.board.drive("PA1", Some(true)).unwrap();
    assert_eq!((bench.read(EXTI + 0x14), bench.pending()), (1 << 1, 0));
    bench.write(EXTI, 1 << 1);
    assert_eq!(bench.pending(), 1 << 5);
}

#[test]
fn an_analog_pin_has_no_edges_and_an_output_has() {
    let mut bench = Bench::l031();
    bench.write(EXTI + 0x08, 0b11);
    bench.board.drive("PA0", Some(true)).unwrap();
    assert_eq!(bench.read(EXTI + 0x14), 0);
    bench.write(GPIOA, 0xEBFF_FCF7);
    bench.write(GPIOA + 0x18, 0b10);
    assert_eq!(bench.read(EXTI + 0x14), 0b10);
}

#[test]
fn software_triggers_until_the_pending_bit_is_cleared() {
    let mut bench = inputs();
    bench.write(EXTI + 0x10, 1 << 4);
    assert_eq!(bench.read(EXTI + 0x14), 0, "masked");
    bench.write(EXTI + 0x14, 1 << 4);
    bench.write(EXTI, 1 << 4);
    bench.write(EXTI + 0x10, 1 << 4);
    assert_eq!(
        (bench.read(EXTI + 0x10), bench.read(EXTI + 0x14)),
        (1 << 4, 1 << 4)
    );
    assert_eq!(bench.pending(), 1 << 7);
    bench.write(EXTI + 0x14, 1 << 4);
    assert_eq!((bench.read(EXTI + 0x10), bench.read(EXTI + 0x14)), (0, 0));
}

/// Without optimisation there are calls between read and write, here branches: one such write proves nothing, two that
/// differ as what was read does do.
#[test]
fn read_modify_writes_of_the_pending_flags_are_found_by_what_they_write() {
    let program = |lines: u16| {
        let mut program = Asm::new();
        // Lines 5 and 6 by software, one after the other; `PR |= 1 << 3` each time.
        program.load(1, EXTI).movs(0, 0x60).str(0, 1, 0);
        program
            .movs(2, 8)
            .movs(4, 0x20)
            .movs(5, lines)
            .label("turn");
        program
            .str(4, 1, 0x10)
            .ldr(0, 1, 0x14)
            .b("over")
            .label("over");
        program.op(0x4310).b("on").label("on").str(0, 1, 0x14);
        program.op(0x0064).op(0x3D01).bne("turn").exit();
        program
    };
    let once = run_program("nucleo-l031k6", L031, &program(1));
    assert_eq!(once.findings(), []);
    let twice = run_program("nucleo-l031k6", L031, &program(2));
    let [finding] = twice.findings() else {
        panic!("{:?}", twice.findings())
    };
    assert_eq!(finding.rule, "w1c-read-modify-write");
    assert_eq!(finding.register.as_deref(), Some("EXTI.PR"));
}

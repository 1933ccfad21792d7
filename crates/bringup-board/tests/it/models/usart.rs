//! Serial ports: RM0377 chapters 24 and 25.

use super::Bench;

const RCC: u32 = 0x4002_1000;
const GPIOA: u32 = 0x5000_0000;
const USART2: u32 = 0x4000_4400;
const LPUART1: u32 = 0x4000_4800;
const CR1: u32 = 0x00;
const BRR: u32 = 0x0C;
const ISR: u32 = 0x1C;
const ICR: u32 = 0x20;
const RDR: u32 = 0x24;
const TDR: u32 = 0x28;
const UE: u32 = 1;
const RE: u32 = 1 << 2;
const TE: u32 = 1 << 3;
const RXNE: u32 = 1 << 5;
const TC: u32 = 1 << 6;
const TXE: u32 = 1 << 7;
const ORE: u32 = 1 << 3;
const IDLE: u32 = 1 << 4;

/// PA2 and PA15 as USART2, which runs at 9,600 baud from the HSI16.
pub(crate) fn port() -> Bench {
    let mut bench = Bench::l031();
    bench.write(GPIOA, 0xABFF_FCEF);
    bench.write(GPIOA + 0x20, 4 << 8);
    bench.write(GPIOA + 0x24, 4 << 28);
    bench.set(RCC, 1);
    bench.run(10);
    bench.write(RCC + 0x4C, 0b10 << 2);
    bench.write(USART2 + BRR, 1_667);
    bench.write(USART2 + CR1, UE | RE | TE);
    bench
}

fn flags(bench: &Bench, of: u32) -> u32 {
    bench.read(USART2 + ISR) & of
}

#[test]
fn frames_last_as_long_as_their_bits() {
    let mut bench = port();
    assert_eq!(flags(&bench, TXE | TC), TXE | TC);
    bench.write(USART2 + TDR, u32::from(b'h'));
    assert_eq!(flags(&bench, TXE | TC), TXE, "the first goes on at once");
    bench.write(USART2 + TDR, u32::from(b'i'));
    assert_eq!(flags(&bench, TXE | TC), 0);
    // Ten bits of 1,667 / 16 MHz are 1,041.9 microseconds.
    bench.run(1_035);
    assert_eq!(bench.board.console().text("USART2"), "");
    bench.run(10);
    assert_eq!(bench.board.console().text("USART2"), "h");
    assert_eq!(flags(&bench, TXE | TC), TXE);
    bench.run(1_030);
    assert_eq!(flags(&bench, TXE | TC), TXE);
    bench.run(20);
    assert_eq!(bench.board.console().text("USART2"), "hi");
    assert_eq!(flags(&bench, TXE | TC), TXE | TC);
}

#[test]
fn oversampling_by_8_stop_bits_and_parity_change_the_frame() {
    // Bits by word length, parity included; stop bits; OVER8.
    for (cr1, cr2, brr, half_bits) in [
        (0, 0b10 << 12, 1_600, 22_u64),
        (1 << 12 | 1 << 10, 0, 1_600, 22),
        (1 << 28, 0, 1_600, 18),
        // Twice 800: 0x640 is written as its upper bits, and its lower three halved.
        (1 << 15, 0, 0x640, 10),
    ] {
        let mut bench = port();
        bench.write(USART2 + CR1, 0);
        bench.write(USART2 + 4, cr2);
        bench.write(USART2 + BRR, brr);
        bench.write(USART2 + CR1, cr1 | UE | TE);
        bench.write(USART2 + TDR, 0x55);
        let micros = 50 * half_bits;
        bench.run(micros - 5);
        assert_eq!(flags(&bench, TC), 0, "{cr1:#x}");
        bench.run(12);
        assert_eq!(flags(&bench, TC), TC, "{cr1:#x}");
    }
}

#[test]
fn nothing_comes_out_where_no_pin_is_connected_or_another_is() {
    let mut bench = port();
    bench.write(GPIOA, 0xABFF_FCFF);
    bench.write(USART2 + TDR, u32::from(b'x'));
    bench.run(2_000);
    assert!(bench.board.console().ports().is_empty());
    // PA9 is a USART2_TX as well, but not the one that leads to the computer.
    bench.write(GPIOA, 0xABFB_FCFF);
    bench.write(GPIOA + 0x24, 4 << 28 | 4 << 4);
    bench.write(USART2 + TDR, u32::from(b'y'));
    bench.run(2_000);
    assert_eq!(bench.board.console().ports()[0].name, "USART2@PA9");
}

#[test]
fn a_divisor_that_is_too_small_sends_nothing() {
    let mut bench = port();
    bench.write(USART2 + BRR, 15);
    bench.write(USART2 + TDR, 1);
    bench.run(100_000);
    assert_eq!(flags(&bench, TC), 0);
}

#[test]
fn received_bytes_arrive_frame_by_frame_and_overrun_what_is_not_read() {
    let mut bench = port();
    bench.board.send("USART2", b"ab").unwrap();
    bench.run(1_000);
    assert_eq!(flags(&bench, RXNE | 1 << 16), 1 << 16);
    bench.run(100);
    assert_eq!(
        (bench.read(USART2 + RDR), flags(&bench, RXNE)),
        (u32::from(b'a'), RXNE)
    );
    bench.run(1_100);
    assert_eq!(flags(&bench, RXNE | ORE | IDLE | 1 << 16), RXNE | ORE);
    assert_eq!(
        bench.read(USART2 + RDR),
        u32::from(b'a'),
        "the second byte is lost"
    );
    bench.run(1_100);
    assert_eq!(flags(&bench, IDLE), IDLE, "a frame later the line is idle");
    bench.write(USART2 + ICR, ORE | IDLE);
    assert_eq!(flags(&bench, ORE | IDLE), 0);
    bench.write(USART2 + 0x18, 1 << 3);
    assert_eq!(flags(&bench, RXNE), 0);
}

#[test]
fn what_nobody_listens_to_is_lost() {
    let mut bench = port();
    bench.write(USART2 + CR1, UE | TE);
    bench.board.send("USART2", b"a").unwrap();
    bench.write(USART2 + CR1, UE | TE | RE);
    bench.run(3_000);
    assert_eq!(flags(&bench, RXNE), 0);
    let error = bench.board.send("GPIOA", b"a").unwrap_err();
    insta::assert_snapshot!(format!("{error}\n{}", error.hint().unwrap()), @r"
    the chip has no serial port `GPIOA`
    serial ports are called as in the SVD file, for example `USART2`
    ");
}

#[test]
fn interrupts_follow_their_flags() {
    let mut bench = port();
    assert_eq!(bench.pending(), 0);
    bench.write(USART2 + CR1, UE | TE | RE | TXE);
    assert_eq!(bench.pending(), 1 << 28);
    bench.write(USART2 + CR1, UE | TE | RE | RXNE);
    bench.run(1);
    bench.write(0xE000_E280, 1 << 28);
    bench.board.send("USART2", b"a").unwrap();
    assert_eq!(bench.pending(), 0);
    bench.run(1_100);
    assert_eq!(bench.pending(), 1 << 28);
}

#[test]
fn the_lpuart_runs_on_its_own_clock_and_shares_an_interrupt() {
    let mut bench = Bench::l031();
    // LPUART1_TX is function 6 of PA2; 9,600 baud from 2.097152 MHz: 256 * 2097152 / 9600 = 55924.
    bench.write(GPIOA, 0xEBFF_FCEF);
    bench.write(GPIOA + 0x20, 6 << 8);
    bench.write(LPUART1 + BRR, 55_924);
    bench.write(LPUART1 + CR1, UE | TE | TC);
    bench.write(LPUART1 + TDR, u32::from(b'z'));
    bench.run(1_030);
    assert_eq!(bench.board.console().text("LPUART1"), "");
    bench.run(25);
    assert_eq!(bench.board.console().text("LPUART1"), "z");
    assert_eq!(bench.pending(), 1 << 29);
}

/// `LDR R1, =ISR; loop: LDR R2, [R1]; TST R2, R3; BEQ loop` with R3 the flag.
fn poll(flag: u32) -> Vec<u8> {
    let mut program = crate::asm::Asm::new();
    program.load(1, USART2 + ISR).load(3, flag);
    program.label("loop").ldr(2, 1, 0).op(0x421A).beq("loop");
    program.label("end").b("end");
    crate::fixture::elf(&program)
}

#[test]
fn a_loop_that_polls_for_input_waits_and_one_that_nothing_ends_is_stuck() {
    use bringup_board::Stop;
    let run = |cr1: u32, flag: u32| {
        let mut bench = Bench::l031();
        bench.board.load(&poll(flag)).unwrap();
        bench.write(RCC + 0x2C, 1);
        bench.write(RCC + 0x38, 1 << 17);
        bench.write(GPIOA, 0x6BFF_FCFF);
        bench.write(GPIOA, 0xABFF_FCFF);
        bench.write(GPIOA + 0x24, 4 << 28);
        bench.write(USART2 + BRR, 218);
        bench.write(USART2 + CR1, cr1);
        let first = bench.board.run_for(std::time::Duration::from_millis(100));
        bench.board.send("USART2", b"a").unwrap();
        bench.run(10_000);
        (first, flags(&bench, RXNE) != 0)
    };
    assert_eq!(run(UE | RE, RXNE), (Stop::Limit, true));
    assert_eq!(run(UE | TE, RXNE), (Stop::Stuck, false));
}

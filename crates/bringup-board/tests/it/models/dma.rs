//! Direct memory access: RM0377 and RM0091, chapter "Direct memory access controller".

use std::time::Duration;

use bringup_board::{RunOptions, Stop, TraceText, Width};

use super::{Bench, L031, run_program, usart};
use crate::asm::Asm;
use crate::fixture::elf;

const RCC: u32 = 0x4002_1000;
const DMA: u32 = 0x4002_0000;
const ISR: u32 = DMA;
const IFCR: u32 = DMA + 0x04;
const CSELR: u32 = DMA + 0xA8;
const USART2: u32 = 0x4000_4400;
const TIM2: u32 = 0x4000_0000;
const RAM: u32 = 0x2000_0800;

const EN: u32 = 1;
const TCIE: u32 = 1 << 1;
const DIR: u32 = 1 << 4;
const CIRC: u32 = 1 << 5;
const PINC: u32 = 1 << 6;
const MINC: u32 = 1 << 7;
const MEM2MEM: u32 = 1 << 14;

/// Registers of a channel from 1 on: `CCR`, `CNDTR`, `CPAR`, `CMAR`.
fn channel(number: u32) -> [u32; 4] {
    [0, 4, 8, 12].map(|offset| DMA + 8 + 0x14 * (number - 1) + offset)
}

impl Bench {
    /// Sets a channel up and enables it.
    fn start_channel(&mut self, number: u32, ccr: u32, count: u32, peripheral: u32, memory: u32) {
        let [control, length, from, to] = channel(number);
        self.write(length, count);
        self.write(from, peripheral);
        self.write(to, memory);
        self.write(control, ccr | EN);
    }

    fn left(&self, number: u32) -> u32 {
        self.read(channel(number)[1])
    }

    fn fill(&mut self, address: u32, bytes: &[u8]) {
        for (at, byte) in (address..).zip(bytes) {
            assert!(self.board.store(at, Width::Byte, u32::from(*byte)));
        }
    }

    fn bytes(&self, address: u32, count: u32) -> Vec<u8> {
        let bytes = (address..address + count).map(|at| self.board.peek(at, Width::Byte));
        bytes.map(|byte| byte.unwrap() as u8).collect()
    }
}

/// A board with the clock of the controller on.
fn l031() -> Bench {
    let mut bench = Bench::l031();
    bench.set(RCC + 0x30, 1);
    bench
}

fn f042() -> Bench {
    let mut bench = Bench::f042();
    bench.set(RCC + 0x14, 1);
    bench
}

/// Four transfers of each combination of sizes, as the manual's table of widths and endianness has them.
#[test]
fn sizes_of_source_and_destination_are_independent() {
    let source = [
        0xB0, 0xB1, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xBB, 0xBC, 0xBD, 0xBE,
        0xBF,
    ];
    for (from, to) in (0..3).flat_map(|from| (0..3).map(move |to| (from, to))) {
        let mut bench = l031();
        bench.fill(RAM, &source);
        bench.start_channel(
            1,
            MEM2MEM | PINC | MINC | from << 8 | to << 10,
            4,
            RAM,
            RAM + 0x100,
        );
        bench.run(20);
        let (from, to) = (1 << from, 1 << to);
        let mut wanted = Vec::new();
        for data in source.chunks(from).take(4) {
            let mut data = data.to_vec();
            data.resize(to, 0);
            wanted.extend(data);
        }
        assert_eq!(
            bench.bytes(RAM + 0x100, 4 * to as u32),
            wanted,
            "{from} to {to} bytes"
        );
        assert_eq!(bench.bytes(RAM + 0x100 + 4 * to as u32, 1), [0]);
        assert_eq!(bench.findings(), [""; 0]);
    }
}

#[test]
fn addresses_stay_where_they_do_not_go_on_and_are_aligned_to_the_size() {
    let mut bench = l031();
    bench.fill(RAM, &[1, 2, 3, 4, 5, 6, 7, 8]);
    bench.start_channel(
        3,
        MEM2MEM | MINC | 0b10 << 8 | 0b01 << 10,
        2,
        RAM + 3,
        RAM + 0x101,
    );
    bench.run(20);
    assert_eq!(bench.bytes(RAM + 0x100, 5), [1, 2, 1, 2, 0]);
    // The other way round, from `CMAR` to `CPAR`.
    bench.write(channel(3)[0], 0);
    bench.start_channel(3, MEM2MEM | DIR | PINC, 3, RAM + 0x200, RAM + 6);
    bench.run(20);
    assert_eq!(bench.bytes(RAM + 0x200, 4), [7, 7, 7, 0]);
}

/// Arbiter, address, read, write, acknowledgement: five cycles from RAM to RAM.
#[test]
fn transfers_take_their_time_and_set_flags() {
    let mut bench = l031();
    let start = bench.board.cycles();
    bench.start_channel(5, MEM2MEM | TCIE | 1 << 2, 1_000, RAM, RAM + 4);
    bench.run(1_000);
    let done = 1_000 - u64::from(bench.left(5));
    let passed = bench.board.cycles() - start;
    assert!(
        (passed / 5).abs_diff(done) <= 1,
        "{done} in {passed} cycles"
    );
    assert_eq!(bench.read(ISR), 0);
    assert_eq!(bench.pending(), 0);
    bench.run(300);
    assert_eq!(bench.read(ISR), 0b0101 << 16, "half");
    assert_eq!(bench.pending(), 1 << 11);
    bench.run(1_200);
    assert_eq!(bench.left(5), 0);
    assert_eq!(bench.read(ISR), 0b0111 << 16);
    bench.write(IFCR, 0b0010 << 16);
    assert_eq!(bench.read(ISR), 0b0101 << 16, "`GIF` has a bit of its own");
    bench.write(IFCR, 0b0001 << 16);
    assert_eq!(bench.read(ISR), 0);
    assert_eq!(
        bench.read(channel(5)[0]) & EN,
        EN,
        "it stays enabled, with nothing to do"
    );
}

#[test]
fn the_higher_priority_goes_first_then_the_lower_number() {
    let mut bench = l031();
    bench.start_channel(2, MEM2MEM, 10_000, RAM, RAM);
    bench.start_channel(1, MEM2MEM, 10, RAM, RAM);
    bench.run(60);
    assert_eq!(bench.left(1), 0);
    let before = bench.left(2);
    bench.start_channel(4, MEM2MEM | 0b01 << 12, 20, RAM, RAM);
    bench.start_channel(3, MEM2MEM | 0b11 << 12, 20, RAM, RAM);
    bench.run(40);
    assert!(bench.left(3) < 20 && bench.left(4) == 20);
    bench.run(100);
    assert_eq!((bench.left(3), bench.left(4)), (0, 0));
    assert!(before - bench.left(2) <= 20);
}

#[test]
fn a_channel_that_goes_where_nothing_is_is_switched_off() {
    for (from, to, width) in [
        (0x3000_0000, RAM, Width::Byte),
        (RAM, 0x3000_0000, Width::Byte),
    ] {
        let mut bench = l031();
        bench.start_channel(7, MEM2MEM | 1 << 3, 4, from, to);
        bench.run(10);
        assert_eq!(bench.read(ISR), 0b1001 << 24, "{width:?}");
        assert_eq!(bench.read(channel(7)[0]) & EN, 0);
        assert_eq!(bench.left(7), 4);
        assert_eq!(bench.pending(), 1 << 11);
        let [finding] = bench.board.findings() else {
            panic!("{:?}", bench.board.findings())
        };
        assert_eq!(finding.rule, "unmapped");
        assert!(
            finding.message.starts_with("channel 7 of `DMA1`: "),
            "{}",
            finding.message
        );
    }
}

/// The ports of the STM32L0 are on the core's own I/O port, those of the STM32F0 on the bus.
#[test]
fn ports_are_out_of_reach_where_the_core_has_them_to_itself() {
    let mut bench = l031();
    bench.start_channel(1, MEM2MEM, 1, RAM, 0x5000_0414);
    bench.run(10);
    assert_eq!(bench.read(ISR), 0b1001);
    assert_eq!(bench.findings(), ["unmapped"]);
    let mut bench = f042();
    bench.fill(RAM, &[8, 0, 0, 0]);
    bench.write(0x4800_0400, 1 << 6);
    bench.start_channel(1, MEM2MEM | 0b10 << 8 | 0b10 << 10, 1, RAM, 0x4800_0418);
    bench.run(10);
    assert_eq!(bench.read(ISR), 0b0111);
    assert_eq!(bench.board.pin("PB3").unwrap().level(), Some(true));
    assert_eq!(bench.findings(), [""; 0]);
}

#[test]
fn registers_of_an_enabled_channel_are_read_only() {
    let mut bench = l031();
    bench.start_channel(1, DIR | 0b11 << 12, 4, USART2 + 0x28, RAM);
    let [control, length, from, to] = channel(1);
    for (register, value) in [(length, 9), (from, 0), (to, 0), (control, EN | TCIE)] {
        let before = bench.read(register);
        bench.board.store(register, Width::Word, value);
        let expected = if register == control {
            before | TCIE
        } else {
            before
        };
        assert_eq!(bench.read(register), expected, "{register:#x}");
    }
    let findings = bench.board.findings().iter();
    let registers: Vec<_> = findings
        .map(|it| (it.rule, it.register.as_deref().unwrap()))
        .collect();
    let rule = "write-to-read-only";
    assert_eq!(
        registers,
        [
            (rule, "DMA1.CNDTR1"),
            (rule, "DMA1.CPAR1"),
            (rule, "DMA1.CMAR1"),
            (rule, "DMA1.CCR1")
        ]
    );
    bench.write(control, 0);
    bench.write(length, 9);
    assert_eq!((bench.read(control), bench.left(1)), (0, 9));
}

#[test]
fn the_smaller_chip_has_five_channels() {
    let mut bench = f042();
    let [control, ..] = channel(6);
    bench.board.store(control, Width::Word, EN);
    assert_eq!(bench.read(control), 0);
    assert_eq!(bench.findings(), ["write-to-read-only"]);
}

#[test]
fn without_its_clock_nothing_is_transferred() {
    let mut bench = l031();
    bench.start_channel(1, MEM2MEM, 1_000, RAM, RAM + 4);
    bench.run(100);
    bench.write(RCC + 0x30, 0x100);
    bench.write(RCC + 0x30, 0x101);
    let left = bench.left(1);
    assert!(left < 1_000);
    bench.write(RCC + 0x30, 0x100);
    bench.run(1_000);
    bench.write(RCC + 0x30, 0x101);
    assert_eq!(bench.left(1), left);
    bench.run(2_500);
    assert_eq!(bench.left(1), 0);
}

/// USART2 of [`usart::port`] at 9,600 baud, sending by channel `number`.
fn sender(number: u32) -> Bench {
    let mut bench = usart::port();
    bench.set(RCC + 0x30, 1);
    bench.fill(RAM, b"direct memory access");
    bench.write(CSELR, 4 << (4 * (number - 1)));
    bench.start_channel(number, DIR | MINC, 20, USART2 + 0x28, RAM);
    bench.write(USART2 + 8, 1 << 7);
    bench
}

#[test]
fn a_serial_port_sends_what_lies_in_memory() {
    for number in [4, 7] {
        let mut bench = sender(number);
        // One frame in the shift register, and one behind it.
        bench.run(20);
        assert_eq!(bench.left(number), 18);
        bench.run(25_000);
        assert_eq!(bench.board.console().text("USART2"), "direct memory access");
        assert_eq!(bench.read(ISR), 0b0111 << (4 * (number - 1)));
        assert_eq!(bench.read(USART2 + 0x1C) & 0xC0, 0xC0);
        assert_eq!(bench.findings(), [""; 0]);
    }
}

#[test]
fn a_trace_names_the_channel() {
    let mut bench = sender(4);
    let (mut names, mut text) = (TraceText::new(&bench.board), Vec::new());
    let limit = RunOptions::limited(Duration::from_millis(2));
    let mut traced = |batch| names.write(&batch, &mut text);
    bench.board.run_traced(&limit, &mut traced).unwrap();
    let text = String::from_utf8(text).unwrap();
    let ends: Vec<_> = text.lines().map(|line| &line[28..]).collect();
    let expected = b"dir".map(|byte| format!("DMA1.4      write USART2.TDR = {byte:#04x}"));
    assert_eq!(ends, expected);
}

#[test]
fn a_request_leads_to_the_channel_that_is_selected() {
    let mut bench = sender(4);
    bench.run(20);
    bench.write(CSELR, 5 << 12);
    bench.run(25_000);
    assert_eq!(bench.board.console().text("USART2"), "di");
    bench.write(CSELR, 4 << 12);
    bench.run(25_000);
    assert_eq!(bench.board.console().text("USART2"), "direct memory access");
}

#[test]
fn a_serial_port_receives_into_a_ring() {
    let mut bench = usart::port();
    bench.set(RCC + 0x30, 1);
    bench.write(CSELR, 4 << 16);
    bench.start_channel(5, CIRC | MINC, 8, USART2 + 0x24, RAM);
    bench.write(USART2 + 8, 1 << 6);
    bench.board.uart(2).unwrap().write(b"0123456789ab");
    bench.run(20_000);
    assert_eq!(bench.bytes(RAM, 8), *b"89ab4567");
    assert_eq!(bench.left(5), 4);
    assert_eq!(bench.read(ISR), 0b0111 << 16);
    assert_eq!(bench.read(USART2 + 0x1C) & 0b10_1000, 0, "no overrun");
}

#[test]
fn a_gated_peripheral_loses_what_is_sent_and_is_told_of() {
    let mut bench = l031();
    bench.fill(RAM, &[1]);
    bench.write(RCC + 0x38, 0);
    bench.start_channel(1, MEM2MEM | DIR, 1, USART2 + 0x28, RAM);
    bench.run(10);
    assert_eq!(bench.read(ISR), 0b0111);
    let [finding] = bench.board.findings() else {
        panic!("{:?}", bench.board.findings())
    };
    assert_eq!(finding.rule, "clock-gated");
    assert!(
        finding
            .message
            .starts_with("channel 1 of `DMA1`: write to `USART2.TDR`")
    );
}

/// Each update of TIM2 brings the next compare value, through preload: pulses of 100, 200, 300 and 400 ticks.
#[test]
fn a_timer_is_fed_at_each_update() {
    let mut bench = l031();
    bench.write(0x5000_0000, 0xEBFF_FCFE);
    bench.write(0x5000_0020, 2);
    for (at, value) in (RAM..).step_by(2).zip([200, 300, 400, 0_u32]) {
        assert!(bench.board.store(at, Width::Halfword, value));
    }
    for (offset, value) in [
        (0x2C, 999),
        (0x34, 100),
        (0x18, 0b110_1000),
        (0x20, 1),
        (0x14, 1),
    ] {
        bench.write(TIM2 + offset, value);
    }
    bench.write(CSELR, 8 << 4);
    bench.start_channel(2, DIR | MINC | 0b01 << 8 | 0b01 << 10, 4, TIM2 + 0x34, RAM);
    bench.write(TIM2 + 0x0C, 1 << 8);
    bench.write(TIM2, 1);
    bench.run(3_000);
    let spans = bench.spans("PA0");
    // High for 100 ticks at first; a value that comes after an update takes effect with the next one.
    assert_eq!(spans, [900, 100, 900, 200, 800, 300, 700, 400]);
    assert_eq!(bench.read(ISR), 0b0111 << 4);
}

/// A burst of three registers from `CCR1` on for each update (`DCR`, `DMAR`).
#[test]
fn a_timer_spreads_a_burst_over_its_registers() {
    let mut bench = l031();
    for (at, value) in (RAM..).step_by(4).zip(1..=6) {
        assert!(bench.board.store(at, Width::Word, value));
    }
    bench.write(TIM2 + 0x2C, 999);
    bench.write(TIM2 + 0x48, (2 << 8) | (0x34 / 4));
    bench.write(CSELR, 8 << 4);
    bench.start_channel(2, DIR | MINC | 0b10 << 8 | 0b10 << 10, 6, TIM2 + 0x4C, RAM);
    bench.write(TIM2 + 0x0C, 1 << 8);
    bench.write(TIM2 + 0x14, 1);
    bench.run(50);
    assert_eq!(bench.left(2), 3);
    assert_eq!(
        [0x34, 0x38, 0x3C, 0x40].map(|at| bench.read(TIM2 + at)),
        [1, 2, 3, 0]
    );
    bench.write(TIM2 + 0x14, 1);
    bench.run(50);
    assert_eq!(
        [0x34, 0x38, 0x3C, 0x40].map(|at| bench.read(TIM2 + at)),
        [4, 5, 6, 0]
    );
    assert_eq!(bench.left(2), 0);
}

/// Compare 3 of TIM2 requests on channel 1 of both chips, with `CCDS` only with the update.
#[test]
fn channels_of_a_timer_request() {
    for (mut bench, mhz) in [(l031(), 2), (f042(), 8)] {
        bench.write(CSELR, 8);
        bench.write(TIM2 + 0x2C, 1_999);
        bench.write(TIM2 + 0x3C, 1_000);
        bench.start_channel(1, 0b10 << 8 | 0b10 << 10 | MINC, 8, TIM2 + 0x24, RAM);
        bench.write(TIM2 + 0x0C, 1 << 11);
        bench.write(TIM2, 1);
        bench.run(2_250 * 2 / mhz);
        assert_eq!(bench.left(1), 6);
        let counted = bench.board.peek(RAM, Width::Word).unwrap();
        assert!((1_000..1_020).contains(&counted), "{counted}");
        bench.write(TIM2 + 0x04, 1 << 3);
        let left = bench.left(1);
        bench.run(2_000 / mhz);
        assert_eq!(bench.left(1), left - 1);
        let last = RAM + 4 * (7 - bench.left(1));
        assert!(bench.board.peek(last, Width::Word).unwrap() < 20);
    }
}

#[test]
fn remaps_of_the_f0_lead_a_request_elsewhere() {
    const USART1: u32 = 0x4001_3800;
    for (remap, number) in [(0, 2), (1 << 9, 4)] {
        let mut bench = f042();
        bench.fill(RAM, b"ok");
        bench.write(0x4800_0000, 0x2808_0000);
        bench.write(0x4800_0024, 1 << 4);
        bench.write(0x4001_0000, remap);
        bench.write(USART1 + 0x0C, 69);
        bench.write(USART1, 0b1001);
        bench.start_channel(number, DIR | MINC | TCIE, 2, USART1 + 0x28, RAM);
        bench.write(USART1 + 8, 1 << 7);
        bench.run(300);
        assert_eq!(bench.board.console().text("USART1"), "ok");
        assert_eq!(bench.pending(), if number == 2 { 1 << 10 } else { 1 << 11 });
    }
}

/// A program that copies a word of RAM by channel 1, from where `written` says that something was written, and then branches on it.
fn copy(written: bool) -> Asm {
    let mut program = Asm::new();
    program.store(RCC + 0x30, 0x101);
    if written {
        program.store(RAM, 1);
    }
    let [control, length, from, to] = channel(1);
    let ccr = MEM2MEM | 0b10 << 8 | 0b10 << 10 | EN;
    for (address, value) in [(length, 1), (from, RAM), (to, RAM + 0x100), (control, ccr)] {
        program.store(address, value);
    }
    program.movs(3, 2).load(1, ISR);
    program.label("wait").ldr(2, 1, 0).op(0x421A).beq("wait");
    program
        .fetch(0, RAM + 0x100)
        .op(0x2800)
        .beq("out")
        .label("out");
    program.exit();
    program
}

#[test]
fn what_nobody_wrote_stays_so_when_it_is_copied() {
    let clean = run_program("nucleo-l031k6", L031, &copy(true));
    assert_eq!(clean.findings(), []);
    let board = run_program("nucleo-l031k6", L031, &copy(false));
    let [finding] = board.findings() else {
        panic!("{:?}", board.findings())
    };
    assert_eq!(finding.rule, "uninitialised-read");
    assert!(
        finding.message.starts_with("read of `0x20000800`"),
        "{}",
        finding.message
    );
}

#[test]
fn sending_what_nobody_wrote_is_told_of() {
    let mut bench = l031();
    bench.start_channel(1, MEM2MEM | DIR, 1, USART2 + 0x28, RAM + 0x200);
    bench.run(10);
    let [finding] = bench.board.findings() else {
        panic!("{:?}", bench.board.findings())
    };
    assert_eq!(finding.rule, "uninitialised-read");
    assert!(
        finding.message.ends_with("it is written to `USART2.TDR`"),
        "{}",
        finding.message
    );
}

/// Sends a byte at each update of TIM2 and receives into RAM, while the core polls a place in RAM that is received to.
fn polling() -> Asm {
    let mut program = Asm::new();
    for (address, value) in [
        (RCC + 0x2C, 0b11),
        (RCC + 0x30, 0x101),
        (RCC + 0x38, 1 << 17 | 1),
        (0x5000_0000, 0xABFF_FCEF),
        (0x5000_0020, 4 << 8),
        (0x5000_0024, 4 << 28),
        (USART2 + 0x0C, 218),
        (USART2 + 8, 1 << 6),
        (USART2, 0b1101),
        (RAM, 0x6463_6261),
        (RAM + 0x10, 0),
        (CSELR, 4 << 16 | 8 << 4),
        (DMA + 0x20, 4),
        (DMA + 0x24, USART2 + 0x28),
        (DMA + 0x28, RAM),
        (DMA + 0x1C, DIR | CIRC | MINC | EN),
        (DMA + 0x5C, 2),
        (DMA + 0x60, USART2 + 0x24),
        (DMA + 0x64, RAM + 0x10),
        (DMA + 0x58, MINC | EN),
        (TIM2 + 0x2C, 3_999),
        (TIM2 + 0x0C, 1 << 8),
        (TIM2, 1),
    ] {
        program.store(address, value);
    }
    program.load(1, RAM + 0x10).movs(3, 0xFF).op(0x021B);
    program.label("wait").ldr(2, 1, 0).op(0x421A).beq("wait");
    program.exit();
    program
}

#[test]
fn jumping_over_loops_that_poll_memory_changes_nothing() {
    let run = |skip: bool| {
        let mut bench = Bench::l031();
        bench.board.load(&elf(&polling())).unwrap();
        let mut stops = Vec::new();
        for part in 0..10 {
            let options = RunOptions {
                skip,
                ..RunOptions::limited(Duration::from_micros(3_333))
            };
            let stop = bench.board.run(&options).unwrap();
            let left = (bench.left(2), bench.left(5));
            stops.push((stop, bench.board.cycles(), bench.board.instructions(), left));
            if stop == Stop::Exit {
                break;
            }
            if part % 4 == 3 {
                bench.board.uart(2).unwrap().write(b"x");
            }
        }
        let text = bench.board.console().text("USART2").into_owned();
        (stops, text, bench.findings())
    };
    let skipped = run(true);
    assert_eq!(skipped.0.last().map(|stop| stop.0), Some(Stop::Exit));
    assert!(skipped.1.starts_with("abcdabcdab"), "{}", skipped.1);
    assert_eq!(skipped.2, [""; 0]);
    assert_eq!(skipped, run(false));
}

/// A loop that polls memory which a serial port is to be received into waits for the world outside; without a request it is stuck.
#[test]
fn waiting_for_what_is_received_is_not_stuck() {
    let rules = |stop| {
        if stop == Stop::Stuck {
            vec!["stuck-poll"]
        } else {
            vec![]
        }
    };
    for (number, expected) in [(5, Stop::Limit), (4, Stop::Stuck)] {
        let [control, length, from, to] = channel(number);
        let mut program = Asm::new();
        for (address, value) in [
            (RCC + 0x30, 0x101),
            (RCC + 0x38, 1 << 17),
            (USART2 + 8, 1 << 6),
            (RAM, 0),
            (CSELR, 0x44 << 12),
            (length, 2),
            (from, USART2 + 0x24),
            (to, RAM),
            (control, MINC | EN),
        ] {
            program.store(address, value);
        }
        // Received bytes in memory, or the flag of the channel that is to send them.
        if number == 5 {
            program.load(1, RAM).movs(3, 0xFF);
        } else {
            program.load(1, ISR).movs(3, 2).op(0x031B);
        }
        program
            .label("wait")
            .ldr(2, 1, 0)
            .op(0x421A)
            .beq("wait")
            .exit();
        let mut bench = Bench::l031();
        assert_eq!(bench.run_loaded(&program), expected);
        assert_eq!(bench.findings(), rules(expected));
        if let Some(finding) = bench.board.findings().first() {
            let hint = finding.hint.as_deref().unwrap();
            assert!(hint.contains("channel 4 is not requested"), "{hint}");
        }
    }
}

//! Random values written to the registers of all blocks at random times: no panic, and what makes a run faster changes nothing.

use std::time::Duration;

use bringup_board::{Access, Board, RunOptions, Stop};
use bringup_device::catalogue;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::{F042, L031, describe};
use crate::fixture::Elf;

/// Where the program begins: behind a vector table of 48 entries.
const PROGRAM: u32 = 0x0800_00C0;
/// Goes through a table of pairs that ends with a zero: an even address and what is stored there, or an odd number and how often to
/// go round before the next pair. What was stored is read. At the end it sleeps.
const CODE: &[u16] = &[
    0x4C06, // ldr r4, [pc, #24]
    0xCC03, // next: ldm r4!, {r0, r1}
    0x2800, // cmp r0, #0
    0xD007, // beq end
    0x0842, // lsrs r2, r0, #1
    0xD202, // bcs wait
    0x6001, // str r1, [r0]
    0x6802, // ldr r2, [r0]
    0xE7F7, // b next
    0x3901, // wait: subs r1, #1
    0xD1FD, // bne wait
    0xE7F4, // b next
    0xBF30, // end: wfi
    0xE7FD, // b end
];
/// The handler of everything: disables all interrupts, for those whose flag stays set would come for ever.
const HANDLER: &[u16] = &[
    0x4801, // ldr r0, [pc, #4]
    0x2100, // movs r1, #0
    0x43C9, // mvns r1, r1
    0x6001, // str r1, [r0]
    0x4770, // bx lr
];
const NVIC_ISER: u32 = 0xE000_E100;
const NVIC_ICER: u32 = 0xE000_E180;
const SCR: u32 = 0xE000_ED10;
const RAM: u32 = 0x2000_0100;

/// The words of the program: vector table, handler, code, table of pairs.
fn program(pairs: &[(u32, u32)]) -> Vec<u8> {
    let mut bytes: Vec<u8> = 0x2000_0400_u32.to_le_bytes().to_vec();
    let handler = PROGRAM + (CODE.len() as u32 + 2) * 2;
    bytes.extend((PROGRAM + 1).to_le_bytes());
    bytes.extend((2..48).flat_map(|_| (handler + 1).to_le_bytes()));
    let table = handler + (HANDLER.len() as u32 + 1) * 2 + 4;
    bytes.extend(CODE.iter().flat_map(|half| half.to_le_bytes()));
    bytes.extend(table.to_le_bytes());
    bytes.extend(HANDLER.iter().flat_map(|half| half.to_le_bytes()));
    bytes.extend([0; 2]);
    bytes.extend(NVIC_ICER.to_le_bytes());
    let words = pairs.iter().chain([&(0, 0)]);
    bytes.extend(
        words.flat_map(|(address, value)| [address.to_le_bytes(), value.to_le_bytes()].concat()),
    );
    bytes
}

/// Addresses of the registers of each peripheral of a table.
fn peripherals(table: &str) -> Vec<Vec<u32>> {
    let lines = table.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let mut words = line.split_whitespace().skip(1);
            let base = u32::from_str_radix(words.next().unwrap(), 16).unwrap();
            let registers = words.filter(|word| word.contains(':') && !word.starts_with('.'));
            let offsets = registers.map(|word| word.split(':').nth(1).unwrap());
            offsets
                .map(|offset| base + u32::from_str_radix(offset, 16).unwrap())
                .collect()
        })
        .collect()
}

/// What may be written: few bits, small numbers, addresses, anything.
fn value(addresses: &[u32]) -> impl Strategy<Value = u32> + use<> {
    let bit = (0..32_u32).prop_map(|bit| 1 << bit);
    let bits = (any::<u32>(), any::<u32>(), any::<u32>()).prop_map(|(a, b, c)| a & b & c);
    prop_oneof![
        3 => bit,
        3 => bits,
        3 => 0..64_u32,
        1 => select(addresses.to_vec()),
        1 => (0..64_u32).prop_map(|word| RAM + word * 4),
        2 => any::<u32>(),
    ]
}

/// What a program does: stores to the registers of a few peripherals, and to those of the core that let interrupts and sleep come, and
/// pauses.
fn pairs(table: &str) -> impl Strategy<Value = Vec<(u32, u32)>> + use<> {
    let peripherals = peripherals(table);
    let all = peripherals.concat();
    subsequence(peripherals, 1..4).prop_flat_map(move |some| {
        let pair = prop_oneof![
            10 => (select(some.concat()), value(&all)),
            1 => (select(vec![NVIC_ISER, SCR]), value(&all)),
            1 => (Just(1), 1..400_u32),
        ];
        prop::collection::vec(pair, 1..120)
    })
}

struct Left {
    stop: Stop,
    report: bringup_board::report::Report,
    writes: Vec<Access>,
}

fn run(board: &Board, skip: bool) -> Left {
    let mut board = board.clone();
    let options = RunOptions {
        skip,
        ..RunOptions::limited(Duration::from_millis(3))
    };
    let mut writes = Vec::new();
    let stop = board.run_traced(&options, &mut |batch| {
        writes.extend(batch.accesses.iter().filter(|access| access.write));
    });
    Left {
        stop: stop.unwrap(),
        report: board.report(),
        writes,
    }
}

/// A board with the program that stores these pairs.
fn loaded(board: &str, table: &str, pairs: &[(u32, u32)]) -> Board {
    let known = catalogue::board(board).unwrap();
    let mut board = Board::new(known.chip, Some(known.board), &describe(table)).unwrap();
    let elf = Elf {
        bytes: program(pairs),
        ..Elf::default()
    };
    board.load(&elf.build()).unwrap();
    board
}

fn check(board: &str, table: &str, clocks: &[u32], pairs: &[(u32, u32)]) {
    let on = clocks.iter().map(|register| (*register, u32::MAX));
    let pairs: Vec<_> = on.chain(pairs.iter().copied()).collect();
    let board = loaded(board, table, &pairs);
    let (fast, slow) = (run(&board, true), run(&board, false));
    // Only a loop that was found to be endless ends a run before its time.
    if fast.stop == Stop::Stuck || slow.stop == Stop::Stuck {
        return;
    }
    assert_eq!(fast.writes, slow.writes);
    assert_eq!(fast.report, slow.report);
}

#[test]
fn the_program_stores_what_it_is_told() {
    let pairs = [(0x4002_102C, 0b11), (1, 100), (0x5000_0000, 0x1234_5678)];
    let board = loaded("nucleo-l031k6", L031, &pairs);
    let left = run(&board, true);
    let written = left
        .writes
        .iter()
        .map(|access| (access.address, access.value));
    assert!(written.eq([pairs[0], pairs[2]]));
}

proptest! {
    #[test]
    fn of_the_l031(pairs in pairs(L031)) {
        check("nucleo-l031k6", L031, &[0x4002_102C, 0x4002_1030, 0x4002_1034, 0x4002_1038], &pairs);
    }

    #[test]
    fn of_the_f042(pairs in pairs(F042)) {
        check("nucleo-f042k6", F042, &[0x4002_1014, 0x4002_1018, 0x4002_101C], &pairs);
    }
}

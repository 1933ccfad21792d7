//! The debug port, register by register.

use std::time::Duration;

use bringup_board::{Board, Width};
use bringup_debug::dap::{Dap, DebugPort, Fault, Next, Progress, Session as _};
use bringup_debug::stlink::StLink;
use proptest::prelude::*;

use crate::board::{BKPT, CODE, COUNT, FAULT, HANG, board};

const DFSR: u32 = 0xE000_ED30;
const DHCSR: u32 = 0xE000_EDF0;
const DCRSR: u32 = 0xE000_EDF4;
const DCRDR: u32 = 0xE000_EDF8;
const DEMCR: u32 = 0xE000_EDFC;
const AIRCR: u32 = 0xE000_ED0C;
const RAM: u32 = 0x2000_0000;
/// `DHCSR` with the key: debugging enabled, and halted, and a step.
const RUN: u32 = 0xA05F_0001;
const HALT: u32 = 0xA05F_0003;
const STEP: u32 = 0xA05F_0005;
/// Bits of `DHCSR` that are not sticky: the registers are ready, halted, and what was asked for.
const HALTED: u32 = 0x0003_0003;

const SLICE: Duration = Duration::from_micros(100);

/// A board that runs a program, behind a debug port with power.
fn dap(program: &[u16]) -> Dap {
    let mut dap = Dap::new(board(program));
    dap.write_dp(0x4, 0x5000_0000).unwrap();
    dap
}

fn word(dap: &mut Dap, address: u32) -> u32 {
    let mut bytes = [0; 4];
    dap.read_memory(0, address, Width::Word, &mut bytes)
        .unwrap();
    u32::from_le_bytes(bytes)
}

fn set(dap: &mut Dap, address: u32, value: u32) {
    dap.write_memory(0, address, Width::Word, &value.to_le_bytes())
        .unwrap();
}

fn register(dap: &mut Dap, number: u32) -> u32 {
    set(dap, DCRSR, number);
    word(dap, DCRDR)
}

fn set_register(dap: &mut Dap, number: u32, value: u32) {
    set(dap, DCRDR, value);
    set(dap, DCRSR, 1 << 16 | number);
}

/// `DHCSR` without its sticky bits.
fn status(dap: &mut Dap) -> u32 {
    word(dap, DHCSR) & 0x00FF_FFFF
}

#[test]
fn the_chip_says_what_it_is() {
    let mut dap = dap(COUNT);
    assert_eq!(dap.read_dp(0x0).unwrap(), 0x0BC1_1477);
    assert_eq!(dap.read_dp(0x4).unwrap(), 0xF000_0040);
    assert_eq!(dap.read_ap(0, 0xFC).unwrap(), 0x0477_0031);
    assert_eq!(dap.read_ap(1, 0xFC).unwrap(), 0);
    assert_eq!(dap.read_ap(0, 0xF8).unwrap(), 0xF000_0003);
    assert_eq!(dap.read_ap(0, 0x00).unwrap(), 0x0300_0040);
    // The chip's table, the core's, and in it the system control space.
    assert_eq!(word(&mut dap, 0xF000_0000), 0xF00F_F003);
    assert_eq!(word(&mut dap, 0xE00F_F000), 0xFFF0_F003);
    assert_eq!(word(&mut dap, 0xE000_EFE0), 0x08);
    assert_eq!(word(&mut dap, 0xE000_ED00), 0x410C_C601);
    // PIDR of the chip's table: ST's code, and the part.
    let pidr = [0xFE0, 0xFE4, 0xFE8].map(|at| word(&mut dap, 0xF000_0000 + at));
    assert_eq!(pidr, [0x25, 0x04, 0x0A]);
    // The size of the flash in KB.
    assert_eq!(word(&mut dap, 0x1FF8_007C) & 0xFFFF, 32);
}

#[test]
fn errors_are_sticky_until_they_are_cleared() {
    let mut dap = Dap::new(board(COUNT));
    // Without power nothing answers.
    assert_eq!(dap.read_ap(0, 0xFC), Err(Fault));
    dap.write_dp(0x0, 0x1E).unwrap();
    dap.write_dp(0x4, 0x5000_0000).unwrap();
    let mut bytes = [0; 4];
    let read =
        |dap: &mut Dap, address, bytes: &mut [u8]| dap.read_memory(0, address, Width::Word, bytes);
    assert_eq!(read(&mut dap, 0x6000_0000, &mut bytes), Err(Fault));
    assert_eq!(dap.read_dp(0x4).unwrap(), 0xF000_0060);
    assert_eq!(read(&mut dap, RAM, &mut bytes), Err(Fault));
    dap.write_dp(0x0, 1 << 2).unwrap();
    assert_eq!(read(&mut dap, RAM, &mut bytes), Ok(()));
    // No access is unaligned, and no block a part of one.
    assert_eq!(read(&mut dap, RAM + 1, &mut bytes), Err(Fault));
}

#[test]
fn the_access_port_counts_within_1_kib() {
    let mut dap = dap(HANG);
    dap.write_ap(0, 0x00, 0x0300_0012).unwrap();
    dap.write_ap(0, 0x04, RAM + 0x3FC).unwrap();
    dap.write_ap(0, 0x0C, 0x1122_3344).unwrap();
    assert_eq!(dap.read_ap(0, 0x04).unwrap(), RAM);
    assert_eq!(word(&mut dap, RAM + 0x3FC), 0x1122_3344);
    // Bytes stand in their lanes.
    dap.write_ap(0, 0x00, 0x0300_0010).unwrap();
    dap.write_ap(0, 0x04, RAM + 0x3FD).unwrap();
    assert_eq!(dap.read_ap(0, 0x0C).unwrap(), 0x3300);
    assert_eq!(dap.read_ap(0, 0x0C).unwrap(), 0x22_0000);
    // The banked registers are words around the address, which does not count.
    dap.write_ap(0, 0x04, RAM + 0x3F4).unwrap();
    assert_eq!(dap.read_ap(0, 0x1C).unwrap(), 0x1122_3344);
    assert_eq!(dap.read_ap(0, 0x04).unwrap(), RAM + 0x3F4);
    // Packed transfers do not exist.
    dap.write_ap(0, 0x00, 0x0300_0022).unwrap();
    assert_eq!(dap.read_ap(0, 0x00).unwrap(), 0x0300_0042);
}

#[test]
fn halting_and_stepping() {
    let mut dap = dap(COUNT);
    assert_eq!(dap.run(SLICE), Progress::Ran);
    set(&mut dap, DHCSR, 0x1234_0003);
    assert!(!dap.is_halted(), "without the key");
    set(&mut dap, DHCSR, HALT);
    assert_eq!(status(&mut dap), HALTED);
    assert_eq!(word(&mut dap, DFSR), 1);
    set(&mut dap, DFSR, 1);
    assert_eq!(word(&mut dap, DFSR), 0);
    // Time stands still.
    let cycles = dap.board().cycles();
    assert_eq!(dap.run(SLICE), Progress::Halted);
    assert_eq!(dap.board().cycles(), cycles);
    set_register(&mut dap, 0, 100);
    set_register(&mut dap, 15, CODE);
    set(&mut dap, DHCSR, STEP);
    assert_eq!(
        (register(&mut dap, 0), register(&mut dap, 15)),
        (101, CODE + 2)
    );
    assert_eq!(register(&mut dap, 16), 0x0100_0000);
    assert_eq!(register(&mut dap, 17), 0x2000_2000);
    set(&mut dap, DHCSR, RUN);
    assert_eq!(dap.run(SLICE), Progress::Ran);
    assert!(dap.board().core().reg(0) > 101);
}

#[test]
fn breakpoints_are_those_of_the_unit() {
    let mut dap = dap(COUNT);
    assert_eq!(word(&mut dap, 0xE000_2000), 0x40);
    // The upper halfword of the first word: `adds r1, #2`.
    set(&mut dap, 0xE000_2008, 0x8000_0001 | CODE);
    set(&mut dap, 0xE000_2000, 3);
    set(&mut dap, 0xE000_2018, 0x4000_0001 | CODE);
    assert_eq!(word(&mut dap, 0xE000_2018), 0, "there is no fifth");
    // Nobody stops a core without a debugger.
    assert_eq!(dap.run(SLICE), Progress::Ran);
    set(&mut dap, DHCSR, RUN);
    assert_eq!(dap.run(SLICE), Progress::Halted);
    assert_eq!(
        (register(&mut dap, 15), word(&mut dap, DFSR)),
        (CODE + 2, 2)
    );
    // Going on without taking it away stops here again.
    let cycles = dap.board().cycles();
    set(&mut dap, DHCSR, RUN);
    assert_eq!(dap.run(SLICE), Progress::Halted);
    assert_eq!(dap.board().cycles(), cycles);
    set(&mut dap, 0xE000_2008, 0);
    set(&mut dap, DHCSR, RUN);
    assert_eq!(dap.run(SLICE), Progress::Ran);
}

#[test]
fn bkpt_halts_if_somebody_debugs() {
    let mut dap = dap(BKPT);
    set(&mut dap, DHCSR, RUN);
    assert_eq!(dap.run(SLICE), Progress::Halted);
    assert_eq!((register(&mut dap, 15), word(&mut dap, DFSR)), (CODE, 2));
    let mut alone = self::dap(BKPT);
    assert_eq!(alone.run(SLICE), Progress::Ran);
    assert_eq!(alone.board().core().ipsr(), 3, "a HardFault without one");
}

/// `ldr r0, =0x20000100`, `str r0, [r0]`, `b .`.
const STORE: &[u16] = &[0x4801, 0x6000, 0xE7FE, 0xBF00, 0x0100, 0x2000];

#[test]
fn watchpoints_stop_after_the_access() {
    let mut dap = dap(STORE);
    assert_eq!(word(&mut dap, 0xE000_1000), 0x2000_0000);
    set(&mut dap, DEMCR, 1 << 24);
    // 16 bytes from 0x20000100 on, writes.
    set(&mut dap, 0xE000_1020, RAM + 0x100);
    set(&mut dap, 0xE000_1024, 4);
    set(&mut dap, 0xE000_1028, 6);
    set(&mut dap, DHCSR, RUN);
    assert_eq!(dap.run(SLICE), Progress::Halted);
    assert_eq!(
        (register(&mut dap, 15), word(&mut dap, DFSR)),
        (CODE + 4, 4)
    );
    assert_eq!(word(&mut dap, RAM + 0x100), RAM + 0x100);
    assert_eq!(word(&mut dap, 0xE000_1028), 1 << 24 | 6, "MATCHED");
    assert_eq!(word(&mut dap, 0xE000_1028), 6, "is cleared by reading");
}

#[test]
fn vectors_are_caught() {
    let mut dap = dap(FAULT);
    set(&mut dap, DHCSR, RUN);
    set(&mut dap, DEMCR, 1 << 10);
    assert_eq!(dap.run(SLICE), Progress::Halted);
    assert_eq!((word(&mut dap, DFSR), dap.board().core().ipsr()), (8, 3));
    // The one of reset; both ways of it.
    set(&mut dap, DEMCR, 1);
    for pin in [false, true] {
        set(&mut dap, DFSR, 0x1F);
        if pin {
            dap.drive_reset(true);
            assert_eq!(dap.run(SLICE), Progress::Halted);
            dap.drive_reset(false);
        } else {
            set(&mut dap, AIRCR, 0x05FA_0004);
        }
        assert_eq!((word(&mut dap, DFSR), register(&mut dap, 15)), (8, CODE));
        let sticky = word(&mut dap, DHCSR);
        assert_eq!(sticky & 1 << 25, 1 << 25, "S_RESET_ST");
        assert_eq!(word(&mut dap, DHCSR) & 1 << 25, 0, "once");
    }
    // A reset lets a halted core go otherwise.
    set(&mut dap, DEMCR, 0);
    set(&mut dap, AIRCR, 0x05FA_0004);
    assert_eq!(dap.run(SLICE), Progress::Ran);
}

/// Runs a board for a while, and lets somebody look at it meanwhile, who asks for a report in the end.
fn looked_at(look: impl Fn(&mut Dap)) -> (u64, u64, u32, String) {
    let mut dap = dap(COUNT);
    for slice in 1..40 {
        assert_eq!(dap.run(Duration::from_micros(slice * 7)), Progress::Ran);
        look(&mut dap);
    }
    let board = dap.into_board();
    let report = format!("{:?}", board.report());
    (
        board.cycles(),
        board.instructions(),
        board.core().reg(0),
        report,
    )
}

#[test]
fn looking_changes_nothing() {
    let alone = looked_at(|_| ());
    let watched = looked_at(|dap| {
        set(dap, DHCSR, RUN);
        for address in [
            0x4000_0000,
            0x4000_0004,
            RAM,
            CODE,
            0xE000_ED04,
            0xE000_101C,
        ] {
            word(dap, address);
        }
        word(dap, DHCSR);
    });
    assert_eq!(alone, watched);
    // The status register that reading clears has its value still.
    let mut dap = dap(COUNT);
    assert_eq!(word(&mut dap, 0x4000_0000), 0x55);
    assert_eq!(word(&mut dap, 0x4000_0000), 0x55);
}

#[test]
fn what_a_debugger_writes_is_no_finding() {
    let mut dap = dap(COUNT);
    set(&mut dap, 0x4000_0000, 1);
    set(&mut dap, 0x4000_0004, 0x1234);
    assert_eq!(word(&mut dap, 0x4000_0004), 0x1234);
    let board: &Board = dap.board();
    assert!(board.findings().is_empty(), "{:?}", board.findings());
    assert!(board.unmodelled().is_empty(), "{:?}", board.unmodelled());
}

/// A request to the ST-LINK server with a command.
fn command(bytes: &[u8], length: u32, data: Option<&[u8]>) -> Vec<u8> {
    let mut request = vec![0x05, 0, 0, 0, 1, 0, 0, 0];
    request.extend(bytes);
    request.resize(24, 0);
    request.extend([u8::from(data.is_none()), 0, 0, 0]);
    request.extend(length.to_le_bytes());
    request.extend(data.unwrap_or_default());
    request
}

fn exchange(session: &mut StLink, dap: &mut Dap, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    assert_eq!(session.receive(bytes, dap, &mut out), Next::Continue);
    out
}

#[test]
fn requests_may_come_byte_by_byte() {
    let (mut session, mut dap) = (StLink::new(false), Dap::new(board(COUNT)));
    let requests = [
        vec![0x06, 1, 0, 0],
        vec![0x00, 0],
        vec![0x01],
        vec![0x02, 0, 0, 0, 41, 0, 0, 0],
        vec![0x03, 0, 0, 0, 1, 0, 0, 0],
        command(&[0xF2, 0x30, 0xA3], 2, None),
        command(&[0xF2, 0x08, 0, 0, 0, 0x20, 4, 0], 4, Some(&[1, 2, 3, 4])),
        command(&[0xF2, 0x07, 0, 0, 0, 0x20, 4, 0], 4, None),
        command(&[0xF2, 0x36, 0x00, 0xED, 0x00, 0xE0], 8, None),
    ];
    let mut answers = Vec::new();
    for request in &requests {
        for byte in request {
            answers.push(exchange(&mut session, &mut dap, &[*byte]));
        }
    }
    let together = {
        let (mut session, mut dap) = (StLink::new(false), Dap::new(board(COUNT)));
        exchange(&mut session, &mut dap, &requests.concat())
    };
    assert_eq!(answers.concat(), together);
    assert!(together.ends_with(&[1, 0, 0, 0, 0x80, 0, 0, 0, 0x01, 0xC6, 0x0C, 0x41]));
    assert_eq!(word(&mut dap, RAM), 0x0403_0201);
}

#[test]
fn a_second_client_is_told_so() {
    let (mut session, mut dap) = (StLink::new(true), Dap::new(board(COUNT)));
    let answer = exchange(&mut session, &mut dap, &[0x02, 0, 0, 0, 41, 0, 0, 0]);
    assert_eq!((answer.len(), answer[44]), (45, 1));
    let answer = exchange(&mut session, &mut dap, &[0x03, 0, 0, 0, 1, 0, 0, 0]);
    assert_eq!(answer, [0x04, 0x20, 0, 0, 0, 0, 0, 0]);
}

/// Any access to the port.
#[derive(Debug, Clone)]
enum Access {
    Dp(u8, Option<u32>),
    Ap(u8, u8, Option<u32>),
    Memory(u32, u8, Option<Vec<u8>>),
    Reset(bool),
    Run,
}

fn access() -> impl Strategy<Value = Access> {
    // Addresses where something is, and any other.
    let place = prop_oneof![
        Just(DHCSR),
        Just(DEMCR),
        Just(DCRSR),
        Just(DCRDR),
        Just(AIRCR),
        0xE000_1000_u32..0xE000_1080,
        0xE000_2000_u32..0xE000_2020,
        0xE000_E000_u32..0xE000_F000,
        RAM..RAM + 0x2000,
        0x4000_0000_u32..0x4000_0010,
        any::<u32>(),
    ];
    let value = prop_oneof![
        any::<u32>(),
        Just(RUN),
        Just(HALT),
        Just(STEP),
        Just(0x05FA_0004)
    ];
    let bytes = proptest::collection::vec(any::<u8>(), 0..64);
    prop_oneof![
        (any::<u8>(), proptest::option::of(value.clone()))
            .prop_map(|(at, value)| Access::Dp(at, value)),
        (0..2_u8, any::<u8>(), proptest::option::of(value.clone()))
            .prop_map(|(ap, at, value)| Access::Ap(ap, at, value)),
        (place.clone(), 0..3_u8, proptest::option::of(bytes))
            .prop_map(|(at, width, bytes)| Access::Memory(at, width, bytes)),
        (place, value).prop_map(|(at, value)| Access::Memory(
            at,
            2,
            Some(value.to_le_bytes().to_vec())
        )),
        any::<bool>().prop_map(Access::Reset),
        Just(Access::Run),
    ]
}

fn perform(dap: &mut Dap, access: &Access) {
    // What comes of it is another matter: the board has to be there afterwards.
    let _ = match access {
        Access::Dp(at, Some(value)) => dap.write_dp(*at, *value),
        Access::Dp(at, None) => dap.read_dp(*at).map(drop),
        Access::Ap(ap, at, Some(value)) => dap.write_ap(*ap, *at, *value),
        Access::Ap(ap, at, None) => dap.read_ap(*ap, *at).map(drop),
        Access::Memory(at, width, data) => {
            let width = [Width::Byte, Width::Halfword, Width::Word][usize::from(*width)];
            match data {
                Some(data) => dap.write_memory(0, *at, width, data),
                None => dap.read_memory(0, *at, width, &mut [0; 64]),
            }
        }
        Access::Reset(low) => {
            dap.drive_reset(*low);
            Ok(())
        }
        Access::Run => {
            dap.run(Duration::from_micros(20));
            Ok(())
        }
    };
    // So that most accesses are not refused for the one before.
    let _ = dap.write_dp(0x0, 0x1E);
    let _ = dap.write_dp(0x4, 0x5000_0000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_accesses(accesses in proptest::collection::vec(access(), 1..200)) {
        let mut dap = dap(COUNT);
        for access in &accesses {
            perform(&mut dap, access);
        }
    }

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let (mut session, mut dap) = (StLink::new(false), Dap::new(board(COUNT)));
        let mut out = Vec::new();
        session.receive(&bytes, &mut dap, &mut out);
    }

    #[test]
    fn any_commands(
        commands in proptest::collection::vec(
            (prop_oneof![Just(0xF2_u8), any::<u8>()], 0..0x60_u8, proptest::collection::vec(any::<u8>(), 14), 0..600_u32, any::<bool>()),
            1..60,
        )
    ) {
        let (mut session, mut dap) = (StLink::new(false), dap(COUNT));
        exchange(&mut session, &mut dap, &[0x03, 0, 0, 0, 1, 0, 0, 0]);
        for (first, second, rest, length, reads) in &commands {
            let bytes = [&[*first, *second], &rest[..]].concat();
            let data = vec![0x55; *length as usize];
            let request = command(&bytes, *length, (!reads).then_some(&data[..]));
            let answer = exchange(&mut session, &mut dap, &request);
            prop_assert_eq!(answer.len(), 4 + if *reads { *length as usize } else { 0 });
            dap.run(Duration::from_micros(5));
        }
    }
}

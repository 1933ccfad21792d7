//! What the lamp has to do, on a virtual Nucleo-L031K6: no board is needed, and every run is the same to the cycle.

use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use bringup_board::{Board, Error, Stop};

/// The vendor's description of the chip: `bringup svd get nucleo-l031k6 --out stm32l0x1.svd` writes it.
const SVD: &str = include_str!("../stm32l0x1.svd");

/// A board with the firmware in it, as it is when power comes on. The first test builds the firmware.
fn board() -> Result<Board, Error> {
    static ELF: OnceLock<Vec<u8>> = OnceLock::new();
    let elf = ELF.get_or_init(|| {
        let project = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let target = format!("{project}/target");
        let status = Command::new(env!("CARGO"))
            .current_dir(project)
            .args(["build", "--release", "--target-dir", &target])
            .status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "the firmware does not build"
        );
        std::fs::read(format!("{target}/thumbv6m-none-eabi/release/tested")).unwrap()
    });
    let mut board = Board::named("nucleo-l031k6", SVD)?;
    board.load(elf)?;
    Ok(board)
}

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[test]
fn a_press_toggles_the_lamp() -> Result<(), Error> {
    let mut board = board()?;
    board.run_for(ms(100));
    board.verdict()?;
    assert!(board.pin("PB3")?.edges().is_empty());
    for on in [true, false, true] {
        board.drive("PA0", Some(false))?;
        board.run_for(ms(50));
        assert_eq!(board.pin("PB3")?.level(), Some(on));
        board.drive("PA0", None)?;
        board.run_for(ms(50));
    }
    assert_eq!(board.pin("PB3")?.edges().len(), 3);
    board.verdict()
}

#[test]
fn a_bouncing_button_counts_once() -> Result<(), Error> {
    let mut board = board()?;
    board.run_for(ms(15));
    for _ in 0..4 {
        board.drive("PA0", Some(false))?;
        board.run_for(Duration::from_micros(300));
        board.drive("PA0", Some(true))?;
        board.run_for(Duration::from_micros(200));
    }
    board.drive("PA0", Some(false))?;
    board.run_for(ms(100));
    board.verdict()?;
    assert_eq!(board.pin("PB3")?.edges().len(), 1);
    Ok(())
}

#[test]
fn the_lamp_obeys_and_answers() -> Result<(), Error> {
    let mut board = board()?;
    // What arrives before the port is set up is lost.
    board.run_for(ms(1));
    board.verdict()?;
    board.uart(2)?.write("?");
    assert_eq!(board.run_until_text("off\n", ms(20))?, Stop::Until);
    board.uart(2)?.write("1");
    assert_eq!(board.run_until_edge("PB3", ms(20))?, Stop::Until);
    board.uart(2)?.write("x?");
    board.run_for(ms(20));
    assert_eq!(board.uart(2)?.text(), "off\non\n");
    board.verdict()
}

/// Ten bits of 1/9,600 s, less half of the last: then the byte is there.
#[test]
fn the_answer_to_a_byte_comes_within_two_milliseconds() -> Result<(), Error> {
    let mut board = board()?;
    board.run_for(ms(1));
    board.verdict()?;
    let sent = board.seconds();
    board.uart(2)?.write("1");
    board.run_until_edge("PB3", ms(20))?;
    let took = board.seconds() - sent;
    assert!((0.000_9..0.001_2).contains(&took), "{took} s");
    board.verdict()
}

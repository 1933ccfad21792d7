//! The virtual board for JavaScript: `run.mjs` beside it shows how it is called.
//!
//! There is room for three inputs: [`input`] makes it and says where it is. [`run`] then runs the firmware, and leaves the report of
//! the run, as `bringup run --json` prints it, or the text of an error where [`output`] and [`output_length`] say.

use std::sync::Mutex;
use std::time::Duration;

use bringup_board::Board;
use bringup_device::{catalogue, svd};

/// The inputs by number: firmware, an ELF file; the SVD file of its chip; chip and board as a file of the catalogue.
static INPUTS: Mutex<[Vec<u8>; 3]> = Mutex::new([const { Vec::new() }; 3]);
static OUTPUT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Makes room of `length` bytes for the input of that number, and returns its address; null if there is no such input.
#[unsafe(no_mangle)]
pub extern "C" fn input(number: usize, length: usize) -> *mut u8 {
    let mut inputs = INPUTS
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let Some(input) = inputs.get_mut(number) else {
        return std::ptr::null_mut();
    };
    *input = vec![0; length];
    input.as_mut_ptr()
}

/// Runs the firmware for so many milliseconds of virtual time. 0 if it ran, 1 if it could not.
#[unsafe(no_mangle)]
pub extern "C" fn run(milliseconds: u32) -> u32 {
    let inputs = INPUTS
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let [elf, svd, board] = &*inputs;
    let (text, failed) = match report(elf, svd, board, milliseconds) {
        Ok(report) => (report, 0),
        Err(error) => (error, 1),
    };
    *OUTPUT
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner) = text.into_bytes();
    failed
}

/// Address of the output of the last run.
#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const u8 {
    let output = OUTPUT
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    output.as_ptr()
}

/// Length of the output of the last run, in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn output_length() -> usize {
    let output = OUTPUT
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    output.len()
}

fn report(elf: &[u8], svd: &[u8], entry: &[u8], milliseconds: u32) -> Result<String, String> {
    let entry = String::from_utf8_lossy(entry);
    let entry = catalogue::parse(&entry).map_err(|problems| lines(&problems))?;
    let (device, _) = svd::load_bytes(svd)
        .into_result()
        .map_err(|problems| lines(&problems))?;
    let board = Board::new(&entry.chip, entry.boards.first(), &device);
    let mut board = board.map_err(|error| format!("{error:?}"))?;
    board.load(elf).map_err(|error| format!("{error:?}"))?;
    board.run_for(Duration::from_millis(milliseconds.into()));
    serde_json::to_string_pretty(&board.report()).map_err(|error| error.to_string())
}

fn lines(problems: &[bringup_device::Diagnostic]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

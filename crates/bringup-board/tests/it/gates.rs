//! Clock gates and reset bits: what firmware does to a peripheral that does not listen, and how they are found.

use std::path::Path;

use bringup_board::gates::GateFields;
use bringup_board::registers::Layout;
use bringup_board::{Board, Width};

use crate::asm::Asm;
use crate::fixture::{GPIOB, RCC_IOPENR, run};

fn findings(board: &Board) -> String {
    let lines = board.findings().iter().map(|finding| {
        let hint = finding.hint.as_deref().unwrap_or("none");
        format!("{} x{}: {}\nhint: {hint}", finding.rule, finding.count, finding.message)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_port_without_a_clock_loses_writes_reads_as_zero_and_is_reported() {
    let mut program = Asm::new();
    program.movs(5, 3).label("again").store(GPIOB, 0).op(0x3D01).bne("again");
    program.fetch(4, GPIOB);
    program.store(RCC_IOPENR, 2).fetch(3, GPIOB).exit();
    let (board, _) = run(&program);
    assert_eq!((board.core().reg(4), board.core().reg(3)), (0, u32::MAX));
    insta::assert_snapshot!(findings(&board), @"");
}

#[test]
fn a_port_held_in_reset_forgets_and_is_reported() {
    let mut program = Asm::new();
    program.store(RCC_IOPENR, 2).store(GPIOB, 0).store(0x4002_101C, 2).store(GPIOB + 4, 1).fetch(4, GPIOB);
    program.store(0x4002_101C, 0).fetch(3, GPIOB).exit();
    let (board, _) = run(&program);
    assert_eq!((board.core().reg(4), board.core().reg(3)), (u32::MAX, u32::MAX));
    assert_eq!(board.peek(GPIOB + 4, Width::Word), Some(0));
    insta::assert_snapshot!(findings(&board), @"");
}

#[test]
fn other_accesses_that_go_nowhere_are_reported() {
    let mut program = Asm::new();
    program.store(RCC_IOPENR, 2).store(GPIOB + 0x10, 1).store(0x0000_0020, 1).exit();
    let (board, stop) = run(&program);
    assert_eq!(stop, bringup_board::Stop::Fault);
    insta::assert_snapshot!(findings(&board), @"");
    let (board, _) = run(Asm::new().fetch(0, 0x6000_0000).exit());
    insta::assert_snapshot!(findings(&board), @"");
}

/// Blocks that have no clock of their own to switch, or one outside the enable registers, by the start of their names.
const WITHOUT_GATE: &[&str] = &[
    "AC", "BKP", "CM4", "CM7", "DBG", "DCB", "DIB", "DMAMUX", "EXTI", "FPU", "HSEM", "IWDG", "MPU", "NVIC", "PF", "PPB",
    "RAMECC", "RCC", "RTC", "SCB", "SEC_EXTI", "SEC_PWR", "SEC_RCC", "STK", "SYSCFG_ITLINE", "TAMP", "UID",
];

/// The files of a folder, in the order of their names; `None` if there is no such folder.
fn svd_files(folder: &str) -> Option<Vec<std::path::PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/svd").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    Some(files)
}

#[test]
fn gates_are_found_in_the_files_of_every_family() {
    let Some(files) = svd_files("STMicro") else {
        eprintln!("skipped: ../shared/svd is not there");
        return;
    };
    let mut report = String::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("the file is text");
        let Some(device) = bringup_device::svd::load(&text).device else { continue };
        let Some(rcc) = device.peripheral("RCC") else { continue };
        let layout = Layout::new(rcc.registers_expanded());
        let fields = GateFields::of(layout.registers());
        let mut found = 0;
        let mut missing = Vec::new();
        for peripheral in device.peripherals_expanded() {
            if fields.gate(peripheral.name).enable.is_some() {
                found += 1;
            } else if !WITHOUT_GATE.iter().any(|start| peripheral.name.to_ascii_uppercase().starts_with(start)) {
                missing.push(peripheral.name);
            }
        }
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        report.push_str(&format!("{name}: {found} found, without: {}\n", missing.join(" ")));
    }
    insta::assert_snapshot!(report, @"");
}

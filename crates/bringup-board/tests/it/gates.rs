//! Clock gates and reset bits: what firmware does to a peripheral that does not listen, and how they are found.

use std::fmt::Write as _;
use std::path::Path;

use bringup_board::{Board, Width};
use bringup_device::gates::GateFields;

use crate::asm::Asm;
use crate::fixture::{GPIOB, RCC_IOPENR, run};

fn findings(board: &Board) -> String {
    let lines = board.findings().iter().map(|finding| {
        let hint = finding.hint.as_deref().unwrap_or("none");
        format!(
            "{} x{}: {}\nhint: {hint}",
            finding.rule, finding.count, finding.message
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_port_without_a_clock_loses_writes_reads_as_zero_and_is_reported() {
    let mut program = Asm::new();
    program
        .movs(5, 3)
        .label("again")
        .store(GPIOB, 0)
        .op(0x3D01)
        .bne("again");
    program.fetch(4, GPIOB);
    program.store(RCC_IOPENR, 2).fetch(3, GPIOB).exit();
    let (board, _) = run(&program);
    assert_eq!((board.core().reg(4), board.core().reg(3)), (0, u32::MAX));
    insta::assert_snapshot!(findings(&board), @r"
    clock-gated x3: write to `GPIOB.MODER` is lost: the clock of `GPIOB` is off (`RCC.IOPENR.IOPBEN` = 0)
    hint: set `RCC.IOPENR.IOPBEN` before the first access, for example `rcc.iopenr().modify(|_, w| w.iopben().set_bit())`
    clock-gated x1: read of `GPIOB.MODER` gives 0: the clock of `GPIOB` is off (`RCC.IOPENR.IOPBEN` = 0)
    hint: set `RCC.IOPENR.IOPBEN` before the first access, for example `rcc.iopenr().modify(|_, w| w.iopben().set_bit())`
    ");
}

#[test]
fn a_port_held_in_reset_forgets_and_is_reported() {
    let mut program = Asm::new();
    program
        .store(RCC_IOPENR, 2)
        .store(GPIOB, 0)
        .store(0x4002_101C, 2)
        .store(GPIOB + 4, 1)
        .fetch(4, GPIOB);
    program.store(0x4002_101C, 0).fetch(3, GPIOB).exit();
    let (board, _) = run(&program);
    assert_eq!(
        (board.core().reg(4), board.core().reg(3)),
        (u32::MAX, u32::MAX)
    );
    assert_eq!(board.peek(GPIOB + 4, Width::Word), Some(0));
    insta::assert_snapshot!(findings(&board), @r"
    held-in-reset x1: write to `GPIOB.OTYPER` is lost: `GPIOB` is held in reset (`RCC.IOPRSTR.IOPBRST` = 1)
    hint: clear `RCC.IOPRSTR.IOPBRST` before the access
    held-in-reset x1: read of `GPIOB.MODER` gives the reset value: `GPIOB` is held in reset (`RCC.IOPRSTR.IOPBRST` = 1)
    hint: clear `RCC.IOPRSTR.IOPBRST` before the access
    ");
}

#[test]
fn other_accesses_that_go_nowhere_are_reported() {
    let mut program = Asm::new();
    program
        .store(RCC_IOPENR, 2)
        .store(GPIOB + 0x10, 1)
        .store(0x0800_0020, 1)
        .exit();
    let (board, stop) = run(&program);
    assert_eq!(stop, bringup_board::Stop::Fault);
    insta::assert_snapshot!(findings(&board), @r"
    write-to-read-only x1: write to `GPIOB.IDR` has no effect: the register is read-only
    hint: none
    write-to-flash x1: write to `0x08000020`, which is flash: a bus error
    hint: check where the pointer comes from: constants and code are not writable
    ");
    let (board, _) = run(Asm::new().fetch(0, 0x6000_0000).exit());
    insta::assert_snapshot!(findings(&board), @r"
    unmapped x1: read of `0x60000000`, where the chip has neither memory nor a peripheral: a bus error
    hint: check the pointer, and that the firmware is built for this chip
    ");
}

/// Blocks that have no clock of their own to switch, or one outside the enable registers, by the start of their names.
const WITHOUT_GATE: &[&str] = &[
    "AC",
    "BKP",
    "CM4",
    "CM7",
    "DBG",
    "DCB",
    "DIB",
    "DMAMUX",
    "EXTI",
    "FLASH",
    "FPU",
    "HSEM",
    "IWDG",
    "MPU",
    "NVIC",
    "PF",
    "PPB",
    "RAMECC",
    "RCC",
    "RTC",
    "SCB",
    "SEC_EXTI",
    "SEC_PWR",
    "SEC_RCC",
    "STK",
    "SYSCFG_ITLINE",
    "TAMP",
    "UID",
];

/// The files of a folder, in the order of their names; `None` if there is no such folder.
fn svd_files(folder: &str) -> Option<Vec<std::path::PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/svd")
        .join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
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
        let Some(device) = bringup_device::svd::load(&text).device else {
            continue;
        };
        let fields = GateFields::of(&device);
        let mut found = 0;
        let mut missing = Vec::new();
        for peripheral in device.peripherals_expanded() {
            if fields.gate(peripheral.name).enable.is_some() {
                found += 1;
            } else if !WITHOUT_GATE
                .iter()
                .any(|start| peripheral.name.to_ascii_uppercase().starts_with(start))
            {
                missing.push(peripheral.name);
            }
        }
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        writeln!(
            report,
            "{name}: {found} found, without: {}",
            missing.join(" ")
        )
        .unwrap();
    }
    insta::assert_snapshot!(report, @r"
    STM32F042x: 27 found, without: USB
    STM32F0xx: 30 found, without: GPIOE
    STM32F103xx: 46 found, without: 
    STM32F303: 44 found, without: UART4 UART5 I2S2ext I2S3ext SPI4 TIM20
    STM32F407: 64 found, without: GPIOJ GPIOK I2S2ext I2S3ext SPI4 SPI5 SPI6 UART7 UART8 SAI1 LTDC HASH CRYP
    STM32F429: 66 found, without: GPIOK GPIOJ I2S2ext I2S3ext SPI4 SPI5 SPI6 UART7 UART8 LTDC SAI DMA2D
    STM32F7x2: 70 found, without: 
    STM32G070: 32 found, without: RNG UCPD1 UCPD2 LPTIM1 LPTIM2 LPUART HDMI_CEC DAC TIM2
    STM32G071: 41 found, without: 
    STM32H743x: 103 found, without: PWR DELAY_Block_QUADSPI AXI DCMI UART7 UART8 FDCAN2 CAN_CCU SWPMI
    STM32L0x1: 33 found, without: 
    STM32L0x3: 37 found, without: Firewall LCD
    STM32L4x2: 50 found, without: USART3 SPI2 USB_SRAM USB_FS
    STM32L552: 130 found, without: ICache SEC_ICache SEC_IWDG SPI3 SEC_SPI3 OCTOSPI1 SEC_OCTOSPI1
    ");
}

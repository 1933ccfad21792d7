//! Clock gates and resets found in ST's own files of every family: what has both, what has one, and why the rest has none.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use bringup_device::Device;
use bringup_device::gates::GateFields;

/// Why a peripheral has no gate, by the start of its name in any case.
const WITHOUT_GATE: &[(&str, &[&str])] = &[
    (
        "part of the core",
        &["AC", "DCB", "FPU", "MPU", "NVIC", "PF", "SCB", "STK"],
    ),
    (
        "always clocked",
        &[
            "AXI", "DBG", "DMAMUX", "EXTI", "FLASH", "ICACHE", "IWDG", "RCC",
        ],
    ),
    // `RCC.BDCR.RTCEN` or `RCC.CSR.RTCEN`, which is no enable register.
    ("switched on in the backup domain", &["RTC"]),
    (
        "gated with the block it belongs to",
        &["DELAY_BLOCK", "I2S2EXT", "I2S3EXT"],
    ),
];

/// Peripherals that the RCC of a file has no field for: those of larger chips of the family in a file for smaller ones, and gaps in the RCC's description.
const NOT_IN_THE_FILE: &[(&str, &str)] = &[
    ("STM32F0xx", "GPIOE"),
    ("STM32F0x2", "GPIOE"),
    ("STM32F303", "SPI4 TIM20"),
    (
        "STM32F407",
        "GPIOJ GPIOK SPI4 SPI5 SPI6 UART7 UART8 SAI1 LTDC HASH CRYP",
    ),
    (
        "STM32F429",
        "GPIOK GPIOJ SPI4 SPI5 SPI6 UART7 UART8 LTDC SAI DMA2D",
    ),
    (
        "STM32G070",
        "RNG UCPD1 UCPD2 LPTIM1 LPTIM2 LPUART HDMI_CEC DAC TIM2",
    ),
    ("STM32H743x", "PWR"),
    ("STM32L0x3", "LCD"),
    ("STM32L4x2", "USART3 SPI2"),
];

fn reason(file: &str, peripheral: &str) -> Option<&'static str> {
    let name = peripheral.to_ascii_uppercase();
    let name = name.strip_prefix("SEC_").unwrap_or(&name);
    let missing = NOT_IN_THE_FILE
        .iter()
        .any(|(of, list)| *of == file && list.split(' ').any(|it| it == peripheral));
    if missing {
        return Some("not in the RCC of the file");
    }
    let (reason, _) = WITHOUT_GATE
        .iter()
        .find(|(_, starts)| starts.iter().any(|start| name.starts_with(start)))?;
    Some(reason)
}

/// The files of ST, those of the folder of newer ones called so; none where they are not on the machine.
fn files() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/svd");
    let mut files = Vec::new();
    for (name, suffix) in [("STMicro", ""), ("STMicro-2026", " of 2026")] {
        for entry in std::fs::read_dir(folder.join(name)).into_iter().flatten() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_string_lossy();
            files.push((format!("{stem}{suffix}"), path));
        }
    }
    files.sort();
    files
}

fn load(path: &Path) -> Device {
    let text = std::fs::read_to_string(path).unwrap();
    bringup_device::svd::load(&text)
        .device
        .expect("the vendor's file loads")
}

/// What each file has, in a few lines.
fn report(files: &[(String, PathBuf)]) -> String {
    let mut report = String::new();
    for (name, path) in files {
        let device = load(path);
        let fields = GateFields::of(&device);
        let file = name.trim_end_matches(" of 2026");
        let mut groups = BTreeMap::<&str, Vec<&str>>::new();
        let mut both = 0;
        for peripheral in device.peripherals_expanded() {
            let gate = fields.gate(peripheral.name);
            let group = match (gate.enable.is_some(), gate.reset.is_some()) {
                (true, true) => {
                    both += 1;
                    continue;
                }
                (true, false) => "never reset alone",
                (false, _) => reason(file, peripheral.name).unwrap_or_else(|| {
                    panic!("{name}: {} has no gate and no reason", peripheral.name)
                }),
            };
            groups.entry(group).or_default().push(peripheral.name);
        }
        writeln!(report, "{name}: {both} with both").unwrap();
        for (group, names) in groups {
            writeln!(report, "  {group}: {}", names.join(" ")).unwrap();
        }
    }
    report
}

#[test]
fn every_peripheral_of_every_family_has_its_gate_or_a_reason() {
    let files = files();
    if files.is_empty() {
        eprintln!("skipped: ../shared/svd is not there");
        return;
    }
    insta::assert_snapshot!(report(&files), @"
    STM32F042x: 26 with both
      always clocked: IWDG EXTI RCC Flash
      never reset alone: CRC DMA
      part of the core: NVIC
      switched on in the backup domain: RTC
    STM32F0x2 of 2026: 33 with both
      always clocked: IWDG EXTI RCC Flash
      never reset alone: CRC DMA1
      not in the RCC of the file: GPIOE
      part of the core: NVIC SCB STK
      switched on in the backup domain: RTC
    STM32F0xx: 28 with both
      always clocked: IWDG EXTI RCC Flash
      never reset alone: CRC DMA
      not in the RCC of the file: GPIOE
      part of the core: NVIC
      switched on in the backup domain: RTC
    STM32F103xx: 41 with both
      always clocked: RCC EXTI IWDG DBG FLASH
      never reset alone: FSMC DMA1 DMA2 SDIO CRC
      part of the core: NVIC
      switched on in the backup domain: RTC
    STM32F303: 43 with both
      always clocked: Flash RCC EXTI IWDG DBGMCU
      gated with the block it belongs to: I2S2ext I2S3ext
      never reset alone: CRC DMA1 DMA2
      not in the RCC of the file: SPI4 TIM20
      part of the core: NVIC FPU MPU STK SCB NVIC_STIR FPU_CPACR SCB_ACTRL
      switched on in the backup domain: RTC
    STM32F407: 64 with both
      always clocked: DBG RCC IWDG FLASH EXTI
      gated with the block it belongs to: I2S2ext I2S3ext
      not in the RCC of the file: GPIOJ GPIOK SPI4 SPI5 SPI6 UART7 UART8 SAI1 LTDC HASH CRYP
      part of the core: NVIC FPU MPU STK SCB NVIC_STIR FPU_CPACR SCB_ACTRL
      switched on in the backup domain: RTC
    STM32F429: 66 with both
      always clocked: DBG RCC IWDG FLASH EXTI
      gated with the block it belongs to: I2S2ext I2S3ext
      not in the RCC of the file: GPIOK GPIOJ SPI4 SPI5 SPI6 UART7 UART8 LTDC SAI DMA2D
      part of the core: NVIC FPU MPU STK SCB NVIC_STIR FPU_CPACR SCB_ACTRL
      switched on in the backup domain: RTC
    STM32F7x2: 69 with both
      always clocked: DBG EXTI FLASH IWDG RCC
      never reset alone: RTC
      part of the core: NVIC MPU STK NVIC_STIR FPU_CPACR SCB_ACTRL FPU SCB PF AC
    STM32G070: 29 with both
      always clocked: IWDG RCC DMAMUX EXTI
      never reset alone: WWDG TAMP RTC
      not in the RCC of the file: RNG UCPD1 UCPD2 LPTIM1 LPTIM2 LPUART HDMI_CEC DAC TIM2
    STM32G071: 38 with both
      always clocked: IWDG RCC DMAMUX EXTI
      never reset alone: WWDG TAMP RTC
    STM32H743x: 107 with both
      always clocked: DMAMUX2 IWDG DMAMUX1 RCC EXTI Flash AXI
      gated with the block it belongs to: DELAY_Block_QUADSPI
      never reset alone: RTC WWDG
      not in the RCC of the file: PWR
      part of the core: NVIC MPU STK NVIC_STIR FPU_CPACR SCB_ACTRL FPU SCB PF AC
    STM32L0x1: 32 with both
      always clocked: IWDG RCC EXTI
      never reset alone: Firewall
      part of the core: NVIC MPU STK SCB
      switched on in the backup domain: RTC
    STM32L0x1 of 2026: 32 with both
      always clocked: IWDG RCC EXTI
      never reset alone: Firewall
      part of the core: NVIC MPU STK SCB
      switched on in the backup domain: RTC
    STM32L0x3: 37 with both
      always clocked: IWDG RCC EXTI DBGMCU
      never reset alone: Firewall
      not in the RCC of the file: LCD
      part of the core: NVIC MPU STK SCB
      switched on in the backup domain: RTC
    STM32L4x2: 48 with both
      always clocked: IWDG RCC EXTI DBGMCU
      never reset alone: WWDG FIREWALL TIM3 RTC
      not in the RCC of the file: USART3 SPI2
      part of the core: NVIC FPU MPU STK SCB NVIC_STIR FPU_CPACR SCB_ACTRL
    STM32L552: 128 with both
      always clocked: EXTI SEC_EXTI ICache SEC_ICache IWDG SEC_IWDG RCC SEC_RCC DBGMCU
      never reset alone: TAMP SEC_TAMP RTC SEC_RTC WWDG SEC_WWDG
      part of the core: DCB NVIC NVIC_STIR
    ");
}

/// Enable and reset of blocks that firmware of each family uses, as its manual has them: file, peripheral, field and bit of each. `USBRST` in `APB1ENR`
/// and the like are slips of the files.
const KNOWN: &str = "
    STM32F042x USART2 APB1ENR.USART2EN 17 APB1RSTR.USART2RST 17
    STM32F042x USB APB1ENR.USBRST 23 APB1RSTR.USBRST 23
    STM32F103xx GPIOA APB2ENR.IOPAEN 2 APB2RSTR.IOPARST 2
    STM32F303 ADC1 AHBENR.ADC12EN 28 AHBRSTR.ADC12RST 28
    STM32F407 GPIOD AHB1ENR.GPIODEN 3 AHB1RSTR.GPIODRST 3
    STM32F407 USART2 APB1ENR.USART2EN 17 APB1RSTR.UART2RST 17
    STM32F429 HASH AHB2ENR.HASHEN 5 AHB2RSTR.HSAHRST 5
    STM32F7x2 QUADSPI AHB3ENR.QSPIEN 1 AHB3RSTR.QSPIRST 1
    STM32G071 LPUART APBENR1.LPUART1EN 20 APBRSTR1.LPUART1RST 20
    STM32H743x DCMI AHB2ENR.CAMITFEN 0 AHB2RSTR.CAMITFRST 0
    STM32L0x1 GPIOB IOPENR.IOPBEN 1 IOPRSTR.IOPBRST 1
    STM32L0x1 I2C3 APB1ENR.I2C3EN 30 APB1RSTR.I2C3 30
    STM32L0x3 TIM22 APB2ENR.TIM22EN 5 APB2RSTR.TM12RST 5
    STM32L4x2 LPTIM1 APB1ENR1.LPTIM1EN 31 APB1RSTR1.LPTIM1RST 31
    STM32L552 SPI3 APB1ENR1.SP3EN 15 APB1RSTR1.SPI3RST 15
";

#[test]
fn well_known_gates_are_where_the_manuals_have_them() {
    for (name, path) in files() {
        let own = |line: &&str| line.split_whitespace().next() == Some(&name);
        let known: Vec<_> = KNOWN.lines().filter(own).collect();
        if known.is_empty() {
            continue;
        }
        let fields = GateFields::of(&load(&path));
        for line in known {
            let peripheral = line.split_whitespace().nth(1).unwrap();
            let gate = fields.gate(peripheral);
            let shown = [gate.enable, gate.reset].map(|bit| {
                let bit = bit.unwrap_or_else(|| panic!("{name}: {peripheral}"));
                let place = bit.mask.trailing_zeros();
                format!("{}.{} {place}", bit.register, bit.field)
            });
            let shown = format!("{name} {peripheral} {} {}", shown[0], shown[1]);
            assert_eq!(shown, line.trim());
        }
    }
}

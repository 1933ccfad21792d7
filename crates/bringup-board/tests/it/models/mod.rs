//! The behaviour models, at the level of registers, on the chips of the catalogue: addresses, reset values and the
//! fields that the board looks for are those of RM0377 and RM0091.

mod adc;
mod dma;
mod exti;
mod flash;
mod low_power;
mod pins;
mod random;
mod rcc;
mod script;
mod skip;
mod storm;
mod timer;
pub(crate) mod usart;
mod watchdog;

use std::fmt::Write as _;
use std::time::Duration;

use bringup_board::{Board, RunOptions, Stop, Width};
use bringup_device::Device;
use bringup_device::catalogue;

use crate::asm::Asm;
use crate::fixture::{Elf, elf};

/// A peripheral per line: name, base address, interrupts as `NAME=NUMBER`, registers as `NAME:OFFSET:RESET`, all
/// numbers in hexadecimal but those of interrupts, and after a register its fields as `.NAME:BIT:WIDTH`.
const L031: &str = "
RCC 40021000 RCC=4 CR:0:300 ICSCR:4:B000 CFGR:C:0 CIER:10:0 CIFR:14:0 CICR:18:0 APB1RSTR:28:0 .USART2RST:17:1 \
 IOPENR:2C:0 .IOPAEN:0:1 .IOPBEN:1:1 AHBENR:30:100 .DMAEN:0:1 APB2ENR:34:0 .SYSCFGEN:0:1 .TIM21EN:2:1 .ADCEN:9:1 APB1ENR:38:0 .TIM2EN:0:1 .WWDGEN:11:1 .USART2EN:17:1 .LPUART1EN:18:1 .PWREN:28:1 CCIPR:4C:0 CSR:50:C000000
Flash 40022000 FLASH=3 ACR:0:0 .LATENCY:0:1 .PRFTEN:1:1 PECR:4:7 PDKEYR:8:0 PEKEYR:C:0 PRGKEYR:10:0 OPTKEYR:14:0 SR:18:C
PWR 40007000 CR:0:1000 .DBP:8:1 .VOS:11:2 CSR:4:0
GPIOA 50000000 MODER:0:EBFFFCFF OTYPER:4:0 OSPEEDR:8:0 PUPDR:C:24000000 IDR:10:0 ODR:14:0 BSRR:18:0 LCKR:1C:0 AFRL:20:0 AFRH:24:0 BRR:28:0
GPIOB 50000400 MODER:0:FFFFFFFF OTYPER:4:0 OSPEEDR:8:0 PUPDR:C:0 IDR:10:0 ODR:14:0 BSRR:18:0 LCKR:1C:0 AFRL:20:0 AFRH:24:0 BRR:28:0
DMA1 40020000 DMA1_Channel1=9 DMA1_Channel2_3=10 DMA1_Channel4_7=11 ISR:0:0 IFCR:4:0 CCR1:8:0 CNDTR1:C:0 CPAR1:10:0 CMAR1:14:0 CCR2:1C:0 CNDTR2:20:0 CPAR2:24:0 CMAR2:28:0 CCR3:30:0 CNDTR3:34:0 CPAR3:38:0 CMAR3:3C:0 CCR4:44:0 CNDTR4:48:0 CPAR4:4C:0 CMAR4:50:0 CCR5:58:0 CNDTR5:5C:0 CPAR5:60:0 CMAR5:64:0 CCR6:6C:0 CNDTR6:70:0 CPAR6:74:0 CMAR6:78:0 CCR7:80:0 CNDTR7:84:0 CPAR7:88:0 CMAR7:8C:0 CSELR:A8:0
ADC 40012400 ADC_COMP=12 ISR:0:0 IER:4:0 CR:8:0 CFGR1:C:0 CFGR2:10:0 SMPR:14:0 TR:20:FFF0000 CHSELR:28:0 DR:40:0 CALFACT:B4:0 CCR:308:0
SYSCFG_COMP 40010000 CFGR1:0:0 EXTICR1:8:0 EXTICR2:C:0 EXTICR3:10:0 EXTICR4:14:0
EXTI 40010400 PVD=1 EXTI0_1=5 EXTI2_3=6 EXTI4_15=7 IMR:0:FF840000 EMR:4:0 RTSR:8:0 FTSR:C:0 SWIER:10:0 PR:14:0
AES 40026000 AES_RNG_LPUART1=29 CR:0:0
USART2 40004400 USART2=28 CR1:0:0 CR2:4:0 CR3:8:0 BRR:C:0 RQR:18:0 ISR:1C:C0 ICR:20:0 RDR:24:0 TDR:28:0
LPUART1 40004800 CR1:0:0 CR2:4:0 CR3:8:0 BRR:C:0 RQR:18:0 ISR:1C:C0 ICR:20:0 RDR:24:0 TDR:28:0
TIM2 40000000 TIM2=15 CR1:0:0 CR2:4:0 SMCR:8:0 DIER:C:0 SR:10:0 EGR:14:0 CCMR1:18:0 CCMR2:1C:0 CCER:20:0 CNT:24:0 PSC:28:0 ARR:2C:0 CCR1:34:0 CCR2:38:0 CCR3:3C:0 CCR4:40:0 DCR:48:0 DMAR:4C:0
TIM21 40010800 TIM21=20 CR1:0:0 CR2:4:0 SMCR:8:0 DIER:C:0 SR:10:0 EGR:14:0 CCMR1:18:0 CCER:20:0 CNT:24:0 PSC:28:0 ARR:2C:0 CCR1:34:0 CCR2:38:0
LPTIM 40007C00 LPTIM1=13 ISR:0:0 ICR:4:0 IER:8:0 CFGR:C:0 CR:10:0 CMP:14:0 ARR:18:1 CNT:1C:0
RTC 40002800 RTC=2 TR:0:0 DR:4:0 CR:8:0 ISR:C:0 PRER:10:0 WUTR:14:0 ALRMAR:1C:0 ALRMBR:20:0 WPR:24:0 SSR:28:0 ALRMASSR:44:0 ALRMBSSR:48:0 BKP0R:50:0
IWDG 40003000 KR:0:0 PR:4:0 RLR:8:FFF SR:C:0 WINR:10:FFF
WWDG 40002C00 WWDG=0 CR:0:7F CFR:4:7F SR:8:0
CRC 40023000 DR:0:FFFFFFFF IDR:4:0 CR:8:0 INIT:10:FFFFFFFF POL:14:4C11DB7
";

const F042: &str = "
RCC 40021000 RCC_CRS=4 CR:0:83 CFGR:4:0 CIR:8:0 AHBENR:14:14 .DMA1EN:0:1 .IOPAEN:17:1 .IOPBEN:18:1 APB2ENR:18:0 .SYSCFGEN:0:1 .ADCEN:9:1 .TIM1EN:11:1 .USART1EN:14:1 APB1ENR:1C:0 .TIM2EN:0:1 .USART2EN:17:1 .PWREN:28:1 BDCR:20:0 CSR:24:C000000 CFGR2:2C:0 CFGR3:30:0 CR2:34:80
Flash 40022000 FLASH=3 ACR:0:30 .LATENCY:0:3 .PRFTBE:4:1 KEYR:4:0 OPTKEYR:8:0 SR:C:0 CR:10:80 AR:14:0
PWR 40007000 CR:0:0 .DBP:8:1 CSR:4:0
GPIOA 48000000 MODER:0:28000000 OTYPER:4:0 OSPEEDR:8:0 PUPDR:C:24000000 IDR:10:0 ODR:14:0 BSRR:18:0 LCKR:1C:0 AFRL:20:0 AFRH:24:0 BRR:28:0
GPIOB 48000400 MODER:0:0 OTYPER:4:0 OSPEEDR:8:0 PUPDR:C:0 IDR:10:0 ODR:14:0 BSRR:18:0 LCKR:1C:0 AFRL:20:0 AFRH:24:0 BRR:28:0
SYSCFG_COMP 40010000 CFGR1:0:0 EXTICR1:8:0 EXTICR2:C:0 EXTICR3:10:0 EXTICR4:14:0
ADC 40012400 ADC_COMP=12 ISR:0:0 IER:4:0 CR:8:0 CFGR1:C:0 CFGR2:10:8000 SMPR:14:0 TR:20:FFF CHSELR:28:0 DR:40:0 CCR:308:0
DMA1 40020000 DMA1_CH1=9 ISR:0:0 IFCR:4:0 CCR1:8:0 CNDTR1:C:0 CPAR1:10:0 CMAR1:14:0 CCR2:1C:0 CNDTR2:20:0 CPAR2:24:0 CMAR2:28:0 CCR3:30:0 CNDTR3:34:0 CPAR3:38:0 CMAR3:3C:0 CCR4:44:0 CNDTR4:48:0 CPAR4:4C:0 CMAR4:50:0 CCR5:58:0 CNDTR5:5C:0 CPAR5:60:0 CMAR5:64:0 CCR6:6C:0 CNDTR6:70:0 CPAR6:74:0 CMAR6:78:0 CCR7:80:0 CNDTR7:84:0 CPAR7:88:0 CMAR7:8C:0
USART1 40013800 USART1=27 CR1:0:0 CR2:4:0 CR3:8:0 BRR:C:0 RQR:18:0 ISR:1C:C0 ICR:20:0 RDR:24:0 TDR:28:0
TIM1 40012C00 TIM1_BRK_UP_TRG_COM=13 TIM1_CC=14 CR1:0:0 CR2:4:0 SMCR:8:0 DIER:C:0 SR:10:0 EGR:14:0 CCMR1:18:0 CCMR2:1C:0 CCER:20:0 CNT:24:0 PSC:28:0 ARR:2C:0 RCR:30:0 CCR1:34:0 CCR2:38:0 CCR3:3C:0 CCR4:40:0 BDTR:44:0
TIM2 40000000 TIM2=15 CR1:0:0 CR2:4:0 SMCR:8:0 DIER:C:0 SR:10:0 EGR:14:0 CCMR1:18:0 CCMR2:1C:0 CCER:20:0 CNT:24:0 PSC:28:0 ARR:2C:0 CCR1:34:0 CCR2:38:0 CCR3:3C:0 CCR4:40:0
IWDG 40003000 KR:0:0 PR:4:0 RLR:8:FFF SR:C:0 WINR:10:FFF
CRC 40023000 DR:0:FFFFFFFF IDR:4:0 CR:8:0 INIT:C:FFFFFFFF
";

/// What an SVD file of these peripherals says.
fn describe(table: &str) -> Device {
    let mut text = String::new();
    for line in table.lines().filter(|line| !line.is_empty()) {
        let mut words = line.split_whitespace();
        let (name, base) = (words.next().unwrap(), words.next().unwrap());
        let (mut interrupts, mut registers, mut fields) = (String::new(), String::new(), false);
        for word in words {
            if let Some((irq, number)) = word.split_once('=') {
                let _ = write!(
                    interrupts,
                    "<interrupt><name>{irq}</name><value>{number}</value></interrupt>"
                );
            } else if let Some(field) = word.strip_prefix('.') {
                let parts: Vec<_> = field.split(':').collect();
                if !fields {
                    registers.truncate(registers.len() - "</register>".len());
                    registers.push_str("<fields></fields></register>");
                }
                fields = true;
                registers.truncate(registers.len() - "</fields></register>".len());
                let _ = write!(
                    registers,
                    "<field><name>{}</name><bitOffset>{}</bitOffset><bitWidth>{}</bitWidth></field></fields></register>",
                    parts[0], parts[1], parts[2]
                );
            } else {
                fields = false;
                let parts: Vec<_> = word.split(':').collect();
                let _ = write!(
                    registers,
                    "<register><name>{}</name><addressOffset>0x{}</addressOffset><resetValue>0x{}</resetValue></register>",
                    parts[0], parts[1], parts[2]
                );
            }
        }
        let _ = write!(
            text,
            "<peripheral><name>{name}</name><baseAddress>0x{base}</baseAddress><addressBlock><offset>0</offset>\
             <size>0x400</size><usage>registers</usage></addressBlock>{interrupts}<registers>{registers}</registers></peripheral>"
        );
    }
    let text = format!(
        "<device><name>D</name><version>1</version><size>32</size><access>read-write</access><resetMask>0xFFFFFFFF</resetMask>\
         <peripherals>{text}</peripherals></device>"
    );
    bringup_device::svd::load(&text).device.unwrap()
}

/// A board that ran a program to its end, at most for a second.
fn run_program(board: &str, table: &str, program: &Asm) -> Board {
    let known = catalogue::board(board).unwrap();
    let mut board = Board::new(known.chip, Some(known.board), &describe(table)).unwrap();
    board.load(&elf(program)).unwrap();
    board.run_for(Duration::from_secs(1));
    board
}

/// A board whose registers a test uses from outside, while the core runs an endless loop.
pub(crate) struct Bench {
    pub(crate) board: Board,
}

impl Bench {
    fn new(board: &str, table: &str) -> Self {
        let known = catalogue::board(board).unwrap();
        let mut board = Board::new(known.chip, Some(known.board), &describe(table)).unwrap();
        // A vector table whose handlers are all the endless loop behind it.
        let mut bytes: Vec<u8> = 0x2000_0400_u32.to_le_bytes().to_vec();
        bytes.extend((1..48).flat_map(|_| 0x0800_00C1_u32.to_le_bytes()));
        bytes.extend(0xE7FE_u16.to_le_bytes());
        let elf = Elf {
            bytes,
            ..Elf::default()
        };
        board.load(&elf.build()).unwrap();
        Self { board }
    }

    /// A Nucleo-L031K6 with the clocks of port A, port B and the buses' peripherals on.
    fn l031() -> Self {
        let mut bench = Self::new("nucleo-l031k6", L031);
        bench.write(0x4002_102C, 0b11);
        bench.write(0x4002_1034, 1 << 2 | 1);
        bench.write(0x4002_1038, 1 << 28 | 1 << 18 | 1 << 17 | 1 << 11 | 1);
        bench
    }

    /// A Nucleo-F042K6, in the same way.
    fn f042() -> Self {
        let mut bench = Self::new("nucleo-f042k6", F042);
        bench.write(0x4002_1014, 1 << 17 | 1 << 18 | 0x14);
        bench.write(0x4002_1018, 1 << 11 | 1 << 14 | 1);
        bench.write(0x4002_101C, 1 << 28 | 1 << 17 | 1);
        bench
    }

    /// Runs a program from power-on, at most for 10 ms.
    fn run_loaded(&mut self, program: &Asm) -> Stop {
        self.board.load(&elf(program)).unwrap();
        let limit = RunOptions::limited(Duration::from_millis(10));
        self.board.run(&limit).unwrap()
    }

    fn write(&mut self, address: u32, value: u32) {
        assert!(
            self.board.poke_register(address, Width::Word, value),
            "{address:#x}"
        );
    }

    fn set(&mut self, address: u32, bits: u32) {
        self.write(address, self.read(address) | bits);
    }

    fn read(&self, address: u32) -> u32 {
        self.board.peek(address, Width::Word).unwrap()
    }

    /// Lets time pass; the loop takes a few cycles more to see that it is over.
    fn run(&mut self, micros: u64) {
        self.board.run_for(Duration::from_micros(micros));
    }

    /// Interrupts that are pending, by number.
    fn pending(&mut self) -> u32 {
        self.run(1);
        self.read(0xE000_E200)
    }

    fn findings(&self) -> Vec<&'static str> {
        let findings = self.board.findings().iter();
        findings.map(|finding| finding.rule).collect()
    }

    /// Cycles between the edges of a pin.
    fn spans(&self, pin: &str) -> Vec<u64> {
        let edges = self.board.pin(pin).unwrap().edges();
        edges
            .windows(2)
            .map(|pair| pair[1].cycle - pair[0].cycle)
            .collect()
    }
}

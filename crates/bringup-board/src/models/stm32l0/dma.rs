//! Requests of the DMA controller of the STM32L031: RM0377, chapter "Direct memory access controller", table "DMA requests for each channel".

use crate::models::stm32::dma::{Kind, Route, Source};
use Route::Code;

/// Seven channels, whose requests `CSELR` chooses.
pub const KIND: Kind = Kind {
    interrupts: &[9, 10, 10, 11, 11, 11, 11],
    sources: SOURCES,
};

const SOURCES: &[Source] = &[
    (1, "ADC", Code(0)),
    (2, "ADC", Code(0)),
    (2, "SPI1_RX", Code(1)),
    (3, "SPI1_TX", Code(1)),
    (4, "USART2_TX", Code(4)),
    (5, "USART2_RX", Code(4)),
    (6, "USART2_RX", Code(4)),
    (7, "USART2_TX", Code(4)),
    (2, "LPUART1_TX", Code(5)),
    (3, "LPUART1_RX", Code(5)),
    (6, "LPUART1_RX", Code(5)),
    (7, "LPUART1_TX", Code(5)),
    (2, "I2C1_TX", Code(6)),
    (3, "I2C1_RX", Code(6)),
    (6, "I2C1_TX", Code(6)),
    (7, "I2C1_RX", Code(6)),
    (1, "TIM2_CH3", Code(8)),
    (2, "TIM2_UP", Code(8)),
    (3, "TIM2_CH2", Code(8)),
    (4, "TIM2_CH4", Code(8)),
    (5, "TIM2_CH1", Code(8)),
    (7, "TIM2_CH2", Code(8)),
    (7, "TIM2_CH4", Code(8)),
    (1, "AES_IN", Code(11)),
    (2, "AES_OUT", Code(11)),
    (3, "AES_OUT", Code(11)),
    (5, "AES_IN", Code(11)),
];

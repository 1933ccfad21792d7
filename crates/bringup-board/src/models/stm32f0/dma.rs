//! Requests of the DMA controller of the STM32F042 and its like with five channels: RM0091, chapter "Direct memory access controller", table "DMA requests for each
//! channel", and `SYSCFG_CFGR1`, which leads some of them elsewhere.

use crate::models::stm32::dma::{Kind, Route, Source};
use Route::{Remapped, Usual};

/// Five channels; requests that share one are joined.
pub const KIND: Kind = Kind {
    // RM0091, table "Vector table": ST's file has that of channel 1 alone.
    interrupts: &[9, 10, 10, 11, 11],
    sources: SOURCES,
};

const ADC_DMA_RMP: u32 = 1 << 8;
const USART1_TX_DMA_RMP: u32 = 1 << 9;
const USART1_RX_DMA_RMP: u32 = 1 << 10;
const TIM16_DMA_RMP: u32 = 1 << 11;
const TIM17_DMA_RMP: u32 = 1 << 12;

/// A request that always leads to its channel.
const ALWAYS: Route = Usual(0);

const SOURCES: &[Source] = &[
    (1, "ADC", Usual(ADC_DMA_RMP)),
    (2, "ADC", Remapped(ADC_DMA_RMP)),
    (2, "SPI1_RX", ALWAYS),
    (3, "SPI1_TX", ALWAYS),
    (2, "USART1_TX", Usual(USART1_TX_DMA_RMP)),
    (4, "USART1_TX", Remapped(USART1_TX_DMA_RMP)),
    (3, "USART1_RX", Usual(USART1_RX_DMA_RMP)),
    (5, "USART1_RX", Remapped(USART1_RX_DMA_RMP)),
    (4, "USART2_TX", ALWAYS),
    (5, "USART2_RX", ALWAYS),
    (2, "I2C1_TX", ALWAYS),
    (3, "I2C1_RX", ALWAYS),
    (2, "TIM1_CH1", ALWAYS),
    (3, "TIM1_CH2", ALWAYS),
    (4, "TIM1_CH4", ALWAYS),
    (4, "TIM1_TRIG", ALWAYS),
    (4, "TIM1_COM", ALWAYS),
    (5, "TIM1_CH3", ALWAYS),
    (5, "TIM1_UP", ALWAYS),
    (1, "TIM2_CH3", ALWAYS),
    (2, "TIM2_UP", ALWAYS),
    (3, "TIM2_CH2", ALWAYS),
    (4, "TIM2_CH4", ALWAYS),
    (5, "TIM2_CH1", ALWAYS),
    (2, "TIM3_CH3", ALWAYS),
    (3, "TIM3_CH4", ALWAYS),
    (3, "TIM3_UP", ALWAYS),
    (4, "TIM3_CH1", ALWAYS),
    (4, "TIM3_TRIG", ALWAYS),
    (3, "TIM16_CH1", Usual(TIM16_DMA_RMP)),
    (3, "TIM16_UP", Usual(TIM16_DMA_RMP)),
    (4, "TIM16_CH1", Remapped(TIM16_DMA_RMP)),
    (4, "TIM16_UP", Remapped(TIM16_DMA_RMP)),
    (1, "TIM17_CH1", Usual(TIM17_DMA_RMP)),
    (1, "TIM17_UP", Usual(TIM17_DMA_RMP)),
    (2, "TIM17_CH1", Remapped(TIM17_DMA_RMP)),
    (2, "TIM17_UP", Remapped(TIM17_DMA_RMP)),
];

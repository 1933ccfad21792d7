//! Generates the peripherals that the program uses, and tells the linker where `memory.x` is.

fn main() -> Result<(), bringup_build::Error> {
    println!("cargo::rustc-link-search={}", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rerun-if-changed=memory.x");
    bringup_build::Pac::new("stm32l0x1.svd")
        .peripherals(["RCC", "GPIOA", "GPIOB", "USART2"])
        .generate()
}

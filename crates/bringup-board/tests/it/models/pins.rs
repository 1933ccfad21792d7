//! Alternate functions: the signals of peripherals on pins.

use super::Bench;

const GPIOA: u32 = 0x5000_0000;
const TIM2: u32 = 0x4000_0000;

#[test]
fn a_signal_reaches_the_pins_whose_alternate_function_it_is() {
    let mut bench = Bench::l031();
    // TIM2_CH1 forced active: on PA0 as function 2, on PA5 as function 5.
    bench.write(TIM2 + 0x18, 0b101 << 4);
    bench.write(TIM2 + 0x20, 1);
    let level = |bench: &Bench, pin| bench.board.pin(pin).unwrap().level();
    assert_eq!(level(&bench, "PA0"), None);
    bench.write(GPIOA, 0xEBFF_FBFE);
    assert_eq!(level(&bench, "PA0"), None, "function 0 is nothing here");
    bench.write(GPIOA + 0x20, 5 << 20 | 2);
    assert_eq!(
        (level(&bench, "PA0"), level(&bench, "PA5")),
        (Some(true), Some(true))
    );
    assert_eq!(bench.read(GPIOA + 0x10) & 0x21, 0x21, "IDR reads the pin");
    bench.write(TIM2 + 0x18, 0b100 << 4);
    assert_eq!(
        (level(&bench, "PA0"), level(&bench, "PA5")),
        (Some(false), Some(false))
    );
    assert_eq!(bench.read(GPIOA + 0x10) & 0x21, 0);
    // Open drain: high is let go, and the pull-up gives it.
    bench.write(GPIOA + 0x04, 1);
    bench.write(TIM2 + 0x18, 0b101 << 4);
    assert_eq!(level(&bench, "PA0"), None);
    bench.write(GPIOA + 0x0C, 0x2400_0001);
    assert_eq!(level(&bench, "PA0"), Some(true));
    // Switched off, the timer lets go of the other.
    bench.write(TIM2 + 0x20, 0);
    assert_eq!(level(&bench, "PA5"), None);
    bench.write(TIM2 + 0x20, 1);
    bench.write(GPIOA, 0xEBFF_FFFF);
    assert_eq!(level(&bench, "PA5"), None, "analog");
}

#[test]
fn the_sixth_and_the_first_port_do_not_share_a_line() {
    // A pin's name and place agree.
    let bench = Bench::l031();
    for pin in bench.board.pins() {
        let (port, number) = pin.place();
        let name = format!("P{}{number}", char::from(b'A' + port));
        assert_eq!(pin.name(), name);
    }
}

//! What cannot be right in a chip is found, once each, where it stands; what is right is left alone.

use std::fmt::Write as _;

use bringup_device::{LineIndex, check, svd};

use crate::fixtures;

/// A device with at least one thing wrong for each check.
pub(crate) const BROKEN: &str = include_str!("../fixtures/broken.svd");

/// What the checks say about `text`, one line each.
fn found(text: &str) -> String {
    let device = svd::load(text).device.unwrap();
    let lines = LineIndex::new(text);
    let mut said = Vec::new();
    for diagnostic in check::check(&device) {
        assert!(
            bringup_device::rules::ALL
                .iter()
                .any(|rule| rule.name == diagnostic.rule)
        );
        said.push(diagnostic.display(&lines).to_string());
        said.extend(diagnostic.hint.map(|hint| format!("  hint: {hint}")));
    }
    said.join("\n")
}

#[test]
fn a_cortex_has_no_interrupt_controller_of_another_architecture() {
    let text = BROKEN.replace("<name>TIM2</name>", "<name>ECLIC</name>");
    let cpu = "a Cortex-M0 has no `ECLIC`, which is the interrupt controller of a RISC-V core; ";
    assert!(found(&text).starts_with(&format!("warning[cpu-contradiction] at 5:3: {cpu}")));
}

#[test]
fn everything_wrong_is_found_at_once() {
    insta::assert_snapshot!(found(BROKEN), @r"
    warning[cpu-contradiction] at 5:3: a Cortex-M0 has 2 priority bits, and `<nvicPrioBits>` is 4; a Cortex-M0 has no FPU, and `<fpuPresent>` says it has; a Cortex-M0 has no MPU, and `<mpuPresent>` says it has, in cpu CM0
    warning[register-outside] at 20:5: `AWAY` from offset 0x40 on is outside of the peripheral's address blocks, in peripheral TIM
      hint: the address blocks end at offset 0x20, the last register at 0x44
    warning[interrupt-outside] at 25:7: interrupt `FAR` has number 40, and a Cortex-M0 has 32, counted from 0, in cpu CM0
    warning[enum-value-duplicate] at 34:17: value 0 is called `Stop`, and `Off` before, in field MODE, in register CR, in peripheral TIM
    warning[duplicate-name] at 36:17: `On` stands for 2 values: 1 and 2, in field MODE, in register CR, in peripheral TIM
    warning[field-overlap] at 40:13: fields `MODE` and `ENABLE` share bit 1, in register CR, in peripheral TIM
    warning[duplicate-name] at 42:13: a field is called reserved as another one of its register is, in register CR, in peripheral TIM
      hint: what is reserved needs no `<field>`
    warning[duplicate-name] at 44:13: a field `DIV` was there before, in register CR, in peripheral TIM
      hint: in Rust the later one gets another name
    warning[duplicate-name] at 49:9: a register `CR` was there before, in peripheral TIM
      hint: in Rust the later one gets another name; `<alternateGroup>` tells registers of one name apart
    warning[register-overlap] at 52:9: `ALL` shares addresses from offset 0x8 on with `RX` and `TX` without saying so, in peripheral TIM
      hint: `<alternateRegister>` or `<alternateGroup>` says so
    warning[register-misaligned] at 54:9: a register of 32 bits is at offset 0xe, in register ODD, in peripheral TIM
      hint: a register of 32 bits begins at a multiple of 4 bytes
    warning[register-misaligned] at 55:9: instances of a register of 32 bits are 2 bytes apart, in register CLOSE[%s], in peripheral TIM
      hint: a register of 32 bits begins at a multiple of 4 bytes
    warning[register-overlap] at 55:9: the instances of `CLOSE[%s]` are 0x2 apart and overlap, in peripheral TIM
      hint: `<dimIncrement>` counts address units, which are bytes
    warning[register-overlap] at 62:9: `OUTPUT` shares addresses from offset 0x1c on with `INPUT` without saying so, in peripheral TIM
      hint: `<alternateCluster>` says so
    warning[peripheral-overlap] at 70:5: `TIM2` shares addresses from 0x40000010 on with `TIM` without saying so, in peripheral TIM2
      hint: `<alternatePeripheral>` says so
    warning[interrupt-conflict] at 73:7: interrupt 3 is called `TIM_AND_MORE`, and `TIM` before; the first name counts, in peripheral TIM2
    warning[address-block-missing] at 75:5: no `<addressBlock>` says which addresses `TIM2` occupies; up to the last register was assumed, in peripheral TIM2
    warning[duplicate-name] at 75:5: a peripheral `TIM2` was there before
      hint: in Rust the later one gets another name
    warning[interrupt-conflict] at 78:7: interrupt `TIM` has number 4, and 3 before, in peripheral TIM2
    warning[core-peripheral] at 83:5: `STK` at 0xe000e010 is SysTick, a part of the processor, in peripheral STK
      hint: a driver for it comes with the crate `cortex-m`; `_delete` in a patch leaves it out
    warning[address-range] at 91:5: `TOP` at 0xfffffff0 reaches to 0x100000010, beyond the addresses of 32 bits, in peripheral TOP
    ");
}

/// A peripheral `P` that takes 64 bytes, with these registers.
fn found_in(registers: &str) -> String {
    found(&format!(
        "<device><name>D</name><size>32</size><resetValue>0</resetValue><peripherals><peripheral><name>P</name>\
         <baseAddress>0x40000000</baseAddress><addressBlock><offset>0</offset><size>64</size></addressBlock>\n\
         <registers>\n{registers}\n</registers></peripheral></peripherals></device>\n"
    ))
}

#[test]
fn what_is_right_is_left_alone() {
    for text in fixtures::ALL {
        let device = svd::load(text).device.unwrap();
        let rules: Vec<_> = check::check(&device).iter().map(|it| it.rule).collect();
        // Two of the fixtures are made to share a byte and to leave address blocks out.
        assert!(
            rules
                .iter()
                .all(|rule| ["address-block-missing"].contains(rule)),
            "{}: {rules:?}",
            device.name
        );
    }
}

#[test]
fn sharing_addresses_on_purpose_is_no_mistake() {
    for second in [
        "<alternateRegister>A</alternateRegister>",
        "<alternateGroup>G</alternateGroup>",
    ] {
        let registers = format!(
            "<register><name>A</name><addressOffset>0</addressOffset></register>\
             <register><name>B</name><addressOffset>0</addressOffset>{second}</register>"
        );
        assert_eq!(found_in(&registers), "");
    }
    let clusters = "<cluster><name>A</name><addressOffset>0</addressOffset>\
        <register><name>R</name><addressOffset>0</addressOffset></register></cluster>\
        <cluster><name>B</name><alternateCluster>A</alternateCluster><addressOffset>0</addressOffset>\
        <register><name>R</name><addressOffset>0</addressOffset></register></cluster>";
    assert_eq!(found_in(clusters), "");
}

#[test]
fn interleaved_arrays_do_not_overlap() {
    let registers = "<register><dim>4</dim><dimIncrement>8</dimIncrement><name>A[%s]</name><addressOffset>0</addressOffset></register>\
        <register><dim>4</dim><dimIncrement>8</dimIncrement><name>B[%s]</name><addressOffset>4</addressOffset></register>";
    assert_eq!(found_in(registers), "");
}

#[test]
fn one_finding_for_clusters_however_many_registers_they_share() {
    let cluster = |name: &str| {
        format!(
            "<cluster><name>{name}</name><addressOffset>0</addressOffset>\
             <register><dim>16</dim><dimIncrement>4</dimIncrement><name>R%s</name><addressOffset>0</addressOffset></register></cluster>\n"
        )
    };
    insta::assert_snapshot!(found_in(&[cluster("A"), cluster("B"), cluster("C")].concat()), @r"
    warning[register-overlap] at 4:1: `B` shares addresses from offset 0x0 on with `A` without saying so, in peripheral P
      hint: `<alternateCluster>` says so
    warning[register-overlap] at 5:1: `C` shares addresses from offset 0x0 on with `A` and `B` without saying so, in peripheral P
      hint: `<alternateCluster>` says so
    ");
}

#[test]
fn everything_at_one_address_is_checked_in_no_time() {
    let mut registers = String::new();
    for index in 0..4_000 {
        let _ = write!(
            registers,
            "<register><name>R{index}</name><addressOffset>0</addressOffset></register>"
        );
    }
    assert!(found_in(&registers).lines().count() > 3_900);
}

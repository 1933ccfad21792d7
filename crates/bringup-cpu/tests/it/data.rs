//! Data processing: results and flags of every instruction, against the manual's pseudocode.

use bringup_cpu::armv6m::Config;

use crate::bus::{program, steps};

/// Operands at which carries, signs and shifts change.
const VALUES: [u32; 14] = [
    0,
    1,
    2,
    31,
    32,
    33,
    0xFF,
    0x100,
    0x7FFF_FFFF,
    0x8000_0000,
    0x8000_0001,
    0xFFFF_FFFF,
    0x1234_5678,
    0xFEDC_8081,
];

/// A result and the flags N, Z, C, V.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
struct Outcome {
    result: u32,
    flags: [bool; 4],
}

/// `AddWithCarry()` of section A2.2.1, with 64-bit sums.
fn add_with_carry(x: u32, y: u32, carry: bool) -> Outcome {
    let unsigned = u64::from(x) + u64::from(y) + u64::from(carry);
    let signed = i64::from(x as i32) + i64::from(y as i32) + i64::from(carry);
    let result = unsigned as u32;
    let (c, v) = (
        u64::from(result) != unsigned,
        i64::from(result as i32) != signed,
    );
    Outcome {
        result,
        flags: [(result as i32) < 0, result == 0, c, v],
    }
}

fn logical(result: u32, c: bool, v: bool) -> Outcome {
    Outcome {
        result,
        flags: [(result as i32) < 0, result == 0, c, v],
    }
}

/// `Shift_C()` of section A7.4.2, one place at a time.
fn shift(kind: u16, value: u32, amount: u32, c: bool, v: bool) -> Outcome {
    let (mut value, mut carry) = (value, c);
    for _ in 0..amount {
        match kind {
            0 => (carry, value) = (value >> 31 != 0, value << 1),
            1 => (carry, value) = (value & 1 != 0, value >> 1),
            2 => (carry, value) = (value & 1 != 0, (value as i32 >> 1) as u32),
            _ => (carry, value) = (value & 1 != 0, value.rotate_right(1)),
        }
    }
    logical(value, carry, v)
}

/// Executes one instruction with R0 and R1 as given; R0, or R2 where `rd` says so, is the result.
fn execute(halfword: u16, r0: u32, r1: u32, c: bool, v: bool, rd: u8) -> Outcome {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[halfword]);
    core.set_reg(0, r0);
    core.set_reg(1, r1);
    core.set_xpsr(1 << 24 | u32::from(c) << 29 | u32::from(v) << 28);
    steps(&mut core, &mut world, 1);
    let psr = core.xpsr();
    let flag = |bit: u32| psr >> bit & 1 != 0;
    Outcome {
        result: core.reg(rd),
        flags: [flag(31), flag(30), flag(29), flag(28)],
    }
}

/// Compares an instruction with what it should do, over all operands and carries.
fn check(halfword: u16, rd: u8, expected: impl Fn(u32, u32, bool, bool) -> Outcome) {
    for x in VALUES {
        for y in VALUES {
            for (c, v) in [(false, false), (true, false), (false, true), (true, true)] {
                let got = execute(halfword, x, y, c, v, rd);
                assert_eq!(
                    got,
                    expected(x, y, c, v),
                    "{halfword:#06x} of {x:#x} and {y:#x}, C={c}, V={v}"
                );
            }
        }
    }
}

/// `op r0, r1` of section A5.2.2.
const fn two_registers(opcode: u16) -> u16 {
    0x4008 | opcode << 6
}

#[test]
fn data_processing_of_two_registers() {
    check(two_registers(0), 0, |x, y, c, v| logical(x & y, c, v));
    check(two_registers(1), 0, |x, y, c, v| logical(x ^ y, c, v));
    check(two_registers(2), 0, |x, y, c, v| {
        shift(0, x, y & 0xFF, c, v)
    });
    check(two_registers(3), 0, |x, y, c, v| {
        shift(1, x, y & 0xFF, c, v)
    });
    check(two_registers(4), 0, |x, y, c, v| {
        shift(2, x, y & 0xFF, c, v)
    });
    check(two_registers(5), 0, |x, y, c, _| add_with_carry(x, y, c));
    check(two_registers(6), 0, |x, y, c, _| add_with_carry(x, !y, c));
    check(two_registers(7), 0, |x, y, c, v| {
        shift(3, x, y & 0xFF, c, v)
    });
    check(two_registers(8), 0, |x, y, c, v| Outcome {
        result: x,
        ..logical(x & y, c, v)
    });
    check(two_registers(9), 0, |_, y, _, _| {
        add_with_carry(!y, 0, true)
    });
    check(two_registers(10), 0, |x, y, _, _| Outcome {
        result: x,
        ..add_with_carry(x, !y, true)
    });
    check(two_registers(11), 0, |x, y, _, _| Outcome {
        result: x,
        ..add_with_carry(x, y, false)
    });
    check(two_registers(12), 0, |x, y, c, v| logical(x | y, c, v));
    check(two_registers(13), 0, |x, y, c, v| {
        logical(x.wrapping_mul(y), c, v)
    });
    check(two_registers(14), 0, |x, y, c, v| logical(x & !y, c, v));
    check(two_registers(15), 0, |_, y, c, v| logical(!y, c, v));
}

#[test]
fn shifts_by_an_immediate() {
    for amount in 0..32_u16 {
        let right = if amount == 0 { 32 } else { u32::from(amount) };
        let code = |kind: u16| kind << 11 | amount << 6 | 2;
        check(code(0), 2, |x, _, c, v| shift(0, x, amount.into(), c, v));
        check(code(1), 2, |x, _, c, v| shift(1, x, right, c, v));
        check(code(2), 2, |x, _, c, v| shift(2, x, right, c, v));
    }
}

#[test]
fn additions_and_subtractions() {
    check(0x1842, 2, |x, y, _, _| add_with_carry(x, y, false)); // adds r2, r0, r1
    check(0x1A42, 2, |x, y, _, _| add_with_carry(x, !y, true)); // subs r2, r0, r1
    for immediate in 0..8_u16 {
        let y = u32::from(immediate);
        check(0x1C02 | immediate << 6, 2, |x, _, _, _| {
            add_with_carry(x, y, false)
        });
        check(0x1E02 | immediate << 6, 2, |x, _, _, _| {
            add_with_carry(x, !y, true)
        });
    }
    for immediate in [0, 1, 0x80, 0xFF_u16] {
        let y = u32::from(immediate);
        check(0x2000 | immediate, 0, |_, _, c, v| logical(y, c, v));
        check(0x2800 | immediate, 0, |x, _, _, _| Outcome {
            result: x,
            ..add_with_carry(x, !y, true)
        });
        check(0x3000 | immediate, 0, |x, _, _, _| {
            add_with_carry(x, y, false)
        });
        check(0x3800 | immediate, 0, |x, _, _, _| {
            add_with_carry(x, !y, true)
        });
    }
}

/// Instructions that leave the flags alone, Z and N being clear before.
fn check_plain(halfword: u16, rd: u8, expected: impl Fn(u32, u32) -> u32) {
    check(halfword, rd, |x, y, c, v| Outcome {
        result: expected(x, y),
        flags: [false, false, c, v],
    });
}

#[test]
fn extensions_and_reversals() {
    check_plain(0xB208, 0, |_, y| y as i16 as u32);
    check_plain(0xB248, 0, |_, y| y as i8 as u32);
    check_plain(0xB288, 0, |_, y| y & 0xFFFF);
    check_plain(0xB2C8, 0, |_, y| y & 0xFF);
    check_plain(0xBA08, 0, |_, y| {
        let [a, b, c, d] = y.to_le_bytes();
        u32::from_le_bytes([d, c, b, a])
    });
    check_plain(0xBA48, 0, |_, y| {
        let [a, b, c, d] = y.to_le_bytes();
        u32::from_le_bytes([b, a, d, c])
    });
    check_plain(0xBAC8, 0, |_, y| {
        let [a, b, ..] = y.to_le_bytes();
        i16::from_le_bytes([b, a]) as u32
    });
}

#[test]
fn high_registers() {
    check_plain(0x4408, 0, u32::wrapping_add); // add r0, r1
    check_plain(0x4608, 0, |_, y| y); // mov r0, r1
    check_plain(0x4688, 8, |_, y| y); // mov r8, r1
    check_plain(0x468D, 13, |_, y| y & !3); // mov sp, r1
    check_plain(0x4478, 0, |x, _| x.wrapping_add(0x104)); // add r0, pc
    check_plain(0x4678, 0, |_, _| 0x104); // mov r0, pc
    check_plain(0x4687, 15, |x, _| x & !1); // mov pc, r0
    check_plain(0x4487, 15, |x, _| x.wrapping_add(0x104) & !1); // add pc, r0
    check_plain(0x448D, 13, |_, y| (crate::bus::STACK.wrapping_add(y)) & !3); // add sp, r1
    check_plain(0xA203, 2, |_, _| 0x110); // adr r2, #12
    check_plain(0xAA03, 2, |_, _| crate::bus::STACK + 12); // add r2, sp, #12
    check_plain(0xB07F, 13, |_, _| crate::bus::STACK + 508); // add sp, #508
    check_plain(0xB0FF, 13, |_, _| crate::bus::STACK - 508); // sub sp, #508
    // cmp r8, r1, r8 being 0
    check(0x4588, 8, |_, y, _, _| Outcome {
        result: 0,
        ..add_with_carry(0, !y, true)
    });
}

#[test]
fn conditions() {
    type Holds = fn([bool; 4]) -> bool;
    const CONDITIONS: [Holds; 14] = [
        |[_, z, _, _]| z,
        |[_, z, _, _]| !z,
        |[_, _, c, _]| c,
        |[_, _, c, _]| !c,
        |[n, _, _, _]| n,
        |[n, _, _, _]| !n,
        |[_, _, _, v]| v,
        |[_, _, _, v]| !v,
        |[_, z, c, _]| c && !z,
        |[_, z, c, _]| !c || z,
        |[n, _, _, v]| n == v,
        |[n, _, _, v]| n != v,
        |[n, z, _, v]| !z && n == v,
        |[n, z, _, v]| z || n != v,
    ];
    for (condition, holds) in (0_u16..).zip(CONDITIONS) {
        for flags in 0..16_u32 {
            let (mut core, mut world) =
                program(Config::CORTEX_M0_PLUS, &[crate::asm::b_if(condition, 9)]);
            core.set_xpsr(flags << 28 | 1 << 24);
            assert_eq!(core.xpsr() >> 28, flags);
            steps(&mut core, &mut world, 1);
            let bit = |bit: u32| flags >> bit & 1 != 0;
            let taken = holds([bit(3), bit(2), bit(1), bit(0)]);
            let expected = if taken { 0x112 } else { 0x102 };
            assert_eq!(
                core.pc(),
                expected,
                "condition {condition}, flags {flags:04b}"
            );
        }
    }
}

//! The disassembler, against the encodings it should know and a few lines of code.

use bringup_cpu::armv6m::disasm;

/// Disassembles code at 0x100.
fn text(code: &[u16]) -> String {
    let mut lines = String::new();
    let mut at = 0;
    while let Some(&first) = code.get(at) {
        let second = code.get(at + 1).copied().unwrap_or(0);
        let instruction = disasm(0x100 + 2 * at as u32, first, second);
        lines.push_str(&instruction.to_string());
        lines.push('\n');
        at += instruction.bytes() as usize / 2;
    }
    lines
}

#[test]
fn code() {
    insta::assert_snapshot!(text(&[
        0xB5F0, 0x4C02, 0x6860, 0x07C1, 0xD5FC, 0xC80E, 0xC903, 0xF000, 0xF87E, 0xF7FF, 0xFFBE, 0x4690,
        0x0888, 0x0800, 0xB672, 0xF3EF, 0x8110, 0xF380, 0x8814, 0xF3BF, 0x8F4F, 0xE7FE, 0xBDF0, 0xB100,
        0xF7F0, 0xA000, 0xDEFE,
    ]), @r"
    push {r4, r5, r6, r7, lr}
    ldr r4, [pc, #8] @ 0x10c
    ldr r0, [r4, #4]
    lsls r1, r0, #31
    bpl 0x104
    ldm r0!, {r1, r2, r3}
    ldm r1, {r0, r1}
    bl 0x20e
    bl 0x92
    mov r8, r2
    lsrs r0, r1, #2
    lsrs r0, r0, #32
    cpsid i
    mrs r1, primask
    msr control, r0
    dsb sy
    b 0x12a
    pop {r4, r5, r6, r7, pc}
    .short 0xb100
    .word 0xf7f0a000
    udf #254
    ");
}

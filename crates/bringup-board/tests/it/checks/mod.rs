//! The rules about registers, each with what breaks it and what is right and looks much like it.

mod fields;
mod flags;
mod ports;
mod priorities;
mod systick;
mod widths;

use bringup_board::Board;

use crate::asm::Asm;
use crate::fixture::{CODE, RCC_IOPENR, run};

/// The peripheral whose registers are made for the rules.
const RULES: u32 = 0x4000_0400;
const GPIOA: u32 = 0x5000_0000;

/// `ORRS Rdn, Rm`
const fn orrs(d: u16, m: u16) -> u16 {
    0x4300 | m << 3 | d
}

/// `BICS Rdn, Rm`
const fn bics(d: u16, m: u16) -> u16 {
    0x4380 | m << 3 | d
}

/// A program that has switched the clocks of both ports on.
fn ports() -> Asm {
    let mut program = Asm::new();
    program.store(RCC_IOPENR, 0b11);
    program
}

/// A line per finding: severity, rule, register and field, place and count, message, hint.
fn list(board: &Board) -> String {
    let lines = board.findings().iter().map(|it| {
        let Some(hint) = &it.hint else {
            panic!("{} has no hint", it.rule)
        };
        let subject = [it.register.as_deref(), it.field.as_deref()];
        let subject: Vec<_> = subject.into_iter().flatten().collect();
        let (rule, at, count) = (it.rule, it.pc - CODE, it.count);
        let severity = format!("{:?}", it.severity).to_lowercase();
        let (subject, message) = (subject.join("."), &it.message);
        format!("{severity} {rule} {subject} +{at:#x} x{count}: {message}\n  {hint}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What a program that ends by itself is told.
fn findings(program: &mut Asm) -> String {
    list(&run(program.exit()).0)
}

//! The rules about what the core does: handlers, the stack, null pointers, lockup.

use std::time::Duration;

use bringup_board::{Board, RunOptions, Stop};

use crate::asm::Asm;
use crate::fixture::{CODE_48, GPIOB, RCC_IOPENR, board, elf_with, run, run_with, told};

/// A board that ran a program with these vectors, at most for a tenth of a second.
fn run_vectors(program: &Asm, vectors: impl FnOnce(&mut [u32; 48])) -> (Board, Stop) {
    let mut board = board();
    board
        .load(&elf_with(program, vectors))
        .expect("the image fits");
    let stop = board
        .run(&RunOptions::limited(Duration::from_millis(100)))
        .expect("the options are right");
    (board, stop)
}

#[test]
fn an_exception_whose_vector_is_no_handler_is_told_of_by_name() {
    // The clock's interrupt by software, through the NVIC; then SVC.
    let mut interrupt = Asm::new();
    interrupt
        .store(0xE000_E100, 1 << 4)
        .store(0xE000_E200, 1 << 4)
        .exit();
    let (board, stop) = run_vectors(&interrupt, |vectors| vectors[20] = 0);
    assert_eq!(stop, Stop::Fault);
    insta::assert_snapshot!(told(&board), @r"
    no-handler at 0x80000cc, 1 times: the interrupt `RCC` is taken and has no handler: its vector is 0; a HardFault
    hint: write `#[interrupt] fn RCC()`, with the feature `rt` of the device crate, or do not enable the interrupt
    ");
    let mut call = Asm::new();
    call.op(0xDF00).exit();
    let (board, _) = run_vectors(&call, |vectors| vectors[11] = 0x0800_0200);
    insta::assert_snapshot!(told(&board), @r"
    no-handler at 0x80000c2, 1 times: the exception `SVCall` is taken and has no handler: its vector is `0x08000200`, whose bit 0 is not set; a HardFault
    hint: write `#[exception] fn SVCall()`, or do not let the exception happen
    ");
    let (board, _) = run_vectors(&call, |vectors| vectors[11] = 0x0900_0001);
    insta::assert_snapshot!(told(&board), @r"
    no-handler at 0x80000c2, 1 times: the exception `SVCall` is taken and has no handler: its vector is `0x09000001`, where the chip has no memory; a HardFault
    hint: write `#[exception] fn SVCall()`, or do not let the exception happen
    ");
    // A handler of the program's own that never ends is a handler.
    let (board, stop) = run_vectors(&call, |_| ());
    assert_eq!((stop, told(&board).as_str()), (Stop::Limit, ""));
}

#[test]
fn a_null_pointer_is_told_of_and_a_walk_over_the_vector_table_is_not() {
    let mut read = Asm::new();
    read.movs(0, 0).ldr(1, 0, 0).ldr(1, 0, 8).exit();
    let (board, stop) = run(&read);
    assert_eq!((stop, board.core().reg(1)), (Stop::Exit, 0x0002_0026));
    insta::assert_snapshot!(told(&board), @r"
    null-access at 0x8000012, 1 times: read of `0x00000000` through a null pointer: it yields the start of the vector table
    hint: find where the pointer comes from, and check it before it is used
    null-access at 0x8000014, 1 times: read of `0x00000008` through a null pointer: it yields the start of the vector table
    hint: find where the pointer comes from, and check it before it is used
    ");
    let (board, stop) = run(Asm::new().movs(0, 0).str(0, 0, 0x3C).exit());
    assert_eq!(stop, Stop::Fault);
    insta::assert_snapshot!(told(&board), @r"
    null-access at 0x8000012, 1 times: write to `0x0000003c` through a null pointer: a bus error
    hint: find where the pointer comes from, and check it before it is used
    ");
    // Word by word in a loop, four words at a time, and byte by byte.
    let mut walk = Asm::new();
    walk.movs(0, 0).movs(2, 0x40);
    walk.label("words")
        .ldr(1, 0, 0)
        .op(0x3004)
        .op(0x4290)
        .bne("words");
    walk.movs(0, 0).op(0xC81E).movs(0, 0).movs(2, 0x40);
    walk.label("bytes")
        .op(0x7801)
        .op(0x3001)
        .op(0x4290)
        .bne("bytes");
    let (board, stop) = run(walk.exit());
    assert_eq!((stop, told(&board).as_str()), (Stop::Exit, ""));
}

#[test]
fn a_stack_that_leaves_ram_is_told_of_once() {
    // `push {r0, lr}` and `bl` to it.
    let mut program = Asm::new();
    program.op(0xB501).op(0xF7FF).op(0xFFFD);
    let (board, stop) = run_vectors(&program, |_| ());
    assert_eq!(stop, Stop::Lockup, "no frame can be stacked");
    insta::assert_snapshot!(told(&board), @r"
    stack-overflow at 0x80000c0, 2 times: the stack overflows: it is 4104 bytes deep and reaches `0x1ffffff8`, 8 bytes below the start of RAM
    hint: there are 4096 bytes for the stack: keep large buffers in statics, bound recursion, or use less static data
    lockup at 0x80000c0, 1 times: the core locks up: bus error while stacking an exception frame
    hint: the stack pointer is `0x1fffffe0`, where nothing can be stored: look for what moved it
    ");
}

#[test]
fn only_the_stack_of_the_start_is_watched() {
    // SP to the middle of RAM by `mov sp, r0`, which is below nothing; then to a place outside of RAM, and back.
    let mut program = Asm::new();
    program.load(0, 0x2000_0800).op(0x4685).op(0xB403);
    program
        .load(0, 0x1000_0000)
        .op(0x4685)
        .op(0xB082)
        .op(0xB002);
    program.load(0, 0x2000_1000).op(0x4685).exit();
    let (board, stop) = run(&program);
    assert_eq!((stop, told(&board).as_str()), (Stop::Exit, ""));
}

#[test]
fn a_lockup_is_a_finding_with_its_cause() {
    // UDF, and UDF in the handler.
    let mut program = Asm::new();
    program.op(0xDE00).op(0xDE01);
    let (board, stop) = run_vectors(&program, |vectors| vectors[3] = (CODE_48 + 2) | 1);
    assert_eq!(stop, Stop::Lockup);
    insta::assert_snapshot!(told(&board), @r"
    lockup at 0x80000c2, 1 times: the core locks up: undefined instruction while `HardFault` is being handled
    hint: look at the first fault in the backtrace; a fault handler must not fault itself
    ");
    let mut board = crate::fixture::board();
    assert_eq!(board.run_for(Duration::from_secs(1)), Stop::Lockup);
    insta::assert_snapshot!(told(&board), @r"
    unmapped at 0x4000, 1 times: write to `0xffffffe0`, where the chip has neither memory nor a peripheral: a bus error
    hint: check the pointer, and that the firmware is built for this chip
    lockup at 0x4000, 1 times: the core locks up: bus error while stacking an exception frame
    hint: the stack pointer is `0xffffffe0`, where nothing can be stored: look for what moved it
    ");
}

/// A program at the start of RAM that nobody has written, R0 being `0x2000_0100`.
fn unwritten(code: impl FnOnce(&mut Asm)) -> String {
    let mut program = Asm::new();
    program.load(0, 0x2000_0100);
    code(&mut program);
    let (board, stop) = run(program.exit());
    assert_eq!(stop, Stop::Exit);
    told(&board)
}

#[test]
fn a_value_that_nobody_wrote_is_told_of_where_it_is_used() {
    // CMP and BNE; as an address; to a port; to a special register.
    insta::assert_snapshot!(unwritten(|program| {
        program.ldr(1, 0, 0).op(0x2900).bne("next").label("next");
    }), @r"
    uninitialised-read at 0x8000012, 1 times: read of `0x20000100` (the stack, or the heap below it), which nobody has written since power-on: it decides the branch at `0x08000016`
    hint: write the memory before it is read
    ");
    insta::assert_snapshot!(unwritten(|program| {
        program.op(0x8881).op(0x1841).op(0x7809);
    }), @r"
    uninitialised-read at 0x8000012, 1 times: read of `0x20000104` (the stack, or the heap below it), which nobody has written since power-on: it is used as an address at `0x08000016`
    hint: write the memory before it is read
    ");
    insta::assert_snapshot!(unwritten(|program| {
        program.store(RCC_IOPENR, 2).load(2, GPIOB);
        program.op(0x7841).op(0x0049).str(1, 2, 0x14);
    }), @r"
    uninitialised-read at 0x800001a, 1 times: read of `0x20000101` (the stack, or the heap below it), which nobody has written since power-on: it is written to `GPIOB.ODR`
    hint: write the memory before it is read
    ");
    insta::assert_snapshot!(unwritten(|program| {
        program.op(0xC802).op(0xF381).op(0x8810);
    }), @r"
    uninitialised-read at 0x8000012, 1 times: read of `0x20000100` (the stack, or the heap below it), which nobody has written since power-on: it is written to a special register at `0x08000014`
    hint: write the memory before it is read
    ");
}

#[test]
fn copies_of_a_value_that_nobody_wrote_are_followed_and_told_of_once() {
    // To the stack by PUSH, back by POP into another register, to memory, and compared there twice.
    insta::assert_snapshot!(unwritten(|program| {
        program.ldr(1, 0, 0).op(0xB402).op(0xBC04).str(2, 0, 0x20);
        program
            .ldr(3, 0, 0x20)
            .op(0x2B01)
            .bne("first")
            .label("first");
        program
            .ldr(3, 0, 0x20)
            .op(0x2B01)
            .bne("second")
            .label("second");
        program.ldr(1, 0, 0).op(0x2900).bne("third").label("third");
    }), @r"
    uninitialised-read at 0x800001a, 1 times: read of `0x20000100` (the stack, or the heap below it), which nobody has written since power-on: it decides the branch at `0x0800001e`
    hint: write the memory before it is read
    ");
}

#[test]
fn values_that_nobody_wrote_may_be_moved_about() {
    // Loaded and overwritten; copied by LDM and STM; masked away; compared when a part of it is known.
    let told = unwritten(|program| {
        program
            .ldr(1, 0, 0)
            .movs(1, 1)
            .op(0x2900)
            .bne("one")
            .label("one");
        program.op(0xC806).op(0xC006);
        program
            .ldr(1, 0, 0x40)
            .movs(2, 0)
            .op(0x4011)
            .bne("two")
            .label("two");
        program
            .ldr(1, 0, 0x40)
            .movs(2, 1)
            .op(0x430A)
            .beq("three")
            .label("three");
        program
            .strb(2, 0, 0x1F)
            .ldr(1, 0, 0x1C)
            .op(0x2900)
            .bne("four")
            .label("four");
        program.ldr(1, 0, 0x44).op(0x4049).bne("five").label("five");
    });
    assert_eq!(told, "");
}

#[test]
fn what_was_written_before_a_reset_is_known_after_it() {
    let mut program = Asm::new();
    program
        .load(0, 0x2000_0100)
        .load(1, 0x2000_0200)
        .load(3, 0x4002_1050);
    // `CSR.SFTRSTF` is set the second time.
    program.ldr(2, 3, 0).op(0x00D2).op(0x0FD2).bne("again");
    program.str(2, 0, 0).store(0xE000_ED0C, 0x05FA_0004);
    program.label("hang").b("hang").label("again");
    program.ldr(2, 0, 0).op(0x2A00).bne("end").label("end");
    program
        .ldr(2, 1, 0)
        .op(0x2A00)
        .bne("last")
        .label("last")
        .exit();
    let (board, stop) = run(&program);
    assert_eq!(stop, Stop::Exit);
    let findings: Vec<_> = board.findings().iter().map(|it| it.rule).collect();
    assert_eq!(findings, ["uninitialised-read"], "the second alone");
    assert!(told(&board).contains("0x20000200"), "{}", told(&board));
}

#[test]
fn a_loop_that_waits_for_what_nobody_wrote_is_told_of_with_and_without_skipping() {
    let mut program = Asm::new();
    program.load(0, 0x2000_0100).label("wait").ldr(1, 0, 0);
    program.op(0x2900).beq("wait").exit();
    let report = |skip| {
        let options = RunOptions {
            skip,
            ..RunOptions::limited(Duration::from_millis(5))
        };
        let (board, _) = run_with(&program, &options);
        told(&board)
    };
    let told = report(false);
    assert!(
        told.starts_with("uninitialised-read") && told.contains("1 times"),
        "{told}"
    );
    assert!(report(true).starts_with(&told));
}

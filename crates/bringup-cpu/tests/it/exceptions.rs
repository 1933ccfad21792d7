//! Exception entry and return, priorities, pre-emption, tail chaining, late arrival.

use bringup_cpu::armv6m::{Config, Core, Stop};

use crate::asm::{BX_LR, CPSID, CPSIE, HERE, NOP, adds, b, bx, movs, pop, push, str, svc};
use crate::bus::{
    AIRCR, CODE, DELAY, ICSR, NVIC_ICER, NVIC_ICPR, NVIC_IPR0, NVIC_ISER, NVIC_ISPR, PORT, RAM,
    SHPR2, SHPR3, STACK, VTOR, World, handler, program, steps,
};

const SVCALL: u32 = 11;
const PENDSV: u32 = 14;
const IRQ0: u32 = 16;

/// A core with `code`, R4 = PORT, and handlers that write 100 + n, then 200 + n to it, around `inside`.
fn logging(code: &[u16], handlers: &[(u32, &[u16])]) -> (Core, World) {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, code);
    core.set_reg(4, PORT);
    for &(exception, inside) in handlers {
        let n = exception as u16;
        let mut handler = vec![push(0x100), movs(5, 100 + n), str(5, 4, 0)];
        handler.extend(inside);
        handler.extend([movs(5, 200 + n), str(5, 4, 0), pop(0x100)]);
        world.on(exception, &handler);
    }
    (core, world)
}

/// The values written to the port.
fn trace(world: &World) -> Vec<u32> {
    world
        .writes(PORT)
        .into_iter()
        .map(|(_, value)| value)
        .collect()
}

#[test]
fn frame_and_return() {
    for (misalign, pad) in [(0, 0), (4, 1)] {
        let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[svc(7), HERE]);
        world.on(SVCALL, &[BX_LR]);
        for i in 0..13 {
            core.set_reg(i, 0x100 + u32::from(i));
        }
        core.set_reg(14, 0xABCD_EF01);
        core.set_reg(13, STACK - misalign);
        core.set_xpsr(0xA100_0000);
        steps(&mut core, &mut world, 1);
        let frame = core.reg(13);
        assert_eq!(frame, (STACK - misalign - 0x20) & !7);
        let words: Vec<_> = (0..8).map(|i| world.word(frame + 4 * i)).collect();
        let xpsr = 0xA100_0000 | pad << 9;
        assert_eq!(
            words,
            [
                0x100,
                0x101,
                0x102,
                0x103,
                0x10C,
                0xABCD_EF01,
                CODE + 2,
                xpsr
            ]
        );
        assert_eq!(
            (core.pc(), core.reg(14), core.ipsr()),
            (handler(SVCALL), 0xFFFF_FFF9, SVCALL)
        );
        assert_eq!(core.cycles(), 15, "entry of the M0+");
        steps(&mut core, &mut world, 1);
        assert_eq!(
            (core.pc(), core.reg(13), core.reg(14)),
            (CODE + 2, STACK - misalign, 0xABCD_EF01)
        );
        assert_eq!((core.xpsr(), core.cycles()), (0xA100_0000, 15 + 2 + 9));
    }
}

#[test]
fn entry_on_the_m0_takes_16_cycles() {
    let (mut core, mut world) = program(Config::CORTEX_M0, &[svc(0)]);
    world.on(SVCALL, &[BX_LR]);
    steps(&mut core, &mut world, 1);
    assert_eq!(core.cycles(), 16);
}

#[test]
fn process_stack() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[svc(0), HERE]);
    world.on(SVCALL, &[push(0x10), pop(0x10), BX_LR]);
    core.set_psp(RAM + 0x800);
    core.set_control(2);
    assert_eq!((core.reg(13), core.control()), (RAM + 0x800, 2));
    steps(&mut core, &mut world, 1);
    assert_eq!((core.reg(14), core.control()), (0xFFFF_FFFD, 0));
    assert_eq!(
        (core.psp(), core.msp(), core.reg(13)),
        (RAM + 0x7E0, STACK, STACK)
    );
    steps(&mut core, &mut world, 1);
    assert_eq!(
        core.msp(),
        STACK - 4,
        "the handler pushes on the main stack"
    );
    steps(&mut core, &mut world, 2);
    assert_eq!(
        (core.control(), core.reg(13), core.pc()),
        (2, RAM + 0x800, CODE + 2)
    );
}

#[test]
fn a_scheduler_moves_a_thread_to_the_process_stack() {
    // The handler returns with another EXC_RETURN than it was entered with.
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[svc(0)]);
    world.on(SVCALL, &[bx(0)]);
    core.set_reg(0, 0xFFFF_FFFD);
    core.set_psp(RAM + 0x700);
    for (i, word) in (0..).zip([1, 2, 3, 4, 5, 6, 0x200, 1 << 24]) {
        world.put_word(RAM + 0x700 + 4 * i, word);
    }
    steps(&mut core, &mut world, 2);
    assert_eq!(
        (core.pc(), core.reg(13), core.control()),
        (0x200, RAM + 0x720, 2)
    );
    assert_eq!((core.reg(0), core.reg(12), core.reg(14)), (1, 5, 6));
}

#[test]
fn returning_by_pop() {
    let (mut core, mut world) = logging(&[svc(0), HERE], &[(SVCALL, &[NOP])]);
    assert_eq!(core.run(&mut world, 200), Stop::Limit);
    assert_eq!(trace(&world), [111, 211]);
    assert_eq!((core.pc(), core.ipsr()), (CODE + 2, 0));
}

/// PendSV is pended by `SVCall`: what a context switch does.
#[test]
fn pendsv_is_tail_chained() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[svc(0), HERE]);
    world.on(SVCALL, &[str(2, 1, 0), BX_LR]);
    world.on(PENDSV, &[NOP, BX_LR]);
    core.set_reg(1, ICSR);
    core.set_reg(2, 1 << 28);
    assert!(core.poke(SHPR3, 3 << 22));
    steps(&mut core, &mut world, 2);
    assert_eq!(core.pending_exceptions(), 1 << PENDSV);
    let plain = world.plain;
    let start = core.cycles();
    steps(&mut core, &mut world, 1);
    assert_eq!(
        (core.ipsr(), core.pc(), core.reg(14)),
        (PENDSV, handler(PENDSV), 0xFFFF_FFF9)
    );
    assert_eq!(world.plain - plain, 1, "only the vector is read");
    assert_eq!(core.cycles() - start, 2 + 5);
    steps(&mut core, &mut world, 2);
    assert_eq!((core.ipsr(), core.reg(13)), (0, STACK));
}

/// Enables interrupts 0 to 3 with the given priorities.
fn enable(core: &mut Core, priorities: [u32; 4]) {
    assert!(core.poke(NVIC_ISER, 0xF));
    let word = (0..)
        .zip(priorities)
        .fold(0, |word, (i, priority)| word | priority << (8 * i + 6));
    assert!(core.poke(NVIC_IPR0, word));
    assert_eq!(core.peek(NVIC_IPR0), Some(word));
}

#[test]
fn a_higher_priority_pre_empts_and_others_wait() {
    let handlers: &[(u32, &[u16])] = &[
        (IRQ0, &[str(1, 2, 0), NOP, NOP]),
        (IRQ0 + 1, &[NOP]),
        (IRQ0 + 2, &[NOP]),
    ];
    let (mut core, mut world) = logging(&[HERE], handlers);
    enable(&mut core, [1, 0, 1, 3]);
    core.set_reg(1, 0b0110);
    core.set_reg(2, NVIC_ISPR);
    assert!(core.poke(NVIC_ISPR, 1));
    assert_eq!(core.run(&mut world, 300), Stop::Limit);
    assert_eq!(trace(&world), [116, 117, 217, 216, 118, 218]);
    assert_eq!((core.active_exceptions(), core.reg(13)), (0, STACK));
}

#[test]
fn equal_priorities_go_by_number() {
    let (mut core, mut world) = logging(
        &[HERE],
        &[
            (IRQ0, &[]),
            (IRQ0 + 1, &[]),
            (IRQ0 + 2, &[]),
            (IRQ0 + 3, &[]),
        ],
    );
    enable(&mut core, [2, 1, 2, 1]);
    assert!(core.poke(NVIC_ISPR, 0xF));
    assert_eq!(core.run(&mut world, 500), Stop::Limit);
    assert_eq!(trace(&world), [117, 217, 119, 219, 116, 216, 118, 218]);
}

#[test]
fn a_late_arrival_goes_first() {
    let (mut core, mut world) = logging(&[HERE], &[(IRQ0, &[]), (IRQ0 + 1, &[])]);
    enable(&mut core, [1, 0, 0, 0]);
    // Interrupt 1 comes while the frame of interrupt 0 is being stacked.
    world.plan = vec![(20, 0b01, 0), (30, 0b11, 0), (38, 0, 0)];
    assert_eq!(core.run(&mut world, 300), Stop::Limit);
    assert_eq!(trace(&world), [117, 217, 116, 216]);
    let first = world.log[0].at.cycle;
    // Recognised at 20, entered 15 cycles later; PUSH and MOVS precede the store.
    assert_eq!(first, 20 + 15 + 2 + 1);
}

#[test]
fn primask_and_svc() {
    let code = [
        CPSID,
        movs(5, 1),
        str(5, 4, 0),
        CPSIE,
        movs(5, 2),
        str(5, 4, 0),
        HERE,
    ];
    let (mut core, mut world) = logging(&code, &[(IRQ0, &[])]);
    enable(&mut core, [0; 4]);
    steps(&mut core, &mut world, 1);
    assert!(core.primask());
    assert!(core.poke(NVIC_ISPR, 1));
    assert_eq!(core.run(&mut world, 200), Stop::Limit);
    assert_eq!(trace(&world), [1, 116, 216, 2]);
}

#[test]
fn svc_of_the_same_priority_escalates() {
    let handlers: &[(u32, &[u16])] = &[(IRQ0, &[svc(0)]), (SVCALL, &[]), (3, &[adds(6, 1), b(0)])];
    let (mut core, mut world) = logging(&[HERE], handlers);
    enable(&mut core, [2, 0, 0, 0]);
    assert!(core.poke(SHPR2, 2 << 30));
    assert!(core.poke(NVIC_ISPR, 1));
    core.run(&mut world, 200);
    assert_eq!(core.ipsr(), 3);
    // With a priority above the interrupt's it runs.
    let (mut core, mut world) = logging(&[HERE], handlers);
    enable(&mut core, [2, 0, 0, 0]);
    assert!(core.poke(SHPR2, 1 << 30));
    assert!(core.poke(NVIC_ISPR, 1));
    core.run(&mut world, 200);
    assert_eq!(trace(&world), [116, 111, 211, 216]);
}

#[test]
fn nmi_beats_everything_but_itself() {
    let (mut core, mut world) = logging(&[HERE], &[(2, &[str(1, 2, 0), NOP]), (IRQ0, &[])]);
    enable(&mut core, [0; 4]);
    core.set_reg(1, 1 << 31);
    core.set_reg(2, ICSR);
    core.set_primask(true);
    core.pend_nmi();
    core.run(&mut world, 60);
    assert_eq!(core.ipsr(), 2);
    // Pended in its own handler it runs once more, and so without end.
    core.run(&mut world, 120);
    assert_eq!(trace(&world)[..4], [102, 202, 102, 202]);
}

#[test]
fn a_level_pends_again_until_it_falls() {
    let (mut core, mut world) = logging(&[HERE], &[(IRQ0, &[])]);
    enable(&mut core, [0; 4]);
    world.plan = vec![(10, 1, 0), (100, 0, 0)];
    core.run(&mut world, 400);
    let entries = trace(&world).iter().filter(|&&value| value == 116).count();
    assert!(entries > 1, "{entries}");
    assert_eq!(core.pending_exceptions(), 0);
}

#[test]
fn clearing_a_pending_interrupt() {
    let (mut core, mut world) = logging(&[HERE], &[(IRQ0, &[])]);
    assert!(core.poke(NVIC_ISPR, 0b11));
    assert!(core.poke(NVIC_ICPR, 0b01));
    assert_eq!(core.peek(NVIC_ISPR), Some(0b10));
    // A line that is high keeps its interrupt pending.
    world.lines = 1;
    core.run(&mut world, 10);
    assert!(core.poke(NVIC_ICPR, 0b11));
    assert_eq!(core.peek(NVIC_ISPR), Some(0b01));
    enable(&mut core, [0; 4]);
    assert!(core.poke(NVIC_ICER, 0b1110));
    assert_eq!(core.peek(NVIC_ISER), Some(1));
}

#[test]
fn vector_table_offset() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[svc(0)]);
    assert!(core.poke(VTOR, 0x2000_01FF));
    assert_eq!(
        (core.vtor(), core.peek(VTOR)),
        (0x2000_0100, Some(0x2000_0100))
    );
    world.put_word(RAM + 0x100 + 4 * SVCALL, 0x301);
    steps(&mut core, &mut world, 1);
    assert_eq!(core.pc(), 0x300);
    let (mut core, _) = program(Config::CORTEX_M0, &[]);
    assert!(core.poke(VTOR, 0x100));
    assert_eq!(core.vtor(), 0, "the M0 has none");
}

#[test]
fn system_reset_request() {
    let (mut core, mut world) =
        program(Config::CORTEX_M0_PLUS, &[str(1, 0, 0), str(2, 0, 0), HERE]);
    core.set_reg(0, AIRCR);
    core.set_reg(1, 0x0000_0004);
    core.set_reg(2, 0x05FA_0004);
    assert_eq!(core.run(&mut world, 100), Stop::ResetRequested);
    assert_eq!(
        (core.pc(), core.cycles()),
        (CODE + 4, 4),
        "the first had no key"
    );
    core.reset(&mut world);
    assert_eq!((core.pc(), core.reg(13), core.cycles()), (CODE, STACK, 4));
}

#[test]
fn unstacking_that_fails() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[svc(0), HERE]);
    world.on(SVCALL, &[bx(0)]);
    world.on(3, &[HERE]);
    core.set_reg(0, 0xFFFF_FFFD);
    core.set_psp(0x3000_0000);
    core.run(&mut world, 100);
    assert_eq!((core.ipsr(), core.pc()), (3, handler(3)));
    assert_eq!((core.reg(14), core.psp()), (0xFFFF_FFFD, 0x3000_0000));
    assert_eq!(core.active_exceptions(), 1 << 3);
}

#[test]
fn svc_with_primask_is_a_hard_fault_that_returns_to_it() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[CPSID, svc(0), HERE]);
    world.on(SVCALL, &[HERE]);
    world.on(3, &[CPSIE, BX_LR]);
    steps(&mut core, &mut world, 2);
    assert_eq!(
        (core.ipsr(), core.pc()),
        (3, handler(3)),
        "PRIMASK does not hold HardFault back"
    );
    assert_eq!(world.word(core.reg(13) + 24), CODE + 2);
    // Executed again with PRIMASK clear, it is taken.
    steps(&mut core, &mut world, 3);
    assert_eq!((core.ipsr(), core.pc()), (SVCALL, handler(SVCALL)));
    assert_eq!(world.word(core.reg(13) + 24), CODE + 4);
}

#[test]
fn nesting_from_a_thread_with_its_own_stack() {
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &[NOP, HERE]);
    world.on(IRQ0, &[push(0x1), str(1, 2, 0), NOP, pop(0x1), BX_LR]);
    world.on(IRQ0 + 1, &[NOP, BX_LR]);
    enable(&mut core, [2, 1, 0, 0]);
    core.set_psp(RAM + 0x804);
    core.set_control(2);
    core.set_reg(1, 0b10);
    core.set_reg(2, NVIC_ISPR);
    assert!(core.poke(NVIC_ISPR, 1));
    steps(&mut core, &mut world, 1);
    // The thread's stack is padded to 8 bytes, the handler has the main stack.
    assert_eq!(
        (core.reg(14), core.psp(), core.reg(13)),
        (0xFFFF_FFFD, RAM + 0x7E0, STACK)
    );
    assert_eq!(world.word(RAM + 0x7E0 + 28) >> 9 & 1, 1);
    steps(&mut core, &mut world, 3);
    // Here the main stack is padded, for R0 was pushed; the frame tells the exception number.
    assert_eq!((core.ipsr(), core.reg(14)), (IRQ0 + 1, 0xFFFF_FFF1));
    assert_eq!(core.reg(13), STACK - 4 - 4 - 0x20);
    assert_eq!(world.word(core.reg(13) + 28), 1 << 24 | 1 << 9 | IRQ0);
    assert_eq!(core.active_exceptions(), 0b11 << IRQ0);
    steps(&mut core, &mut world, 2);
    assert_eq!(
        (core.ipsr(), core.reg(13), core.control()),
        (IRQ0, STACK - 4, 0)
    );
    steps(&mut core, &mut world, 3);
    assert_eq!(
        (core.ipsr(), core.reg(13), core.control()),
        (0, RAM + 0x804, 2)
    );
    assert_eq!(
        (core.pc(), core.msp(), core.active_exceptions()),
        (CODE, STACK, 0)
    );
}

/// Runs `code` from R0 = RAM + 0x100 on with a handler that logs its entry, an interrupt coming at `cycle` and going at `cycle + 20`.
fn interrupted_at(config: Config, code: &[u16], cycle: u64) -> (Core, World) {
    let (mut core, mut world) = program(config, code);
    core.set_reg(0, RAM + 0x100);
    core.set_reg(4, PORT);
    world.on(IRQ0, &[str(5, 4, 0), BX_LR]);
    for i in 0..4 {
        world.put_word(RAM + 0x100 + 4 * i, 0x10 + i);
    }
    enable(&mut core, [0; 4]);
    let start = core.cycles();
    world.plan = vec![(start + cycle, 1, 0), (start + cycle + 18, 0, 0)];
    assert_eq!(core.run(&mut world, start + 100), Stop::Limit);
    (core, world)
}

/// Cycles from the request to the first store of the handler: 15 of the entry, then the store begins.
const LATENCY: u64 = 15;

#[test]
fn an_interrupt_breaks_off_transfers_of_several_registers() {
    // LDM R0!, {R1-R3}; STM; PUSH {R0-R3}; POP {R1-R3}; after a NOP, which takes the first cycle.
    for transfer in [0xC80E, 0xC00E, 0xB40F, 0xBC0E] {
        let code = [NOP, transfer, HERE];
        for cycle in 1..=3 {
            let (core, world) = interrupted_at(Config::CORTEX_M0_PLUS, &code, cycle);
            let entered = world.log.iter().find(|access| access.address == PORT);
            assert_eq!(
                entered.unwrap().at.cycle,
                cycle + LATENCY,
                "{transfer:#x} broken off in cycle {cycle}"
            );
            // It was made in the end, and once.
            assert_eq!((core.pc(), core.ipsr()), (CODE + 4, 0));
            let moved = core.reg(13).wrapping_sub(STACK) as i32;
            let expected = match transfer {
                0xB40F => -16,
                0xBC0E => 12,
                _ => 0,
            };
            assert_eq!(moved, expected, "{transfer:#x}");
        }
        // At the end of it, at cycle 5, nothing is left to be broken off.
        let (_, world) = interrupted_at(Config::CORTEX_M0_PLUS, &code, 5);
        let entered = world.log.iter().find(|access| access.address == PORT);
        assert_eq!(entered.unwrap().at.cycle, 5 + LATENCY);
    }
}

#[test]
fn what_was_broken_off_begins_anew() {
    let code = [NOP, 0xC80E, HERE];
    let (core, mut world) = interrupted_at(Config::CORTEX_M0_PLUS, &code, 3);
    assert_eq!(
        [core.reg(0), core.reg(1), core.reg(2), core.reg(3)],
        [RAM + 0x10C, 0x10, 0x11, 0x12]
    );
    // The frame that the interrupt left has the address of the LDM in it.
    assert_eq!(world.word(STACK - 8), CODE + 2);
    // With PRIMASK nothing is taken, and the event costs nothing.
    let masked = [CPSID, 0xC80E, HERE];
    let (plain, _) = interrupted_at(Config::CORTEX_M0_PLUS, &masked, 60);
    let (early, world) = interrupted_at(Config::CORTEX_M0_PLUS, &masked, 3);
    assert_eq!(
        (early.cycles(), early.instructions()),
        (plain.cycles(), plain.instructions())
    );
    assert!(world.log.iter().all(|access| access.address != PORT));
    assert_eq!(early.reg(3), 0x12);
}

/// A store puts off what was planned for the time of the transfer behind it: it does not come sooner than then.
#[test]
fn what_is_put_off_before_a_transfer_breaks_nothing_off() {
    let code = [str(5, 4, 0), 0xB40F, HERE];
    let (mut core, mut world) = program(Config::CORTEX_M0_PLUS, &code);
    core.set_reg(4, DELAY);
    core.set_reg(5, 1_000);
    let start = core.cycles();
    world.plan = vec![(start + 4, 0, 7)];
    assert_eq!(core.run(&mut world, start + 100), Stop::Limit);
    assert_eq!((world.input, core.reg(13)), (0, STACK - 16));
    assert!((start + 100..start + 110).contains(&core.cycles()));
    assert_eq!(core.run(&mut world, start + 1_100), Stop::Limit);
    assert_eq!(world.input, 7);
}

#[test]
fn a_slow_multiplication_is_broken_off_and_a_fast_one_is_not() {
    let slow = Config {
        timing: bringup_cpu::armv6m::timing::Timing::CORTEX_M0_PLUS.with_multiplier(32),
        ..Config::CORTEX_M0_PLUS
    };
    // MULS R0, R4, R0
    for (config, came) in [(slow, 7), (Config::CORTEX_M0_PLUS, 1)] {
        let (core, world) = interrupted_at(config, &[NOP, 0x4360, HERE], came);
        let entered = world.log.iter().find(|access| access.address == PORT);
        assert_eq!(entered.unwrap().at.cycle, came + LATENCY);
        assert_eq!(core.reg(0), PORT.wrapping_mul(RAM + 0x100));
    }
}

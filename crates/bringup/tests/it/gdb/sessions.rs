//! Sessions that people have, with what gdb shows of them.

use super::{Served, elf, has_gdb};

#[test]
fn load_break_step_and_look_around() {
    if !has_gdb() {
        return;
    }
    let elf = elf("overrun");
    let served = Served::start(&["debug"], &elf);
    insta::assert_snapshot!(served.gdb(
        &elf,
        &[
            "load",
            "compare-sections .text",
            "break overrun::__cortex_m_rt_main",
            "continue",
            "next",
            "info threads",
            "step",
            "break overrun::keep",
            "continue",
            "info breakpoints",
            "finish",
            "print turn",
            "print/x *(0x50000400 as *mut u32)",
            "info registers sp pc msp psp primask control",
            "monitor reg RCC.IOPENR",
            "monitor pins",
            "monitor time",
            "detach",
        ]
    ));
    // Another one finds the board where it was left, and starts it anew.
    insta::assert_snapshot!(served.gdb(
        &elf,
        &[
            "bt 1",
            "monitor reset halt",
            "maintenance flush register-cache",
            "x/i $pc",
            "monitor reset init",
            "monitor halt",
            "monitor targets",
            "monitor flash banks",
            "monitor flash info 0",
            "monitor arm semihosting enable",
            "monitor mdw 0x20000000 2",
            "monitor mww 0x20000000 0x12345678",
            "monitor mdh 0x20000000 2",
            "monitor mdb 0x20000000 4",
            "monitor mww 0x08000000 1",
            "monitor sleep 10",
            "kill",
        ]
    ));
}

#[test]
fn who_wrote_this() {
    if !has_gdb() {
        return;
    }
    let elf = elf("overrun");
    let served = Served::start(&["debug"], &elf);
    insta::assert_snapshot!(served.gdb(
        &elf,
        &[
            "break firmware::semihosting::exit",
            "continue",
            "print overrun::LOG.limit.value",
            "watch overrun::LOG.limit.value",
            "reverse-continue",
            "bt",
            "print overrun::LOG.limit.value",
            "print turn",
            "stepi",
            "print overrun::LOG.limit.value",
            "reverse-stepi",
            "print overrun::LOG.limit.value",
            "delete",
            "break overrun::measure",
            "reverse-continue",
            "print turn",
            "reverse-continue",
            "print turn",
            "reverse-finish",
            "reverse-next",
            "delete",
            "reverse-continue",
            "monitor time",
            "break firmware::semihosting::exit",
            "continue",
            "print overrun::LOG.limit.value",
            "delete",
            "continue",
        ]
    ));
    let (_, console) = {
        let mut served = served;
        let _ = served.child.kill();
        served.end()
    };
    assert_eq!(
        console, "the limit is 104\n",
        "what is gone over again is printed once"
    );
}

#[test]
fn watchpoints_and_breakpoints_end_where_the_chip_has_no_more() {
    if !has_gdb() {
        return;
    }
    let elf = elf("overrun");
    let served = Served::start(&["debug"], &elf);
    insta::assert_snapshot!(served.gdb(
        &elf,
        &[
            "break overrun::__cortex_m_rt_main",
            "continue",
            "delete",
            "watch overrun::LOG.samples[1].value",
            "rwatch overrun::LOG.limit.value",
            "continue",
            "continue",
            "awatch overrun::LOG.samples[2].value",
            "stepi",
            "delete",
            "hbreak overrun::measure",
            "hbreak overrun::keep",
            "hbreak overrun::sample",
            "hbreak firmware::led::toggle",
            "hbreak firmware::led::set_up",
            "stepi",
            "delete 9",
            "monitor reset halt",
            "maintenance flush register-cache",
            "continue",
            "detach",
        ]
    ));
}

#[test]
fn findings_and_faults_stop_like_signals() {
    if !has_gdb() {
        return;
    }
    let program = elf("clock_off");
    let served = Served::start(&["debug"], &program);
    insta::assert_snapshot!(served.gdb(&program, &[
        "continue",
        "monitor findings",
        "monitor stop-on never",
        "monitor reset halt",
        "maintenance flush register-cache",
        "continue",
        "kill",
    ]), @r"
    (gdb) continue
    error[clock-gated]: write to `GPIOB.MODER` is lost: the clock of `GPIOB` is off (`RCC.IOPENR.IOPBEN` = 0) (src/register.rs:42, pc 0x8……)
    hint: set `RCC.IOPENR.IOPBEN` before the first access, for example `rcc.iopenr().modify(|_, w| w.iopben().set_bit())`

    Program received signal SIGEMT, Emulation trap.
    firmware::register::Register::write (self=..., value=4294967167) at src/register.rs:43
    43	    }
    (gdb) monitor findings
    clock-gated: write to `GPIOB.MODER` is lost: the clock of `GPIOB` is off (`RCC.IOPENR.IOPBEN` = 0) (src/register.rs:42, pc 0x8……)
    (gdb) monitor stop-on never
    what the checks find is told at the next stop
    (gdb) monitor reset halt
    target halted due to debug-request, current mode: Thread
    xPSR: 0x01000000 pc: 0x8…… msp: 0x20001800
    (gdb) maintenance flush register-cache
    (gdb) continue
    error[clock-gated]: write to `GPIOB.BSRR` is lost: the clock of `GPIOB` is off (`RCC.IOPENR.IOPBEN` = 0) (src/register.rs:42, pc 0x8……)
    hint: set `RCC.IOPENR.IOPBEN` before the first access, for example `rcc.iopenr().modify(|_, w| w.iopben().set_bit())`
    [Inferior 1 (process 1) exited normally]
    (gdb) kill
    The program is not being run.
    ");
    let program = elf("backtrace");
    let served = Served::start(&["debug"], &program);
    insta::assert_snapshot!(served.gdb(&program, &["continue", "bt 7", "reverse-stepi", "bt 2", "kill"]), @r#"
    (gdb) continue
    error[unaligned]: `ldr r0, [r1, #0]` reads a word at `0x20000001`, which is no multiple of 4: a HardFault (src/bin/backtrace.rs:21, pc 0x8……)
    hint: check the pointer; read values that lie anywhere with `core::ptr::read_unaligned`
    HardFault: unaligned access (src/bin/backtrace.rs:21, pc 0x8……)

    Program received signal SIGSEGV, Segmentation fault.
    cortex_m_rt::HardFault_ () at src/lib.rs:1146
    1146	pub unsafe extern "C" fn HardFault_() -> ! {
    (gdb) bt 7
    #0  cortex_m_rt::HardFault_ () at src/lib.rs:1146
    #1  <signal handler called>
    #2  backtrace::load (address=536870913) at src/bin/backtrace.rs:21
    #3  0x8…… in backtrace::sum (first=536870913, second=536870917) at src/bin/backtrace.rs:27
    #4  backtrace::measure (address=536870913) at src/bin/backtrace.rs:32
    #5  0x8…… in backtrace::__cortex_m_rt_SysTick () at src/bin/backtrace.rs:37
    #6  0x8…… in backtrace::__cortex_m_rt_SysTick_trampoline () at src/bin/backtrace.rs:35
    (gdb) reverse-stepi
    backtrace::load (address=536870913) at src/bin/backtrace.rs:21
    21	    unsafe { asm!("ldr {word}, [{address}]", word = out(reg) word, address = in(reg) address) };
    (gdb) bt 2
    #0  backtrace::load (address=536870913) at src/bin/backtrace.rs:21
    #1  0x8…… in backtrace::sum (first=536870913, second=536870917) at src/bin/backtrace.rs:27
    (gdb) kill
    [Inferior 1 (process 1) killed]
    "#);
}

#[test]
fn a_run_with_a_debugger_ends_as_one_without() {
    if !has_gdb() {
        return;
    }
    let program = elf("systick_irq");
    let alone = crate::support::finish(crate::support::tool().arg("run").arg(&program).args([
        "--board",
        "nucleo-l031k6",
        "--json",
    ]));
    let served = Served::start(&["run", "--json"], &program);
    insta::assert_snapshot!(served.gdb(&program, &[
        "break SysTick",
        "continue",
        "continue",
        "reverse-continue",
        "reverse-stepi",
        "delete",
        "monitor time",
        "detach",
    ]), @r"
    (gdb) break SysTick
    Breakpoint 1 at 0x8……: file src/bin/systick_irq.rs, line 15.
    Note: automatically using hardware breakpoints for read-only addresses.
    (gdb) continue

    Breakpoint 1, systick_irq::__cortex_m_rt_SysTick_trampoline () at src/bin/systick_irq.rs:15
    15	#[exception]
    (gdb) continue

    Breakpoint 1, systick_irq::__cortex_m_rt_SysTick_trampoline () at src/bin/systick_irq.rs:15
    15	#[exception]
    (gdb) reverse-continue

    Breakpoint 1, systick_irq::__cortex_m_rt_SysTick_trampoline () at src/bin/systick_irq.rs:15
    15	#[exception]
    (gdb) reverse-stepi
    0x8……	15	#[exception]
    (gdb) delete
    (gdb) monitor time
    0.005680 s, 11912 core cycles, 1197 instructions
    it can go back to 0.000000 s, cycle 0
    (gdb) detach
    [Inferior 1 (process 1) detached]
    ");
    assert_eq!(served.end(), (alone.code, alone.stdout));
}

#[test]
fn the_time_of_a_run_is_over() {
    if !has_gdb() {
        return;
    }
    let program = elf("pwm");
    let served = Served::start(&["run", "--for", "10ms"], &program);
    insta::assert_snapshot!(served.gdb(&program, &["continue", "monitor time", "continue", "detach"]), @r"
    (gdb) continue
    the virtual time of the run is over

    Program received signal SIGXCPU, CPU time limit exceeded.
    cortex_m::asm::wfi () at cortex-m-0.7.10/src/asm.rs:…
    88	#[asm_cfg(cortex_m)]
    (gdb) monitor time
    0.010000 s, 20972 core cycles, 1510 instructions
    it can go back to 0.000000 s, cycle 0
    (gdb) continue
    the virtual time of the run is over

    Program received signal SIGXCPU, CPU time limit exceeded.
    cortex_m::asm::wfi () at cortex-m-0.7.10/src/asm.rs:…
    88	#[asm_cfg(cortex_m)]
    (gdb) detach
    [Inferior 1 (process 1) detached]
    ");
    assert_eq!(served.end().0, Some(0));
}

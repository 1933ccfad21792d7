//! `hardfault-before-main`: the core faults before or soon after the program begins.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "hardfault-before-main",
    summary: "the core faults before or soon after the program begins",
    symptom: "HardFaultTrampoline (), target halted, current mode: Handler HardFault",
    patterns: &[
        r"can't escalate \d+ to HardFault",
        r"current mode: Handler HardFault",
        r"xPSR: 0x[0-9a-fA-F]{6}03\b",
        r"HardFault(?:Trampoline|_)? \(",
        r"HardFault <",
        r"[Ee]xception: HardFault",
        r"[Ff]irmware exited (?:unexpectedly|with)[^\n]*(?:HardFault|[Ee]xception)",
    ],
    cause: "Before `main` the start-up code loads the stack pointer, copies `.data` and clears `.bss`. It faults there if `memory.x` promises more RAM than the chip has (the stack begins where there is nothing), if the code is for \
            another core, or if a feature of the PAC or HAL chose another chip.",
    fix: &[
        "`bringup doctor` compares target, memories and features with the chip",
        "`bringup audit ELF --chip CHIP` looks at the image: `bad-initial-stack`, `memory-overflow`, `wrong-architecture`",
        "`bringup run ELF --chip CHIP` stops at the fault and says which access it was",
        "Later than `main`: a stack that is too small, an address without a memory, an unaligned access (ARMv6-M has none)",
    ],
    see: &[
        "bad-initial-stack",
        "memory-overflow",
        "wrong-architecture",
        "wrong-core-target",
    ],
    ..PLAIN
};

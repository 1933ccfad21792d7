//! Backtraces and decoded faults of programs without debug information, and of stacks that hold nonsense. Those with
//! debug information are programs of `firmware/`.

use bringup_board::report::FaultReport;
use bringup_board::{Board, Stop};

use crate::asm::Asm;
use crate::fixture::{RCC_CR, run};

fn fault(program: &Asm) -> (Board, FaultReport) {
    let (board, stop) = run(program);
    assert_eq!(stop, Stop::Fault);
    let fault = board.report().fault.expect("the run ended with a fault");
    (board, fault)
}

#[test]
fn a_fault_is_decoded_as_data() {
    let mut program = Asm::new();
    program
        .movs(1, 0x11)
        .movs(2, 0x22)
        .movs(3, 0x33)
        .load(0, RCC_CR + 1);
    let (_, fault) = fault(program.ldr(3, 0, 4));
    insta::assert_snapshot!(serde_json::to_string_pretty(&fault).unwrap(), @r#"
    {
      "message": "unaligned access",
      "pc": "0x08000018",
      "address": "0x40021005",
      "location": null,
      "cycle": 20,
      "instruction": "ldr r3, [r0, #4]",
      "register": "RCC.ICSCR",
      "frame": {
        "address": "0x20000fe0",
        "exc_return": "0xfffffff9",
        "r0": "0x40021001",
        "r1": "0x00000011",
        "r2": "0x00000022",
        "r3": "0x00000033",
        "r12": "0x00000000",
        "lr": "0xffffffff",
        "pc": "0x08000018",
        "xpsr": "0x01000000"
      },
      "backtrace": [
        {
          "pc": "0x08000018",
          "function": null,
          "location": null,
          "inlined": false,
          "interrupted_by": "HardFault"
        }
      ]
    }
    "#);
}

#[test]
fn unwinding_stops_where_nothing_tells_how_to_go_on() {
    // PUSH, `bl` over a nop, then UDF: LR tells the caller, and nothing the caller's caller.
    let mut program = Asm::new();
    program
        .op(0xB500)
        .op(0xF000)
        .op(0xF801)
        .op(0xBF00)
        .op(0xDE00);
    let (board, fault) = fault(&program);
    let pcs: Vec<_> = fault.backtrace.iter().map(|call| call.pc).collect();
    assert_eq!(pcs, [0x0800_0018, 0x0800_0016]);
    insta::assert_snapshot!(fault.backtrace_cut.unwrap(), @"no unwind information at `0x08000014`");
    let all = board.backtrace();
    assert_eq!(all.calls[0].interrupted_by, None);
    assert_eq!(all.calls[1].interrupted_by.as_deref(), Some("HardFault"));
    assert_eq!(all.frame.map(|frame| frame.pc), Some(0x0800_0018));
}

#[test]
fn a_corrupt_return_address_ends_the_chain() {
    for lr in [0x2000_0000_u32, 0x6000_0001, 0xFFFF_FFF9, 0xFFFF_FFF3] {
        let mut program = Asm::new();
        program.load(0, lr).op(0x4686).op(0xDE00);
        let (_, fault) = fault(&program);
        let cut = fault.backtrace_cut.expect("the chain is cut");
        assert!(
            cut.contains("is no code") || cut.contains("no memory") || cut.contains("EXC_RETURN"),
            "{lr:#x}: {cut}"
        );
    }
}

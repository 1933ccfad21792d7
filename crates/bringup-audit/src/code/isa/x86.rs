//! x86-64, disassembled by the crate `iced-x86` in the syntax of Intel's manuals. Only the flow of control is followed.

use iced_x86::{DecoderOptions, FlowControl, Formatter as _, IntelFormatter};

use super::{Callee, Effect, Instruction};

/// The instruction at the start of the bytes.
pub(super) fn decode(address: u64, bytes: &[u8]) -> Option<Instruction> {
    let mut decoder = iced_x86::Decoder::with_ip(64, bytes, address, DecoderOptions::NONE);
    let decoded = decoder.decode();
    if decoded.is_invalid() {
        return None;
    }
    let mut text = String::new();
    let mut formatter = IntelFormatter::new();
    let options = formatter.options_mut();
    options.set_space_after_operand_separator(true);
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_uppercase_hex(false);
    options.set_branch_leading_zeros(false);
    options.set_show_branch_size(false);
    options.set_rip_relative_addresses(true);
    formatter.format(&decoded, &mut text);
    let target = decoded.near_branch_target();
    let effect = match decoded.flow_control() {
        FlowControl::UnconditionalBranch => Effect::Jump {
            target,
            conditional: false,
        },
        FlowControl::ConditionalBranch => Effect::Jump {
            target,
            conditional: true,
        },
        FlowControl::Call if target != 0 => Effect::Call(Callee::Direct(target)),
        FlowControl::IndirectBranch => Effect::Computed,
        FlowControl::Return => Effect::Return,
        FlowControl::Exception => Effect::Trap,
        _ => Effect::Other,
    };
    Some(Instruction {
        address,
        length: decoded.len() as u8,
        text,
        effect,
        clobbers: 0,
        conditional: false,
    })
}

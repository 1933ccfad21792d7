//! `reserved-bits`: a write that changes bits which have to be left as they are.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "reserved-bits",
    severity: Severity::Warning,
    summary: "a write that changes bits that belong to no field",
    explanation: "\
Bits without a field are reserved and have to keep their reset value (RM0091 and RM0377, section 1.2: `Res.`). This chip
mostly ignores what is written there; the next one of the family may have given the bit a meaning, and some bits
exist without being described.

Reported is a write that would change such a bit: one that sets a bit outside of all fields, which is a value too large for its
field or a bit position that is wrong, or one that clears a reserved bit that is 1 after reset. Writing back what was read, or
the reset value, is no breach, nor is a write of all ones, nor anything written to a register of flags and commands
that keeps nothing. Of a register without fields in the SVD file nothing is known.

Shift the value to its field and mask it, or use `modify`. If the bit has a meaning in the reference manual, the SVD file is
incomplete: correct it with `--patch`. It is a warning because of such files, and because most of these writes do no harm.",
};

/// Words the finding. `set` and `cleared` are bits of the register.
pub(crate) fn detail(register: &str, set: u32, cleared: u32) -> Detail {
    let list = |mask: u32, verb: &str| (mask != 0).then(|| format!("{verb} {}", bits(mask)));
    let parts = [list(set, "sets"), list(cleared, "clears")];
    let what: Vec<_> = parts.into_iter().flatten().collect();
    Detail {
        message: format!(
            "write to `{register}` {}: no field there, reserved",
            what.join(" and ")
        ),
        register: Some(register.to_owned()),
        field: None,
        hint: Some(
            "keep reserved bits as they are, for example with `modify`; check the shift and the size of the value"
                .to_owned(),
        ),
    }
}

/// `bit 3`, `bits 31 to 16`, or `bits 9, 5 to 3`.
pub(crate) fn bits(mask: u32) -> String {
    let mut parts = Vec::new();
    let mut rest = u64::from(mask);
    while rest != 0 {
        let high = rest.ilog2();
        let low = high + 1 - (rest << (63 - high)).leading_ones();
        rest &= (1 << low) - 1;
        parts.push(if low == high {
            format!("{high}")
        } else {
            format!("{high} to {low}")
        });
    }
    let word = if mask.is_power_of_two() {
        "bit"
    } else {
        "bits"
    };
    format!("{word} {}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    #[test]
    fn bits_are_listed_from_the_top() {
        let list = |mask| super::bits(mask);
        assert_eq!(list(0b1000), "bit 3");
        assert_eq!(list(0xFFFF_0000), "bits 31 to 16");
        assert_eq!(list(0b10_0011_1000), "bits 9, 5 to 3");
        assert_eq!(list(u32::MAX), "bits 31 to 0");
        assert_eq!(list(0x8000_0001), "bits 31, 0");
    }
}

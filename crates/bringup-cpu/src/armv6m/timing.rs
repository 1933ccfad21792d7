//! Cycle costs, one column per core.
//!
//! The instruction columns are those of the technical reference manuals for zero-wait-state memory;
//! what the bus adds comes from [`Bus::data_wait`](crate::Bus::data_wait) and
//! [`Bus::fetch_wait`](crate::Bus::fetch_wait).
//!
//! | column | source |
//! |---|---|
//! | [`Timing::CORTEX_M0_PLUS`] | Cortex-M0+ TRM r0p1 (DDI 0484C), table 3-1, section 3.6.1 |
//! | [`Timing::CORTEX_M0`] | Cortex-M0 TRM r0p0 (DDI 0432C), table 3-1, section 3.6.1 |

/// Cycles of each class of instruction and of exception handling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Data processing, extends, reversals, CPS, NOP, SEV, YIELD.
    pub alu: u8,
    /// MULS: 1 or 32, the implementer's choice.
    pub multiply: u8,
    /// MOV and ADD with PC as the destination.
    pub write_pc: u8,
    /// B, and B with a condition that holds.
    pub branch_taken: u8,
    /// B with a condition that does not hold.
    pub branch_not_taken: u8,
    /// BL.
    pub branch_link: u8,
    /// BX and BLX.
    pub branch_exchange: u8,
    /// LDR and STR of any width.
    pub load_store: u8,
    /// LDM, STM, PUSH and POP without PC, beyond one cycle per register.
    pub multiple: u8,
    /// POP with PC, beyond one cycle per register, PC counted.
    pub pop_pc: u8,
    /// MRS and MSR.
    pub special: u8,
    /// DMB, DSB and ISB.
    pub barrier: u8,
    /// WFI and WFE, beyond the time asleep.
    pub wait: u8,
    /// Exception entry, from the request to the first instruction of the handler.
    pub exception_entry: u8,
    /// Exception return, beyond the cost of the BX or POP that causes it.
    pub exception_return: u8,
    /// From the end of one handler to the first instruction of the next when nothing is unstacked
    /// in between, beyond the cost of the BX or POP.
    pub tail_chain: u8,
}

impl Timing {
    /// Cortex-M0+ with the single-cycle multiplier.
    ///
    /// The manual gives the 15 cycles of exception entry. It gives no figure for return and tail
    /// chaining. Both are derived: a return reads the eight words that the entry wrote and refills the
    /// pipeline, which is what POP of eight registers with PC costs (3 + 8); tail chaining
    /// is an entry without its eight stores.
    pub const CORTEX_M0_PLUS: Self = Self {
        alu: 1,
        multiply: 1,
        write_pc: 2,
        branch_taken: 2,
        branch_not_taken: 1,
        branch_link: 3,
        branch_exchange: 2,
        load_store: 2,
        multiple: 1,
        pop_pc: 3,
        special: 3,
        barrier: 3,
        wait: 2,
        exception_entry: 15,
        exception_return: 9,
        tail_chain: 5,
    };

    /// Cortex-M0 with the single-cycle multiplier. Return and tail chaining are derived as for
    /// [`Timing::CORTEX_M0_PLUS`].
    pub const CORTEX_M0: Self = Self {
        alu: 1,
        multiply: 1,
        write_pc: 3,
        branch_taken: 3,
        branch_not_taken: 1,
        branch_link: 4,
        branch_exchange: 3,
        load_store: 2,
        multiple: 1,
        pop_pc: 4,
        special: 4,
        barrier: 4,
        wait: 2,
        exception_entry: 16,
        exception_return: 9,
        tail_chain: 5,
    };

    /// The same with a multiplier that takes `cycles`.
    #[must_use]
    pub const fn with_multiplier(mut self, cycles: u8) -> Self {
        self.multiply = cycles;
        self
    }
}

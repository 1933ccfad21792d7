//! What is in registers where: constants, addresses on the stack, and values that were read from a register of the chip and
//! changed, followed through one function.
//!
//! Nothing is followed through calls but what the calling convention preserves. Where paths meet, what differs is unknown, so
//! whatever is said holds on every path.

use std::collections::{BTreeMap, BTreeSet};

use super::isa::{
    Access, Callee, Convention, Effect, Expression, Instruction, Multiple, REGISTERS, Source,
    Update,
};
use super::program::Program;
use super::value::{Read, Value, add, combine, extend};

/// What is known before an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    registers: [Value; REGISTERS],
    /// Words on the stack by their distance from the stack pointer at the start.
    stack: BTreeMap<i32, Value>,
    /// Somebody else may know an address on the stack.
    escaped: bool,
}

/// What an instruction of a function does, with what is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fact {
    /// Addresses that it reads or writes.
    pub(crate) accesses: Vec<Known>,
    /// The value that it gives a register, where that is a constant.
    pub(crate) result: Option<u32>,
    /// How far the stack pointer is below where it was at the function's start, behind the instruction; `None` if nobody knows.
    pub(crate) depth: Option<i32>,
    /// The function that it calls.
    pub(crate) callee: Option<u64>,
    /// Nothing leads here, as far as can be seen.
    pub(crate) unreached: bool,
}

/// An access whose address is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) address: u32,
    pub(crate) bytes: u8,
    pub(crate) write: bool,
    /// It reads and writes in one go.
    pub(crate) atomic: bool,
    /// What it writes.
    pub(crate) value: Value,
}

/// Visits of a block after which nothing is known there but where the stack is: values only ever become unknown, one by one, which
/// could take long in code that no compiler makes.
const ROUNDS: usize = 64;

/// Slots of the stack that are followed.
const SLOTS: usize = 4096;

/// Follows a function: a fact for each of its instructions, which are in the order of their addresses; and whether there is code
/// that only computed jumps lead to.
pub(crate) fn follow(
    program: &Program<'_>,
    convention: Convention,
    code: &[Instruction],
) -> (Vec<Fact>, bool) {
    let mut flow = Flow {
        program,
        convention,
        code,
        is_entry: code
            .first()
            .is_some_and(|first| first.address == program.entry),
        starts: BTreeMap::new(),
        has_table: false,
    };
    flow.settle();
    (flow.facts(), flow.has_table)
}

struct Flow<'a> {
    program: &'a Program<'a>,
    convention: Convention,
    code: &'a [Instruction],
    /// The program begins here.
    is_entry: bool,
    /// What is known at the start of each block, by the index of its first instruction.
    starts: BTreeMap<usize, State>,
    /// Computed jumps lead to places in the function.
    has_table: bool,
}

impl Flow<'_> {
    /// Goes over the blocks until nothing changes.
    fn settle(&mut self) {
        let leaders = self.leaders();
        if self.code.is_empty() {
            return;
        }
        self.starts.insert(0, State::entry(self.convention));
        let mut open: BTreeSet<usize> = [0].into();
        let mut visits = BTreeMap::new();
        let mut dispatch = None;
        loop {
            let Some(start) = open.pop_first() else {
                // Places that only a table leads to.
                let Some(unseen) = leaders
                    .iter()
                    .copied()
                    .find(|leader| !self.starts.contains_key(leader))
                else {
                    break;
                };
                let Some(state) = &dispatch else { break };
                self.starts.insert(unseen, State::clone(state));
                self.has_table = true;
                open.insert(unseen);
                continue;
            };
            let count = visits.entry(start).or_insert(0);
            *count += 1;
            if *count > 2 * ROUNDS {
                continue;
            }
            let mut state = self.starts[&start].clone();
            if *count > ROUNDS {
                state = state.only_stack(self.convention);
                self.starts.insert(start, state.clone());
            }
            let mut at = start;
            loop {
                let instruction = &self.code[at];
                if matches!(instruction.effect, Effect::Computed | Effect::TailCall(_)) {
                    let known = state.only_stack(self.convention);
                    let merged = match dispatch.take() {
                        Some(other) => State::meet(other, &known),
                        None => known,
                    };
                    dispatch = Some(merged);
                }
                state.execute(self, instruction, None);
                for next in self.successors(at) {
                    if next == at + 1 && !leaders.contains(&next) {
                        continue;
                    }
                    if self.reach(next, &state) {
                        open.insert(next);
                    }
                }
                let falls = self.falls_through(at);
                at += 1;
                if !falls || at >= self.code.len() || leaders.contains(&at) {
                    break;
                }
            }
        }
    }

    /// Merges what is known into the start of a block; whether that changed it.
    fn reach(&mut self, block: usize, state: &State) -> bool {
        match self.starts.get_mut(&block) {
            None => {
                self.starts.insert(block, state.clone());
                true
            }
            Some(known) => {
                let merged = State::meet(known.clone(), state);
                let changed = merged != *known;
                *known = merged;
                changed
            }
        }
    }

    /// Indices of instructions that others lead to.
    fn leaders(&self) -> BTreeSet<usize> {
        let mut leaders: BTreeSet<usize> = [0].into();
        for at in 0..self.code.len() {
            if let Effect::Jump { target, .. } = self.code[at].effect {
                leaders.extend(self.index(target));
            }
            let ends =
                !self.falls_through(at) || matches!(self.code[at].effect, Effect::Jump { .. });
            let gap = self
                .code
                .get(at + 1)
                .is_some_and(|next| next.address != self.code[at].end());
            if (ends || gap) && at + 1 < self.code.len() {
                leaders.insert(at + 1);
            }
        }
        leaders
    }

    fn index(&self, address: u64) -> Option<usize> {
        self.code
            .binary_search_by_key(&address, |instruction| instruction.address)
            .ok()
    }

    /// Whether the next instruction may be executed after this one.
    fn falls_through(&self, at: usize) -> bool {
        let instruction = &self.code[at];
        let stops = match &instruction.effect {
            Effect::Jump { conditional, .. } => return *conditional,
            Effect::Computed | Effect::TailCall(_) | Effect::Return | Effect::Trap => true,
            Effect::Multiple(multiple) => multiple.returns,
            _ => false,
        };
        !stops || instruction.conditional
    }

    fn successors(&self, at: usize) -> Vec<usize> {
        let mut next = Vec::new();
        if self.falls_through(at) && at + 1 < self.code.len() {
            next.push(at + 1);
        }
        if let Effect::Jump { target, .. } = self.code[at].effect {
            next.extend(self.index(target));
        }
        next
    }

    /// What each instruction does.
    fn facts(&self) -> Vec<Fact> {
        let mut facts = Vec::with_capacity(self.code.len());
        let mut state: Option<State> = None;
        for (at, instruction) in self.code.iter().enumerate() {
            if let Some(start) = self.starts.get(&at) {
                state = Some(start.clone());
            }
            let mut fact = Fact::default();
            match &mut state {
                Some(state) => {
                    state.execute(self, instruction, Some(&mut fact));
                    fact.depth = match state.registers[usize::from(self.convention.sp)] {
                        Value::Stack(offset) => Some(-offset),
                        _ => None,
                    };
                }
                None => fact.unreached = true,
            }
            facts.push(fact);
            if !self.falls_through(at) {
                state = None;
            }
        }
        facts
    }
}

impl State {
    fn entry(convention: Convention) -> Self {
        let mut registers = [Value::Unknown; REGISTERS];
        registers[usize::from(convention.sp)] = Value::Stack(0);
        Self {
            registers,
            stack: BTreeMap::new(),
            escaped: false,
        }
    }

    /// Nothing but the stack pointer and the frame pointer.
    fn only_stack(&self, convention: Convention) -> Self {
        let mut state = Self::entry(convention);
        for register in [convention.sp, convention.frame] {
            state.registers[usize::from(register)] = self.get(register);
        }
        state.escaped = true;
        state
    }

    /// What holds in both.
    fn meet(mut one: Self, other: &Self) -> Self {
        for (value, other) in one.registers.iter_mut().zip(other.registers) {
            *value = value.or(other);
        }
        one.stack
            .retain(|slot, value| other.stack.get(slot) == Some(value));
        one.escaped |= other.escaped;
        one
    }

    fn get(&self, register: u8) -> Value {
        self.registers
            .get(usize::from(register))
            .copied()
            .unwrap_or(Value::Unknown)
    }

    fn source(&self, source: Source) -> Value {
        match source {
            Source::Register(register) => self.get(register),
            Source::Constant(value) => Value::Constant(value),
            Source::Unknown => Value::Unknown,
        }
    }

    /// Gives a register a value; under a condition it may also keep the one it has.
    fn set(&mut self, flow: &Flow<'_>, register: u8, value: Value, conditional: bool) {
        let convention = flow.convention;
        let held = self.get(register);
        // Start-up code sets the stack pointer, where the stack begins again; elsewhere it only moves.
        let is_stack = register == convention.sp;
        let starts = flow.is_entry && is_stack;
        let value = match (value, held) {
            // Under a condition, what gives stack back belongs to a return under the same condition, so behind it that
            // did not happen.
            (Value::Stack(to), Value::Stack(from)) if conditional && is_stack && to > from => held,
            _ if conditional => value.or(held),
            (Value::Stack(_), _) => value,
            _ if starts => Value::Stack(0),
            _ => value,
        };
        // The address of a variable on the stack in a register is on its way to somebody.
        if matches!(value, Value::Stack(_))
            && register != convention.sp
            && register != convention.frame
        {
            self.escaped = true;
        }
        if let Some(place) = self.registers.get_mut(usize::from(register)) {
            *place = value;
        }
    }

    /// What an instruction changes; and what it does, if that is asked for.
    fn execute(&mut self, flow: &Flow<'_>, instruction: &Instruction, mut fact: Option<&mut Fact>) {
        let conditional = instruction.conditional;
        match &instruction.effect {
            Effect::Set(register, expression) => {
                let value = self.evaluate(*expression);
                if let (Value::Constant(value), Some(fact)) = (value, fact.as_deref_mut()) {
                    fact.result = Some(value);
                }
                self.set(flow, *register, value, conditional);
            }
            Effect::Load(register, access) => {
                let value = self.load(flow, *access, fact.as_deref_mut());
                self.set(flow, *register, value, conditional);
            }
            Effect::Store(source, access) => {
                self.store(flow, *source, *access, conditional, fact.as_deref_mut());
            }
            Effect::Multiple(multiple) => {
                self.multiple(flow, multiple, conditional, fact.as_deref_mut());
            }
            Effect::Call(callee) => {
                if let Some(fact) = fact {
                    fact.callee = self.callee(*callee);
                }
                self.call(flow.convention);
            }
            Effect::TailCall(callee) => {
                if let Some(fact) = fact {
                    fact.callee = self.callee(*callee);
                }
            }
            _ => {}
        }
        for register in
            (0..REGISTERS as u8).filter(|register| instruction.clobbers >> register & 1 != 0)
        {
            self.set(flow, register, Value::Unknown, false);
        }
    }

    fn callee(&self, callee: Callee) -> Option<u64> {
        match callee {
            Callee::Direct(target) => Some(target),
            Callee::Register(register, offset) => match self.get(register) {
                Value::Constant(address) => Some(u64::from(address.wrapping_add(offset as u32))),
                _ => None,
            },
        }
    }

    /// What is left of knowledge behind a call.
    fn call(&mut self, convention: Convention) {
        for (register, value) in self.registers.iter_mut().enumerate() {
            if convention.preserved >> register & 1 == 0 {
                *value = Value::Unknown;
            }
        }
        if self.escaped {
            self.stack.clear();
        }
    }

    /// The address of an access, and the change of its base register.
    fn address(&mut self, flow: &Flow<'_>, access: Access, conditional: bool) -> Value {
        let base = self.source(access.base);
        let mut address = add(base, access.offset as u32);
        if let Some((index, shift)) = access.index {
            address = match (address, self.get(index)) {
                (Value::Constant(base), Value::Constant(index)) => {
                    Value::Constant(base.wrapping_add(index << (shift & 31)))
                }
                _ => Value::Unknown,
            };
        }
        if let (Some((when, change)), Source::Register(register)) = (access.update, access.base) {
            let updated = match when {
                Update::Before => address,
                Update::After => add(base, change as u32),
            };
            self.set(flow, register, updated, conditional);
        }
        address
    }

    fn load(&mut self, flow: &Flow<'_>, access: Access, fact: Option<&mut Fact>) -> Value {
        let place = self.address(flow, access, false);
        self.fetch(flow, place, access, fact)
    }

    /// What is in memory at a place.
    fn fetch(
        &self,
        flow: &Flow<'_>,
        place: Value,
        access: Access,
        fact: Option<&mut Fact>,
    ) -> Value {
        let address = match place {
            Value::Constant(address) => address,
            Value::Stack(offset) if access.bytes == 4 => {
                return self.stack.get(&offset).copied().unwrap_or(Value::Unknown);
            }
            _ => return Value::Unknown,
        };
        if let Some(value) = flow.program.constant(u64::from(address), access.bytes) {
            if let Some(fact) = fact {
                fact.result = Some(value);
            }
            return Value::Constant(extend(value, access));
        }
        note(fact, address, access, false, Value::Unknown);
        if access.signed && access.bytes < 4 {
            return Value::Unknown;
        }
        let known_zero = if access.bytes < 4 {
            u32::MAX << (access.bytes * 8)
        } else {
            0
        };
        Value::Read(Read {
            address,
            mask: known_zero,
            bits: 0,
            blurred: 0,
        })
    }

    fn store(
        &mut self,
        flow: &Flow<'_>,
        source: Source,
        access: Access,
        conditional: bool,
        fact: Option<&mut Fact>,
    ) {
        let value = self.source(source);
        match self.address(flow, access, conditional) {
            Value::Constant(address) => note(fact, address, access, true, value),
            Value::Stack(offset) => self.keep(
                offset,
                if access.bytes == 4 && !conditional {
                    value
                } else {
                    Value::Unknown
                },
            ),
            Value::Unknown | Value::Read(_) | Value::Either(..) if self.escaped => {
                self.stack.clear();
            }
            _ => {}
        }
    }

    /// Keeps a value on the stack.
    fn keep(&mut self, offset: i32, value: Value) {
        let near = offset.saturating_sub(3)..=offset.saturating_add(3);
        self.stack.retain(|slot, _| !near.contains(slot));
        if matches!(value, Value::Stack(_)) {
            self.escaped = true;
        }
        if self.stack.len() < SLOTS {
            self.stack.insert(offset, value);
        }
    }

    fn multiple(
        &mut self,
        flow: &Flow<'_>,
        multiple: &Multiple,
        conditional: bool,
        mut fact: Option<&mut Fact>,
    ) {
        let base = self.get(multiple.base);
        for (index, register) in multiple.registers.iter().enumerate() {
            let place = add(base, (multiple.first.wrapping_add(4 * index as i32)) as u32);
            if multiple.load {
                let value = self.fetch(flow, place, WORD, fact.as_deref_mut());
                self.set(flow, *register, value, conditional);
            } else {
                let value = self.get(*register);
                match place {
                    Value::Stack(offset) => {
                        self.keep(offset, if conditional { Value::Unknown } else { value });
                    }
                    Value::Constant(address) => {
                        note(fact.as_deref_mut(), address, WORD, true, value);
                    }
                    _ if self.escaped => self.stack.clear(),
                    _ => {}
                }
            }
        }
        if multiple.update != 0 {
            self.set(
                flow,
                multiple.base,
                add(base, multiple.update as u32),
                conditional,
            );
        }
    }

    fn evaluate(&self, expression: Expression) -> Value {
        match expression {
            Expression::Copy(source) => self.source(source),
            Expression::Binary(operation, one, other) => {
                combine(operation, self.source(one), self.source(other))
            }
        }
    }
}

/// An access to a word.
const WORD: Access = Access {
    bytes: 4,
    signed: false,
    base: Source::Unknown,
    offset: 0,
    index: None,
    update: None,
    atomic: false,
};

fn note(fact: Option<&mut Fact>, address: u32, access: Access, write: bool, value: Value) {
    if let Some(fact) = fact {
        fact.accesses.push(Known {
            address,
            bytes: access.bytes,
            write,
            atomic: access.atomic,
            value,
        });
    }
}

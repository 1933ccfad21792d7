//! Who calls whom.

use super::body::Body;
use super::isa::Effect;
use super::program::{Function, Program};

/// What a function calls.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    /// Calls of functions that are known.
    pub(crate) known: Vec<Call>,
    /// Addresses of calls that lead nobody knows where.
    pub(crate) unknown: Vec<u64>,
}

/// A call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Call {
    /// Address of the instruction.
    pub(crate) address: u64,
    /// The function, by its index.
    pub(crate) function: usize,
    /// Bytes of stack the caller has taken then; `None` if nobody knows.
    pub(crate) depth: Option<i32>,
}

/// The calls of each function.
pub(crate) fn of(program: &Program<'_>, bodies: &[Body]) -> Vec<Calls> {
    let functions = &program.functions;
    functions
        .iter()
        .zip(bodies)
        .map(|(function, body)| of_function(program, function, body))
        .collect()
}

fn of_function(program: &Program<'_>, function: &Function, body: &Body) -> Calls {
    let mut calls = Calls::default();
    for (instruction, fact) in body.code.iter().zip(&body.facts) {
        let outside = |target: u64| !(function.start..function.end).contains(&target);
        let target = match &instruction.effect {
            Effect::Call(_) => fact.callee,
            // A computed jump may be a table of places in the function, or a call in place of a return.
            Effect::TailCall(_) => match fact.callee {
                Some(target) if !outside(target & !1) => continue,
                // A call in place of a return is made when the frame is gone.
                None if body.has_table || fact.depth.is_none_or(|depth| depth > 0) => continue,
                target => target,
            },
            Effect::Jump { target, .. } if outside(*target) => Some(*target),
            _ => continue,
        };
        let found =
            target.and_then(|target| index(program, target & !u64::from(program.is_thumb())));
        match found {
            Some(function) => calls.known.push(Call {
                address: instruction.address,
                function,
                depth: fact.depth,
            }),
            None if fact.unreached => {}
            None => calls.unknown.push(instruction.address),
        }
    }
    // Code that ends without leaving the function goes on in the next one.
    if let (Some(last), Some(fact)) = (body.code.last(), body.facts.last())
        && last.end() == function.end
        && continues(&last.effect, last.conditional)
        && !fact.unreached
        && let Some(next) = index(program, function.end)
    {
        calls.known.push(Call {
            address: last.address,
            function: next,
            depth: fact.depth,
        });
    }
    calls
}

/// Whether the next instruction may come after this one. Calls at the end of a function are of those that do not return.
fn continues(effect: &Effect, conditional: bool) -> bool {
    match effect {
        Effect::Other | Effect::Set(..) | Effect::Load(..) | Effect::Store(..) => true,
        Effect::Jump { conditional, .. } => *conditional,
        Effect::Multiple(multiple) => !multiple.returns || conditional,
        _ => false,
    }
}

/// The function that is at an address, or around it.
fn index(program: &Program<'_>, address: u64) -> Option<usize> {
    let after = program
        .functions
        .partition_point(|function| function.start <= address);
    let at = after.checked_sub(1)?;
    (address < program.functions[at].end).then_some(at)
}

/// Functions that can be reached from some, those included.
pub(crate) fn reachable(calls: &[Calls], from: impl IntoIterator<Item = usize>) -> Vec<bool> {
    let mut reached = vec![false; calls.len()];
    let mut open: Vec<usize> = from.into_iter().collect();
    while let Some(function) = open.pop() {
        if std::mem::replace(&mut reached[function], true) {
            continue;
        }
        open.extend(calls[function].known.iter().map(|call| call.function));
    }
    reached
}

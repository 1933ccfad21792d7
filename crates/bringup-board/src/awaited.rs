//! Which flags a loop waits for that never ends: tried out on copies of the board.

use std::collections::BTreeSet;

use crate::board::Board;

/// Instructions in which a loop that only polls comes round.
const ROUND: usize = 1_000;

impl Board {
    /// The bits of the word at `address` that would end the loop at the program counter if hardware changed them, each alone.
    pub(crate) fn awaited_bits(&self, address: u32) -> u32 {
        let Some(body) = self.loop_body() else {
            return 0;
        };
        let bits = (0..32).map(|bit| 1 << bit);
        bits.filter(|bit| self.ends_with(*bit, address, &body))
            .fold(0, |all, bit| all | bit)
    }

    /// Addresses of the instructions of the loop that the core is in.
    fn loop_body(&self) -> Option<BTreeSet<u32>> {
        let mut trial = self.clone();
        let start = trial.core.pc();
        let mut body = BTreeSet::from([start]);
        for _ in 0..ROUND {
            trial.core.step(&mut trial.system);
            if trial.core.pc() == start {
                return Some(body);
            }
            body.insert(trial.core.pc());
        }
        None
    }

    /// Whether the core leaves the loop with a bit changed. What it read before the change may take it round once.
    fn ends_with(&self, bit: u32, address: u32, body: &BTreeSet<u32>) -> bool {
        let mut trial = self.clone();
        trial.system.flip(address, bit);
        (0..2 * body.len()).any(|_| {
            trial.core.step(&mut trial.system);
            !body.contains(&trial.core.pc())
        })
    }

    /// Names of the fields that the loop at the program counter waits for, and what is missing that they change.
    pub(crate) fn awaited_fields(&self, address: u32) -> (Vec<String>, Option<String>) {
        let Some((device, offset)) = self.system.device_at(address) else {
            return (Vec::new(), None);
        };
        let word = offset & !3;
        let bits = self.awaited_bits(address);
        let fields = device.file.layout().fields_of(word, bits);
        let names = fields.into_iter().map(str::to_owned).collect();
        let model = device.model.as_ref();
        let missing = model.and_then(|model| model.missing(word, bits, &device.file));
        (names, missing)
    }
}

//! Which element of the old device is which of the new.

use std::collections::HashMap;
use std::hash::Hash;

/// An element, or two that are the same.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Matched<'a, T> {
    Both(&'a T, &'a T),
    Old(&'a T),
    New(&'a T),
}

/// Matches elements by name, and those left over by place: first what is in the new list, in its order, then
/// what is only in the old.
pub(super) fn matched<'a, T, N: Eq + Hash, P: Eq + Hash>(
    old: &'a [T],
    new: &'a [T],
    name: impl Fn(&'a T) -> N,
    place: impl Fn(&'a T) -> P,
) -> Vec<Matched<'a, T>> {
    let mut partner: Vec<Option<usize>> = vec![None; new.len()];
    let mut taken = vec![false; old.len()];
    pair(old, new, &name, &mut partner, &mut taken);
    pair(old, new, &place, &mut partner, &mut taken);
    let mut all: Vec<_> = new
        .iter()
        .zip(partner)
        .map(|(new, partner)| match partner.and_then(|at| old.get(at)) {
            Some(old) => Matched::Both(old, new),
            None => Matched::New(new),
        })
        .collect();
    let left = old.iter().zip(taken).filter(|(_, taken)| !taken);
    all.extend(left.map(|(old, _)| Matched::Old(old)));
    all
}

/// Pairs what has no partner yet and equal keys, the first with the first.
fn pair<'a, T, K: Eq + Hash>(
    old: &'a [T],
    new: &'a [T],
    key: impl Fn(&'a T) -> K,
    partner: &mut [Option<usize>],
    taken: &mut [bool],
) {
    let mut free: HashMap<K, Vec<usize>> = HashMap::new();
    for (at, it) in old.iter().enumerate().rev() {
        if taken.get(at) == Some(&false) {
            free.entry(key(it)).or_default().push(at);
        }
    }
    for (it, partner) in new.iter().zip(partner) {
        if partner.is_none()
            && let Some(at) = free.get_mut(&key(it)).and_then(Vec::pop)
            && let Some(taken) = taken.get_mut(at)
        {
            *taken = true;
            *partner = Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_name_then_by_place() {
        let old = [("A", 1), ("B", 2), ("C", 3)];
        let new = [("B", 1), ("X", 3), ("Y", 4)];
        let pairs = matched(&old, &new, |it| it.0, |it| it.1);
        assert_eq!(
            pairs,
            [
                Matched::Both(&old[1], &new[0]),
                Matched::Both(&old[2], &new[1]),
                Matched::New(&new[2]),
                Matched::Old(&old[0]),
            ]
        );
    }
}

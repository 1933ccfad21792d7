//! LDM, STM, PUSH and POP.
//!
//! Registers change only when every access has succeeded, so that a fault leaves the instruction as
//! if it had not been executed, its stores apart. Each returns the waiting time, to be added wrapping.

use super::fault::Fault;
use super::state::State;
use crate::bus::{At, Bus, Width};

impl State {
    /// Loads the registers of `list` from `address` on into `words`; returns the address behind and
    /// the waiting time.
    fn load_list<B: Bus>(
        &mut self,
        bus: &mut B,
        mut address: u32,
        list: u32,
        words: &mut [u32; 16],
        at: At,
    ) -> Result<(u32, u32), Fault> {
        let mut waiting = 0_u32;
        let mut rest = list;
        while rest != 0 {
            let (value, wait) = self.load(bus, address, Width::Word, at)?;
            words[(rest.trailing_zeros() & 15) as usize] = value;
            waiting = waiting.wrapping_add(wait);
            address = address.wrapping_add(4);
            rest &= rest - 1;
        }
        Ok((address, waiting))
    }

    fn store_list<B: Bus>(
        &mut self,
        bus: &mut B,
        mut address: u32,
        list: u32,
        at: At,
    ) -> Result<u32, Fault> {
        let mut waiting = 0_u32;
        let mut rest = list;
        while rest != 0 {
            let value = self.r[(rest.trailing_zeros() & 15) as usize];
            waiting = waiting.wrapping_add(self.store(bus, address, Width::Word, value, at)?);
            address = address.wrapping_add(4);
            rest &= rest - 1;
        }
        Ok(waiting)
    }

    pub(crate) fn load_multiple<B: Bus>(
        &mut self,
        bus: &mut B,
        base: u8,
        list: u32,
        at: At,
    ) -> Result<u32, Fault> {
        let mut words = self.r;
        let (end, waiting) = self.load_list(bus, self.reg(base), list, &mut words, at)?;
        self.r = words;
        if list >> base & 1 == 0 {
            self.set(base, end);
        }
        Ok(waiting)
    }

    pub(crate) fn store_multiple<B: Bus>(
        &mut self,
        bus: &mut B,
        base: u8,
        list: u32,
        at: At,
    ) -> Result<u32, Fault> {
        let address = self.reg(base);
        let waiting = self.store_list(bus, address, list, at)?;
        self.set(base, address.wrapping_add(4 * list.count_ones()));
        Ok(waiting)
    }

    pub(crate) fn push<B: Bus>(&mut self, bus: &mut B, list: u32, at: At) -> Result<u32, Fault> {
        let address = self.r[13].wrapping_sub(4 * list.count_ones());
        self.watch_stack(bus, address, at);
        let waiting = self.store_list(bus, address, list, at)?;
        self.r[13] = address;
        Ok(waiting)
    }

    pub(crate) fn pop<B: Bus>(&mut self, bus: &mut B, list: u32, at: At) -> Result<u32, Fault> {
        let mut words = self.r;
        let (end, waiting) = self.load_list(bus, self.r[13], list, &mut words, at)?;
        self.r = words;
        self.r[13] = end;
        Ok(waiting)
    }

    /// POP with PC: returns what was popped for PC, too.
    pub(crate) fn pop_pc<B: Bus>(
        &mut self,
        bus: &mut B,
        list: u32,
        at: At,
    ) -> Result<(u32, u32), Fault> {
        let mut words = self.r;
        let (end, waiting) = self.load_list(bus, self.r[13], list, &mut words, at)?;
        let (target, wait) = self.load(bus, end, Width::Word, at)?;
        self.r = words;
        self.r[13] = end.wrapping_add(4);
        Ok((target, waiting.wrapping_add(wait)))
    }
}

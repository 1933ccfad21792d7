//! Tests of the cores against a bus that counts.

mod bus;
mod smoke;

//! The generated crate as its users meet it: does it compile, can they write what they are used to, is it formatted.

mod alone;
mod behaviour;
mod compile;
mod format;
mod hal;
mod names;
mod output;
mod support;
mod table;
mod users;
mod zero_cost;

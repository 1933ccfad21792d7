//! Integration tests of the SVD loader and the catalogue.

mod bad_input;
mod catalogue;
mod check;
mod fixtures;
mod gates;
mod hostile;
mod invariants;
mod leaves;
mod oracle;
mod outline;
mod pack;
mod real_files;

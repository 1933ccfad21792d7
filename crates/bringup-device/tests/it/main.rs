//! Integration tests of the SVD loader and the catalogue.

mod catalogue;
mod invariants;
mod oracle;
mod real_files;

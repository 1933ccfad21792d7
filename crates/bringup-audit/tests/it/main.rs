//! Audits of images made here, part by part.

mod docs;
mod errors;
mod freestanding;
mod image;
mod program;
mod report;
mod robustness;
mod rules;

//! Audits of images made here, part by part.

mod errors;
mod image;
mod report;
mod robustness;
mod rules;

//! What the fuzz targets run.

pub mod board;
pub mod svd;

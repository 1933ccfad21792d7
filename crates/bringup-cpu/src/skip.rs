//! Skipping loops that only wait.

//! Interwork: a simulator and load generator for federations of mobile operators.

pub mod domain;
pub mod measure;
pub mod wire;

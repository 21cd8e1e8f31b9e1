//! Interwork: a simulator and load generator for federations of mobile operators: IM service
//! providers, operators without IM, SMS centres and their users, joined by interconnect agreements
//! written in YAML.
//!
//! In reading order: [`topology`] turns a file into a [`domain::federation::Federation`];
//! [`mod@run`] builds a [`model::plan::Plan`] of it and lets the [`engine`] drive the nodes of
//! [`model`] by what users decide in [`workload`]; [`measure`] turns what can be seen into
//! results; [`report`] writes and draws them. [`wire`] knows bytes; [`cli`] is the command line.

#![deny(missing_docs)]

pub mod cli;
pub mod domain;
pub mod engine;
pub mod measure;
pub mod model;
pub mod report;
pub mod run;
pub mod study;
pub mod topology;
pub mod wire;
pub mod workload;

//! Interwork: a simulator and load generator for federations of mobile operators: IM service
//! providers, operators without IM, SMS centres and their users, joined by interconnect agreements
//! written in YAML.
//!
//! As a library it takes a topology and gives figures, named as in SLO lines:
//!
//! ```
//! use interwork::{Simulation, Topology};
//!
//! let topology = Topology::read("topologies/two-imsps.yaml", &["run.seed=7"])?;
//! let results = Simulation::of(&topology).run()?;
//! let p95 = results.figure("message_latency{route=on-net} p95")?;
//! assert!(p95.is_some_and(|seconds| seconds < 1.0));
//! # Ok::<(), interwork::Error>(())
//! ```
//!
//! The modules are open to the tests and benches of this package alone and promise nothing. In reading
//! order: `topology` turns a file into a federation; `run` builds a plan of it and lets the `engine`
//! drive the nodes of `model` by what users decide in `workload`; `measure` turns what can be seen into
//! results; `report` writes and draws them. `wire` knows bytes, `port` sessions on real
//! networks; `cli` is the command line.

#![deny(missing_docs, unreachable_pub, clippy::missing_docs_in_private_items)]
#![allow(rustdoc::private_intra_doc_links, reason = "modules are read by those who work on them")]

mod face;

#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod domain;
#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod live;
#[doc(hidden)]
pub mod measure;
#[doc(hidden)]
pub mod model;
#[doc(hidden)]
pub mod port;
#[doc(hidden)]
pub mod proof;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod run;
#[doc(hidden)]
pub mod study;
#[doc(hidden)]
pub mod topology;
#[doc(hidden)]
pub mod wire;
#[doc(hidden)]
pub mod workload;

pub use self::face::{Error, Objective, Results, Simulation, Topology};

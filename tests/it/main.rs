//! The whole program, as people and scripts meet it: one test program with a module per subject, as
//! linking one costs as much as its tests. `cargo test --test it border::` runs one subject.

mod common;

mod architecture;
mod border;
mod browser;
mod capacity;
mod capture;
mod ci_outputs;
mod clients;
mod command_line;
mod compare;
mod conformance;
mod conservation;
#[cfg(unix)]
mod deploy;
mod determinism;
mod docs;
mod earlier;
mod failures;
mod forecast;
mod groups;
mod hostile_topologies;
mod interconnect;
mod invalid_topologies;
mod kannel;
mod live;
mod metrics;
mod objectives;
mod page_script;
mod parts;
mod peers;
mod performance;
mod precision;
mod protocols;
mod queueing;
mod random_federations;
mod replications;
mod report_page;
mod requirements;
mod scenarios;
mod schemas;
mod short_messages;
mod simulation;
mod sweep;
mod terminal;
mod trace;
mod upgrades;
mod use_cases;
mod watch;

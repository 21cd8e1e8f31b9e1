//! Expected memory of a run. The parts that grow with the topology, each with the bytes that the
//! data structures take; checked against the peak of whole runs.

use crate::model::plan::Plan;

/// Program, runtime, and what writing results takes.
const BASE: f64 = 10e6;
/// A contact: its places in both directions of the graph, and its subscription.
const CONTACT: f64 = 8.2;
/// An IM user: offsets, session state on both sides, when the client asks by itself next, the next login or
/// logout in the calendar.
const IM_USER: f64 = 8.0 + 16.0 + 8.0 + 90.0;
/// A legacy customer: offsets, phone, account, and the client that there may be one day.
const LEGACY: f64 = 8.0 + 24.0 + 8.0;
/// A message in flight with its journey and its event.
const MESSAGE: f64 = 280.0;
/// A distribution of times, in the cells that are in use.
const HISTOGRAM: f64 = 25e3;

/// Bytes of memory at the peak, for so many messages in flight and so many combinations of route,
/// origin and destination.
pub(super) fn estimate(plan: &Plan, in_flight: f64, combinations: usize) -> u64 {
    let population = &plan.population;
    let im_users: f64 =
        plan.federation.operators().map(|(id, _)| f64::from(population.im_users(id))).sum();
    let legacy = f64::from(population.total()) - im_users;
    let operators = plan.federation.operators.len() as f64;
    let stations = plan.stations.all.len() as f64;
    // Latencies of messages, and in parts of them of presence and added contacts; stages; waits.
    let label_sets = 1.6 * combinations as f64 + 10.0 * operators + 2.0 * stations;
    let bytes = BASE
        + plan.graph.len() as f64 * CONTACT
        + im_users * IM_USER
        + legacy * LEGACY
        + in_flight * MESSAGE
        + label_sets * HISTOGRAM;
    bytes as u64
}

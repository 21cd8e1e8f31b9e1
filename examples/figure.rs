//! Runs a topology and reads figures: how long messages take by route, and whether its service level
//! objectives hold.
//!
//!     cargo run --release --example figure -- topologies/two-imsps.yaml

use interwork::{Error, Simulation, Topology};

fn main() -> Result<(), Error> {
    let file = std::env::args().nth(1).unwrap_or_else(|| "topologies/two-imsps.yaml".to_owned());
    let topology = Topology::read(file, &[])?;
    let results = Simulation::of(&topology).threads(2).run()?;
    println!("{}: {} events", topology.name(), results.events());
    for route in ["on-net", "interworked", "sms-own", "sms-home", "sms-direct"] {
        if let Some(p95) = results.figure(&format!("message_latency{{route={route}}} p95"))? {
            println!("  {route:12} p95 {:.0} ms", p95 * 1e3);
        }
    }
    for objective in results.objectives() {
        let verdict = if objective.holds { "holds" } else { "does not hold" };
        println!("  {}: {verdict}", objective.line);
    }
    Ok(())
}

//! How long does NeXosim take for a million customers of an M/M/1 queue at 80 % load? Two models
//! joined by a port: a source that schedules its own arrivals, a queue that schedules its own
//! completions. Service mean 1, so the closed form is 5. `mm1_nexosim [customers]`

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use interwork_peers::{Draws, argument};
use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{Output, QuerySource};
use nexosim::simulation::{Mailbox, SimInit, SimulationError};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Source {
    arrival: Output<()>,
    left: u64,
    draws: Draws,
}

#[Model]
impl Source {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        self.plan(cx);
    }

    fn plan(&mut self, cx: &Context<Self>) {
        let wait = Duration::from_secs_f64(self.draws.exponential(1.25));
        cx.schedule_event(wait, schedulable!(Self::arrive), ()).expect("in the future");
    }

    #[nexosim(schedulable)]
    async fn arrive(&mut self, _: (), cx: &Context<Self>) {
        self.arrival.send(()).await;
        self.left -= 1;
        if self.left > 0 {
            self.plan(cx);
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Queue {
    /// When those present arrived; the first is in service.
    present: VecDeque<MonotonicTime>,
    served: u64,
    sojourns: f64,
    draws: Draws,
}

#[Model]
impl Queue {
    fn enter(&mut self, _: (), cx: &Context<Self>) {
        self.present.push_back(cx.time());
        if self.present.len() == 1 {
            self.serve(cx);
        }
    }

    fn serve(&mut self, cx: &Context<Self>) {
        let service = Duration::from_secs_f64(self.draws.exponential(1.0));
        cx.schedule_event(service, schedulable!(Self::complete), ()).expect("in the future");
    }

    #[nexosim(schedulable)]
    fn complete(&mut self, _: (), cx: &Context<Self>) {
        let arrived = self.present.pop_front().expect("one in service");
        self.sojourns += cx.time().duration_since(arrived).as_secs_f64();
        self.served += 1;
        if !self.present.is_empty() {
            self.serve(cx);
        }
    }

    async fn result(&mut self, _: ()) -> (u64, f64) {
        (self.served, self.sojourns)
    }
}

fn main() -> Result<(), SimulationError> {
    let customers = argument(1, 1_000_000);
    let start = Instant::now();
    let mut source = Source { arrival: Output::default(), left: customers, draws: Draws::new(1) };
    let queue = Queue { present: VecDeque::new(), served: 0, sojourns: 0.0, draws: Draws::new(2) };
    let (source_box, queue_box) = (Mailbox::new(), Mailbox::new());
    source.arrival.connect(Queue::enter, &queue_box);
    // One thread: two models that wait for each other gain nothing from more.
    let mut bench = SimInit::with_num_threads(1);
    let result = QuerySource::new().connect(Queue::result, &queue_box).register(&mut bench);
    let mut simulation = bench
        .add_model(source, source_box, "source")
        .add_model(queue, queue_box, "queue")
        .init(MonotonicTime::EPOCH)?;
    simulation.run()?;
    let elapsed = start.elapsed().as_secs_f64();
    let answer = simulation.process_query(&result, ())?;
    let (served, sojourns) = answer;
    println!("sojourn {:.6} services", sojourns / served as f64);
    println!("inside {elapsed:.6} s");
    println!("done {served} customers");
    Ok(())
}

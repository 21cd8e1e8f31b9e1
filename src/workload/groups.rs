//! Groups at the start of the run: members drawn over operators as contacts are, legacy
//! customers turned away. Called once by `run`; it knows nothing of messages.

use crate::domain::federation::Federation;
use crate::domain::id::SubscriberId;
use crate::domain::memberships::Memberships;
use crate::domain::population::Population;
use crate::domain::random::StreamSeed;

use super::contacts::anybody;
use super::destination::Destinations;

/// Draws of another member, after one who is in the room already, before the place stays empty.
const REDRAWS: u32 = 32;

/// Draws the groups of a federation. The same federation and seed give the same groups.
pub(crate) fn build(
    federation: &Federation,
    population: &Population,
    run_seed: u64,
) -> Memberships {
    let mut all = Memberships::default();
    for (id, operator) in federation.operators() {
        let groups = &operator.workload.groups;
        let own = population.im_users(id);
        if groups.rooms == 0 || own == 0 {
            continue;
        }
        let mut stream = StreamSeed::new(run_seed, &operator.name, "groups").stream();
        let rule = Destinations::new(federation, population, id);
        let mut members: Vec<SubscriberId> = Vec::new();
        for _ in 0..groups.rooms {
            members.clear();
            // Somebody opens the room.
            let opener = population.base(id) + stream.below(u64::from(own)) as u32;
            members.push(SubscriberId(opener));
            let wanted = groups.members.sample(&mut stream).min(population.total());
            for _ in 1..wanted {
                for _ in 0..REDRAWS {
                    let Some(to) = rule.draw(&mut stream) else { break };
                    let guest = SubscriberId(anybody(population, to, &mut stream));
                    if to.legacy {
                        all.turned_away.push((id, guest));
                        break;
                    }
                    if !members.contains(&guest) {
                        members.push(guest);
                        break;
                    }
                }
            }
            all.push(&members);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::distribution::CountDistribution;
    use crate::workload::fixture;

    #[test]
    fn im_0020_groups_have_im_users_alone_and_legacy_customers_are_turned_away() {
        let mut federation =
            fixture::federation(&[("a", 300, 200), ("b", 300, 200)], &fixture::contacts(10));
        federation.operators[0].workload.groups.rooms = 200;
        federation.operators[0].workload.groups.members = CountDistribution::Constant(8);
        let population = Population::new(&federation);
        let groups = build(&federation, &population, 5);
        assert_eq!(groups.all().count(), 200);
        let mut seats = 0;
        for group in groups.all() {
            let members = groups.members(group);
            assert!(members.iter().all(|member| population.is_im(*member)));
            let mut once = members.to_vec();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), members.len(), "nobody is in a group twice");
            assert_eq!(population.operator(members[0]).0, 0, "the host's user opens it");
            seats += members.len();
        }
        assert!(groups.turned_away.iter().all(|(_, guest)| !population.is_im(*guest)));
        assert_eq!(seats + groups.turned_away.len(), 200 * 8);
    }
}

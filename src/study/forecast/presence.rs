//! Expected work of presence: changes, notifications here and at other operators, logins, and the
//! subscriptions that sessions begin, refresh and end.

use super::work::{Traffic, Work};
use super::{highest, logins, online, seen};
use crate::domain::client::Act;
use crate::domain::federation::PresenceTerms;
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::random::StreamSeed;
use crate::domain::time::Duration;
use crate::model::plan::{Plan, TransferSizes};
use crate::model::routing::Carriage;

/// Adds the work of presence and sessions.
pub(super) fn add(plan: &Plan, work: &mut Work<'_>) {
    for (operator, settings) in plan.federation.operators() {
        let im_users = f64::from(settings.subscribers.im);
        if im_users == 0.0 {
            continue;
        }
        let workload = &settings.workload;
        let load = highest(&workload.load, &plan.federation.run);
        let changes = workload.presence_changes * load * online(plan, operator);
        let sessions = 2.0 * logins(&workload.sessions);
        work.im_server(operator, im_users * changes, |times| &times.presence);
        work.im_server(operator, im_users * sessions, |times| &times.login);
        work.clients_act(operator, Act::Update, im_users * changes, 0.0);
        activities(plan, operator, im_users * load * online(plan, operator), work);
        fan_out(plan, operator, changes + sessions, work);
        subscriptions(plan, operator, logins(&workload.sessions), work);
    }
}

/// What users do besides, by so many who are online and times the load: requests at their IM server, and
/// searches that cross. Invitations and what blocking tells are few, and left out.
fn activities(plan: &Plan, operator: OperatorId, users: f64, work: &mut Work<'_>) {
    let settings = plan.federation.operator(operator);
    let rates = &settings.workload.activities;
    for (act, rate) in [
        (Act::Search, rates.search),
        (Act::ChangeContact, rates.remove_contact),
        (Act::Block, rates.block),
        (Act::Invite, rates.invite),
    ] {
        work.clients_act(operator, act, users * rate, 0.0);
    }
    work.im_server(operator, users * rates.search, |times| &times.search);
    work.im_server(operator, users * rates.remove_contact, |times| &times.contact);
    work.im_server(operator, users * rates.block, |times| &times.subscribe);
    work.im_server(operator, users * rates.invite, |times| &times.group);
    let load = highest(&settings.workload.load, &plan.federation.run);
    let commands = rates.command * load * f64::from(settings.subscribers.sms_only);
    work.im_server(operator, commands, |times| &times.presence);
}

/// Notifications of the changes of an operator's users, so many a second each.
fn fan_out(plan: &Plan, operator: OperatorId, changes: f64, work: &mut Work<'_>) {
    let text = status_text(plan, operator);
    let shares: Vec<f64> = plan.federation.operators().map(|(id, _)| online(plan, id)).collect();
    let operators = plan.federation.operators.len();
    // By domain: watchers who are told of one change of every user, and changes that anybody
    // there is told of.
    let (mut watchers, mut domains) = (vec![0.0; operators], vec![0.0; operators]);
    let first = plan.population.base(operator);
    for publisher in first..first + plan.population.im_users(operator) {
        let mut rest = plan.graph.watchers(SubscriberId(publisher));
        while let Some(&watcher) = rest.first() {
            let domain = plan.population.operator(watcher);
            let end = plan.population.range(domain).end;
            let (here, after) = rest.split_at(rest.partition_point(|watcher| watcher.0 < end));
            let share = shares[domain.index()];
            watchers[domain.index()] += here.len() as f64 * share;
            domains[domain.index()] += 1.0 - libm::pow(1.0 - share, here.len() as f64);
            rest = after;
        }
    }
    for (domain, _) in plan.federation.operators() {
        let told = watchers[domain.index()] * changes;
        if domain == operator {
            notify(plan, domain, told, 1.0, work);
            continue;
        }
        let Some(terms) = terms(plan, operator, domain) else { continue };
        let per_domain = terms.per_domain;
        let rate = if per_domain { domains[domain.index()] * changes } else { told };
        let bytes = move |sizes: &TransferSizes| {
            let watcher = if per_domain { 0 } else { sizes.presence_watcher };
            sizes.presence.usual(text) + f64::from(watcher)
        };
        work.carry(operator, domain, traffic(rate, terms), bytes);
        work.im_server(domain, rate, |times| &times.presence);
        notify(plan, domain, told, 1.0, work);
    }
}

/// Notifications to clients, each of so many contacts; without a service time they pass by the station.
fn notify(plan: &Plan, operator: OperatorId, rate: f64, contacts: f64, work: &mut Work<'_>) {
    let further = (contacts - 1.0).max(0.0) * f64::from(plan.clients[operator.index()].presence);
    work.clients_act(operator, Act::Notify, rate, further);
    let imsp = plan.federation.operator(operator).imsp.as_ref();
    if imsp.is_some_and(|imsp| !imsp.service_time.notification.is_zero()) {
        work.im_server(operator, rate, |times| &times.notification);
    }
}

/// Subscriptions of an operator's users at other operators, with the state that comes back.
fn subscriptions(plan: &Plan, operator: OperatorId, logins: f64, work: &mut Work<'_>) {
    let operators = plan.federation.operators.len();
    // By domain, whether presence comes from there, and of legacy customers too.
    let from = |domain| terms(plan, operator, domain).is_some();
    let comes: Vec<bool> = plan.federation.operators().map(|(id, _)| from(id)).collect();
    let changes = |domain| plan.legacy_looks_change(domain, operator);
    let legacy: Vec<bool> = plan.federation.operators().map(|(id, _)| changes(id)).collect();
    // Contacts of all users that are followed, by domain, and users with any; of the own domain, those
    // that their IMSP tells by itself.
    let (mut contacts, mut lists) = (vec![0.0; operators], vec![0.0; operators]);
    let mut last = vec![u32::MAX; operators];
    let first = plan.population.base(operator);
    for watcher in first..first + plan.population.im_users(operator) {
        for &contact in plan.graph.contacts(SubscriberId(watcher)) {
            let home = plan.population.operator(contact).index();
            let followed = comes[home] && (plan.population.is_im(contact) || legacy[home]);
            let domain = if followed { home } else { operator.index() };
            contacts[domain] += 1.0;
            lists[domain] += f64::from(u8::from(last[domain] != watcher));
            last[domain] = watcher;
        }
    }
    // A login is told at once what its own operator knows.
    let (own, told) = (contacts[operator.index()], lists[operator.index()]);
    notify(plan, operator, told * logins, own / f64::max(told, 1.0), work);
    let users = f64::from(plan.population.im_users(operator));
    let each = contacts.iter().sum::<f64>() / f64::max(users, 1.0);
    let list = each * f64::from(plan.clients[operator.index()].contact);
    work.clients_act(operator, Act::Login, users * logins, list);
    work.clients_act(operator, Act::Logout, users * logins, 0.0);
    for (domain, _) in plan.federation.operators().filter(|(domain, _)| *domain != operator) {
        let Some(terms) = terms(plan, operator, domain) else { continue };
        let requests = if terms.per_list { &lists } else { &contacts }[domain.index()];
        let each = if terms.per_list { contacts[domain.index()] / requests.max(1.0) } else { 1.0 };
        let refreshes = terms.refresh.map_or(0.0, |every| refreshes(plan, operator, every));
        let begun = requests * logins;
        let (refreshed, ended) = (requests * refreshes, begun);
        let asked = begun + refreshed + ended;
        let again = if asked > 0.0 { (refreshed + ended) / asked } else { 0.0 };
        let further = each - 1.0;
        let bytes = |sizes: &TransferSizes| {
            let of = |one, contact| f64::from(one) + f64::from(contact) * further;
            let first = of(sizes.subscribe, sizes.subscribe_contact);
            first + (of(sizes.again, sizes.again_contact) - first) * again
        };
        work.carry(operator, domain, traffic(asked, terms), bytes);
        work.im_server(domain, asked, |times| &times.subscribe);
        // Refresh and end bring the state too, where agreed; at the end nobody listens.
        let told = |yes, rate| if yes { rate } else { 0.0 };
        let refreshes = told(terms.notify_on_refresh, refreshed);
        let states = begun + (refreshes + told(terms.notify_at_end, ended));
        let Some(back) = self::terms(plan, domain, operator) else { continue };
        let text = status_text(plan, domain);
        work.carry(domain, operator, traffic(states, back), |sizes| {
            f64::from(sizes.state) + sizes.state_contact.usual(text) * each
        });
        work.im_server(operator, states, |times| &times.presence);
        notify(plan, operator, begun + refreshes, each, work);
    }
}

/// Refreshes a second of an IM user's subscription, over the measured time. Those of the sessions that
/// are under way at the start come at any time of the interval, those of later ones when as much of it
/// has passed.
fn refreshes(plan: &Plan, operator: OperatorId, every: Duration) -> f64 {
    /// Sessions drawn.
    const DRAWS: u32 = 10_000;
    let run = &plan.federation.run;
    let sessions = &plan.federation.operator(operator).workload.sessions;
    let (every, online) = (every.as_secs_f64(), online(plan, operator));
    let logins = logins(sessions);
    let Some(length) = sessions.length.as_ref().filter(|_| logins > 0.0) else {
        return online / every;
    };
    let name = &plan.federation.operator(operator).name;
    let mut stream = StreamSeed::new(run.seed, name, "forecast/sessions").stream();
    let (mut still, mut later) = (0.0, 0.0);
    for _ in 0..DRAWS {
        still += 1.0 - seen(length.residual(&mut stream).as_secs_f64(), run);
        let lasts = length.sample(&mut stream).as_secs_f64();
        let mut passed = every;
        // What comes after the end of the run is not seen.
        while passed < lasts && seen(passed, run) > 0.0 {
            later += seen(passed, run);
            passed += every;
        }
    }
    (online / every * still + logins * later) / f64::from(DRAWS)
}

fn terms(plan: &Plan, from: OperatorId, to: OperatorId) -> Option<&PresenceTerms> {
    let way = plan.routing.way(Carriage::Presence, from, to)?;
    Some(&plan.federation.agreement(way.agreement).presence)
}

/// Mean bytes of a StatusText of an operator's users; 0 if they show none.
fn status_text(plan: &Plan, operator: OperatorId) -> f64 {
    let workload = &plan.federation.operator(operator).workload;
    workload.status_text.as_ref().map_or(0.0, |length| length.mean())
}

fn traffic(rate: f64, terms: &PresenceTerms) -> Traffic {
    let answered = terms.acknowledged;
    Traffic { carriage: Carriage::Presence, rate, limited: false, answered }
}

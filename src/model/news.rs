//! News for single watchers that they may see somebody from now on, or no longer (UC-3, CR16-1),
//! while it is on its way. At the end of a run the auditor wants to know where all of it is, so
//! that no watcher is left with stale attributes.

use super::crossing::{Content, Crossing, Notification};
use super::outbox::{Input, Job};
use crate::domain::crossing::{self, Audience, Sent};
use crate::domain::ledger::Ledger;
use crate::domain::observation::Grant;
use crate::domain::presence::News;

/// What of this kind an input carries.
pub(crate) fn of_input(input: &Input) -> Option<Grant> {
    match input {
        Input::Incoming(crossing) | Input::Release(crossing) => of_crossing(crossing),
        Input::Request(job) => of_job(job),
        _ => None,
    }
}

/// What of this kind a crossing carries.
pub(crate) fn of_crossing(crossing: &Crossing) -> Option<Grant> {
    match crossing.content {
        Content::Notification(news) => of_notification(&news),
        _ => None,
    }
}

/// What of this kind has been sent and did not arrive.
pub(crate) fn of_sent(sent: &Sent, ledger: &Ledger) -> Option<Grant> {
    let (crossing::Content::Notification(news), Ledger::Instants([changed, _])) =
        (&sent.content, ledger)
    else {
        return None;
    };
    let crossing::Notification { publisher, news, audience, .. } = *news;
    of_notification(&Notification { publisher, changed: *changed, news, audience })
}

/// What of this kind an IM server has before it.
pub(crate) fn of_job(job: &Job) -> Option<Grant> {
    match *job {
        Job::Notify { publisher, changed, news, watcher } => {
            single(news).then_some(Grant { publisher, watcher, changed })
        }
        Job::Notification(ref news) => of_notification(news),
        _ => None,
    }
}

fn of_notification(news: &Notification) -> Option<Grant> {
    match news.audience {
        Audience::Watcher(watcher) if single(news.news) => {
            Some(Grant { publisher: news.publisher, watcher, changed: news.changed })
        }
        _ => None,
    }
}

fn single(news: News) -> bool {
    matches!(news, News::Granted(_) | News::Withdrawn)
}

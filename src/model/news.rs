//! News for single watchers that they may see somebody from now on, or no longer (UC-3, CR16-1),
//! while it is on its way. At the end of a run the auditor wants to know where all of it is, so
//! that no watcher is left with stale attributes.

use super::outbox::{Audience, Input, Job, Notification, Payload, Transfer};
use crate::domain::observation::Leave;
use crate::domain::presence::News;

/// What of this kind an input carries.
pub fn of_input(input: &Input) -> Option<Leave> {
    match input {
        Input::Incoming(transfer) | Input::Release(transfer) => of_transfer(transfer),
        Input::Request(job) => of_job(job),
        _ => None,
    }
}

/// What of this kind a transfer carries.
pub fn of_transfer(transfer: &Transfer) -> Option<Leave> {
    match transfer.payload {
        Payload::Notification(news) => of_notification(&news),
        _ => None,
    }
}

/// What of this kind an IM server has before it.
pub fn of_job(job: &Job) -> Option<Leave> {
    match *job {
        Job::Notify { publisher, changed, news, watcher } => {
            single(news).then_some(Leave { publisher, watcher, changed })
        }
        Job::Notification(ref news) => of_notification(news),
        _ => None,
    }
}

fn of_notification(news: &Notification) -> Option<Leave> {
    match news.audience {
        Audience::Watcher(watcher) if single(news.news) => {
            Some(Leave { publisher: news.publisher, watcher, changed: news.changed })
        }
        _ => None,
    }
}

fn single(news: News) -> bool {
    matches!(news, News::Granted | News::Withdrawn)
}

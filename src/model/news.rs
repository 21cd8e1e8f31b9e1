//! News for single watchers that they may see somebody from now on, or no longer (UC-3, CR16-1),
//! while it is on its way. At the end of a run the auditor wants to know where all of it is, so
//! that no watcher is left with stale attributes.

use super::crossing::{Content, Crossing, Notification};
use super::outbox::{Input, Job};
use crate::domain::crossing::{self, Audience, Sent};
use crate::domain::ledger::Ledger;
use crate::domain::observation::Grant;

/// What of this kind an input carries.
pub(crate) fn of_input(input: &Input) -> Option<Grant> {
    match input {
        Input::Incoming(crossing) | Input::Release(crossing) => of_crossing(crossing),
        Input::Request(job) => of_job(job),
        Input::Decide(_)
        | Input::Reply(_)
        | Input::ToClient(_)
        | Input::AskedForContact(_)
        | Input::AskedToAllow(_)
        | Input::AskedToJoin(_)
        | Input::InStore { .. }
        | Input::Refresh { .. }
        | Input::Unasked { .. }
        | Input::ReplyNumbersDue
        | Input::Submit(_)
        | Input::Accept(_)
        | Input::Retry(_)
        | Input::Located(_)
        | Input::Failed(_)
        | Input::Alert(_)
        | Input::Locate(_)
        | Input::Watch(_)
        | Input::SetPhone(..)
        | Input::Flip(_)
        | Input::PhoneBack(_)
        | Input::Page(_)
        | Input::Attempt(_)
        | Input::Repeat(_)
        | Input::Overdue(_)
        | Input::SessionDue(_)
        | Input::Doubled(..)
        | Input::Refused(_)
        | Input::Fate(_)
        | Input::Other(_)
        | Input::Served { .. }
        | Input::Outage { .. } => None,
    }
}

/// What of this kind a crossing carries.
pub(crate) fn of_crossing(crossing: &Crossing) -> Option<Grant> {
    match crossing.content {
        Content::Notification(news) => of_notification(&news),
        Content::Message(_)
        | Content::GroupMessage(_)
        | Content::GroupPost(_)
        | Content::Sms(_)
        | Content::SmsBack(_)
        | Content::Query(_)
        | Content::Located(_)
        | Content::Alert(_)
        | Content::State { .. }
        | Content::Subscribe(_)
        | Content::Search(_)
        | Content::Found(..)
        | Content::Validate(_)
        | Content::Validated { .. }
        | Content::Contact(_)
        | Content::ContactAnswer { .. }
        | Content::Invite(_)
        | Content::InviteAnswer { .. }
        | Content::Leave(_)
        | Content::ServedAs(_)
        | Content::DeliveryReport(_)
        | Content::StatusReport(_)
        | Content::Refused(_)
        | Content::Ack
        | Content::Report
        | Content::Session(_) => None,
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
            news.is_permission().then_some(Grant { publisher, watcher, changed })
        }
        Job::Notification(ref news) => of_notification(news),
        Job::Message(_)
        | Job::GroupMessage(_)
        | Job::Invite { .. }
        | Job::Presence { .. }
        | Job::State { .. }
        | Job::TellState { .. }
        | Job::Subscribe(_)
        | Job::Session { .. }
        | Job::Unasked(_)
        | Job::Upgrade { .. }
        | Job::WatcherAnswered { .. }
        | Job::Search { .. }
        | Job::SearchAnswered(_)
        | Job::Command { .. }
        | Job::Phone { .. }
        | Job::Block { .. }
        | Job::Validate(_)
        | Job::AddContact { .. }
        | Job::ContactAsked(_)
        | Job::Validated { .. }
        | Job::ContactAnswered { .. }
        | Job::Invited(_)
        | Job::InviteAnswered { .. }
        | Job::Leave(_)
        | Job::ServedAs(_)
        | Job::Fate(_)
        | Job::RemoveContact { .. }
        | Job::Downgrade { .. }
        | Job::Lapse { .. } => None,
    }
}

fn of_notification(news: &Notification) -> Option<Grant> {
    match news.audience.audience() {
        Audience::Watcher(watcher) if news.news.is_permission() => {
            Some(Grant { publisher: news.publisher, watcher, changed: news.changed })
        }
        Audience::Watcher(_) | Audience::Domain(_) => None,
    }
}

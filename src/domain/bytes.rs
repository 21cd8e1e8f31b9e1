//! The fixed byte form of what crosses, with its ledger, for runs over several processes: a version,
//! then fields one after another, whole numbers little-endian. Written and read here alone; whoever
//! moves bytes (`engine`) knows nothing of what is in them. Whatever else is read is refused, in time
//! and memory no larger than what was given.

use super::crossing::{
    Addition, Audience, Consent, Contacts, Content, Envelope, Fate, Found, Listed, Located,
    Membership, Note, Notification, Query, Refusal, Request, Search, Sent, ServedAs, Subscription,
    SubscriptionAct,
};
use super::id::{AgreementId, MessageId, OperatorId, SubscriberId, Transaction};
use super::ledger::{Journal, Ledger, Occasion};
use super::number::ReplyNumber;
use super::observation::StageTime;
use super::outcome::{Route, SmsOrigin, Stage};
use super::presence::{Availability, ClientType, Look, News, StatusText};
use super::session::{Services, Step, Talk};
use super::status::Status;
use super::text::{Alphabet, Text};
use super::time::{Duration, Instant};

/// The form written here. Processes of one run are of one version.
const VERSION: u8 = 2;

/// These bytes are no crossing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are no crossing of version {VERSION}")]
pub struct Malformed;

/// Appends a crossing and its ledger.
pub fn write(sent: &Sent, ledger: &Ledger, out: &mut Vec<u8>) {
    let mut to = Writer(out);
    to.u8(VERSION);
    to.u16(sent.to.0);
    to.u16(sent.agreement.0);
    to.u32(sent.number);
    to.content(&sent.content);
    to.ledger(ledger);
}

/// Reads a crossing and its ledger off the front of `bytes`, which are shorter afterwards.
///
/// # Errors
/// If that is not what [`write`] writes.
pub fn read(bytes: &mut &[u8]) -> Result<(Sent, Ledger), Malformed> {
    let mut from = Reader(bytes);
    if from.u8()? != VERSION {
        return Err(Malformed);
    }
    let (to, agreement) = (OperatorId(from.u16()?), AgreementId(from.u16()?));
    let (number, content) = (from.u32()?, from.content()?);
    let ledger = from.ledger()?;
    *bytes = from.0;
    Ok((Sent { to, agreement, number, content }, ledger))
}

struct Writer<'o>(&'o mut Vec<u8>);

impl Writer<'_> {
    fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    fn u16(&mut self, value: u16) {
        self.0.extend(value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.0.extend(value.to_le_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.0.extend(value.to_le_bytes());
    }

    fn content(&mut self, content: &Content<Note, Contacts, ()>) {
        match content {
            Content::Message(note) => self.note(0, note),
            Content::GroupMessage(note) => self.note(1, note),
            Content::GroupPost(note) => self.note(24, note),
            Content::Sms(note) => self.note(2, note),
            Content::SmsBack(note) => self.note(3, note),
            Content::Query(Query { phone, smsc, transaction, alert }) => {
                self.u8(4);
                self.u32(phone.0);
                self.u16(smsc.0);
                self.u64(transaction.0);
                self.u8(u8::from(*alert));
            }
            Content::Located(Located { transaction, attached, looked: [(), ()] }) => {
                self.u8(5);
                self.u64(transaction.0);
                self.u8(u8::from(*attached));
            }
            Content::Alert(phone) => {
                self.u8(6);
                self.u32(phone.0);
            }
            Content::Notification(Notification { publisher, changed: (), news, audience }) => {
                self.u8(7);
                self.u32(publisher.0);
                self.news(*news);
                let (kind, whom) = match audience.audience() {
                    Audience::Watcher(watcher) => (0, watcher.0),
                    Audience::Domain(told) => (1, told),
                };
                self.u8(kind);
                self.u32(whom);
            }
            Content::State { watcher, from, contacts } => {
                self.u8(8);
                self.u32(watcher.0);
                self.u16(from.0);
                self.contacts(contacts);
            }
            Content::Subscribe(Subscription { watcher, contacts, act }) => {
                self.u8(9);
                self.u32(watcher.0);
                self.contacts(contacts);
                self.u8(*act as u8);
            }
            Content::Search(Search { user, contact, transaction }) => {
                self.pair(10, *user, *contact, *transaction);
            }
            Content::Found(Found { search, wanted, users }) => {
                let Search { user, contact, transaction } = *search;
                self.pair(11, user, contact, transaction);
                self.u8(u8::from(*wanted));
                self.u16(*users);
            }
            Content::Validate(addition) => self.addition(12, addition),
            Content::Validated { request, online } => {
                self.addition(13, request);
                self.u8(online.map_or(0, |online| 1 + u8::from(online)));
            }
            Content::Contact(addition) => self.addition(14, addition),
            Content::ContactAnswer { request, answer } => {
                self.addition(15, request);
                self.u8(*answer as u8);
            }
            Content::Ack => self.u8(16),
            Content::Report => self.u8(17),
            Content::Invite(addition) => self.addition(18, addition),
            Content::InviteAnswer { request, answer } => {
                self.addition(19, request);
                self.u8(*answer as u8);
            }
            Content::DeliveryReport(fate) => self.fate(21, fate),
            Content::StatusReport(fate) => self.fate(22, fate),
            Content::Session(talk) => self.talk(talk),
            Content::Refused(Refusal { user, request, status }) => {
                let (kind, number) = match request {
                    Request::Message(message) => (0, message.0),
                    Request::Transaction(number) => (1, number.0),
                };
                self.u8(26);
                self.u32(user.0);
                self.u8(kind);
                self.u64(number);
                self.u8(*status as u8);
            }
            Content::Leave(Membership { host, member }) => {
                self.u8(20);
                self.u32(host.0);
                self.u32(member.0);
            }
            Content::ServedAs(ServedAs { owner, contact, im }) => {
                self.u8(23);
                self.u32(owner.0);
                self.u32(contact.0);
                self.u8(u8::from(*im));
            }
        }
    }

    fn talk(&mut self, talk: &Talk) {
        let Talk { step, answer, set_up } = *talk;
        self.u8(25);
        self.u8(u8::from(answer));
        self.u32(set_up);
        match step {
            Step::Token { secret, version } => {
                self.u8(0);
                self.u64(secret);
                self.u8(version);
            }
            Step::Login { digest } => {
                self.u8(1);
                self.u64(digest);
            }
            Step::Services(Services { messaging, presence, search, groups }) => {
                self.u8(2);
                let services = [messaging, presence, search, groups];
                services.into_iter().for_each(|served| self.u8(u8::from(served)));
            }
            Step::KeepAlive => self.u8(3),
        }
    }

    fn fate(&mut self, kind: u8, fate: &Fate) {
        let Fate { message, sender, recipient, delivered } = *fate;
        self.u8(kind);
        self.u64(message.0);
        self.u32(sender.0);
        self.u32(recipient.0);
        self.u8(u8::from(delivered));
    }

    fn note(&mut self, kind: u8, note: &Note) {
        let Note { id, sender, recipient, text, sms, report, by_sms } = note;
        self.u8(kind);
        self.u64(id.0);
        self.u32(sender.0);
        self.u8(u8::from(recipient.is_some()));
        if let Some(recipient) = recipient {
            self.u32(recipient.0);
        }
        let Text { characters, units, bytes, alphabet, rich } = *text;
        [characters, units, bytes].into_iter().for_each(|count| self.u16(count));
        self.u8(u8::from(alphabet == Alphabet::Ucs2));
        self.u8(u8::from(rich));
        self.u8(u8::from(*report));
        self.u8(u8::from(*by_sms));
        self.u8(u8::from(sms.is_some()));
        if let Some(sms) = sms {
            let Envelope { smsc, network, segments, origin, reply, alert, .. } = *sms;
            let Envelope { crossed, owed, submitted, reference, .. } = *sms;
            [smsc.0, network.0, segments].into_iter().for_each(|short| self.u16(short));
            self.u8(origin as u8);
            self.u16(reply.owner.0);
            self.u32(reply.index);
            self.u8(u8::from(alert));
            self.u8(crossed);
            self.u8(owed);
            self.u64(submitted.0);
            self.u64(reference);
        }
    }

    fn news(&mut self, news: News) {
        self.u8(match news {
            News::Changed(_) => 0,
            News::Online(_) => 1,
            News::Offline => 2,
            News::LegacyOnline => 3,
            News::LegacyOffline => 4,
            News::Granted(_) => 5,
            News::Withdrawn => 6,
        });
        if let Some(Look { availability, client, text }) = news.look() {
            self.u8(availability as u8);
            self.u8(client.map_or(0, |kind| 1 + kind as u8));
            self.u8(text.bytes);
            self.u8(text.words);
        }
    }

    fn contacts(&mut self, contacts: &Contacts) {
        self.u32(contacts.len() as u32);
        for Listed { who, state } in contacts {
            self.u32(who.0);
            self.u8(u8::from(state.is_some()));
            if let Some(news) = *state {
                self.news(news);
            }
        }
    }

    fn addition(&mut self, kind: u8, addition: &Addition) {
        let Addition { owner, contact, transaction } = *addition;
        self.pair(kind, owner, contact, transaction);
    }

    fn pair(&mut self, kind: u8, one: SubscriberId, other: SubscriberId, number: Transaction) {
        self.u8(kind);
        self.u32(one.0);
        self.u32(other.0);
        self.u64(number.0);
    }

    fn ledger(&mut self, ledger: &Ledger) {
        match ledger {
            Ledger::None => self.u8(0),
            Ledger::Message(meant, journal) => {
                self.u8(1);
                self.u32(meant.0);
                self.u64(journal.occasion.0);
                self.u8(journal.route as u8);
                self.u64(journal.intended.0);
                self.u64(journal.since.0);
                let stages = journal.stages();
                self.u32(stages.len() as u32);
                for StageTime { stage, operator, time } in stages {
                    self.u8(stage as u8);
                    self.u16(operator.0);
                    self.u64(time.0);
                }
            }
            Ledger::Instants(instants) => {
                self.u8(2);
                instants.iter().for_each(|instant| self.u64(instant.0));
            }
        }
    }
}

struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (first, rest) = self.0.split_first_chunk().ok_or(Malformed)?;
        self.0 = rest;
        Ok(*first)
    }

    fn u8(&mut self) -> Result<u8, Malformed> {
        self.take().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Result<u16, Malformed> {
        self.take().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, Malformed> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, Malformed> {
        self.take().map(u64::from_le_bytes)
    }

    /// One of a closed list, by its place.
    fn one_of<T: Copy>(&mut self, all: &[T]) -> Result<T, Malformed> {
        let place = usize::from(self.u8()?);
        all.get(place).copied().ok_or(Malformed)
    }

    fn flag(&mut self) -> Result<bool, Malformed> {
        self.one_of(&[false, true])
    }

    fn user(&mut self) -> Result<SubscriberId, Malformed> {
        self.u32().map(SubscriberId)
    }

    fn operator(&mut self) -> Result<OperatorId, Malformed> {
        self.u16().map(OperatorId)
    }

    fn transaction(&mut self) -> Result<Transaction, Malformed> {
        self.u64().map(Transaction)
    }

    fn instant(&mut self) -> Result<Instant, Malformed> {
        self.u64().map(Instant)
    }

    /// How many entries follow, each at least so long; no more than there can be.
    fn count(&mut self, each: usize) -> Result<usize, Malformed> {
        let count = self.u32()? as usize;
        if count <= self.0.len() / each { Ok(count) } else { Err(Malformed) }
    }

    fn content(&mut self) -> Result<Content<Note, Contacts, ()>, Malformed> {
        Ok(match self.u8()? {
            0 => Content::Message(self.note()?),
            1 => Content::GroupMessage(self.note()?),
            24 => Content::GroupPost(self.note()?),
            2 => Content::Sms(self.note()?),
            3 => Content::SmsBack(self.note()?),
            4 => Content::Query(Query {
                phone: self.user()?,
                smsc: self.operator()?,
                transaction: self.transaction()?,
                alert: self.flag()?,
            }),
            5 => Content::Located(Located {
                transaction: self.transaction()?,
                attached: self.flag()?,
                looked: [(), ()],
            }),
            6 => Content::Alert(self.user()?),
            7 => Content::Notification(Notification {
                publisher: self.user()?,
                changed: (),
                news: self.news()?,
                audience: match self.flag()? {
                    false => Audience::Watcher(self.user()?),
                    true => Audience::Domain(self.u32()?),
                }
                .into(),
            }),
            8 => Content::State {
                watcher: self.user()?,
                from: self.operator()?,
                contacts: self.contacts()?,
            },
            9 => Content::Subscribe(Subscription {
                watcher: self.user()?,
                contacts: self.contacts()?,
                act: self.one_of(&[
                    SubscriptionAct::Begin,
                    SubscriptionAct::Refresh,
                    SubscriptionAct::End,
                    SubscriptionAct::Remove,
                ])?,
            }),
            10 => Content::Search(self.search()?),
            11 => Content::Found(Found {
                search: self.search()?,
                wanted: self.flag()?,
                users: self.u16()?,
            }),
            12 => Content::Validate(self.addition()?),
            13 => Content::Validated {
                request: self.addition()?,
                online: match self.u8()? {
                    0 => None,
                    1 => Some(false),
                    2 => Some(true),
                    _ => return Err(Malformed),
                },
            },
            14 => Content::Contact(self.addition()?),
            15 => Content::ContactAnswer {
                request: self.addition()?,
                answer: self.one_of(&Consent::ALL)?,
            },
            16 => Content::Ack,
            17 => Content::Report,
            18 => Content::Invite(self.addition()?),
            19 => Content::InviteAnswer {
                request: self.addition()?,
                answer: self.one_of(&Consent::ALL)?,
            },
            21 => Content::DeliveryReport(self.fate()?),
            22 => Content::StatusReport(self.fate()?),
            26 => Content::Refused(Refusal {
                user: self.user()?,
                request: match self.flag()? {
                    false => Request::Message(MessageId(self.u64()?)),
                    true => Request::Transaction(Transaction(self.u64()?)),
                },
                status: self.one_of(Status::ALL)?,
            }),
            20 => Content::Leave(Membership { host: self.user()?, member: self.user()? }),
            23 => Content::ServedAs(ServedAs {
                owner: self.user()?,
                contact: self.user()?,
                im: self.flag()?,
            }),
            25 => Content::Session(self.talk()?),
            _ => return Err(Malformed),
        })
    }

    fn talk(&mut self) -> Result<Talk, Malformed> {
        let (answer, set_up) = (self.flag()?, self.u32()?);
        let step = match self.u8()? {
            0 => Step::Token { secret: self.u64()?, version: self.u8()? },
            1 => Step::Login { digest: self.u64()? },
            2 => Step::Services(Services {
                messaging: self.flag()?,
                presence: self.flag()?,
                search: self.flag()?,
                groups: self.flag()?,
            }),
            3 => Step::KeepAlive,
            _ => return Err(Malformed),
        };
        Ok(Talk { step, answer, set_up })
    }

    fn fate(&mut self) -> Result<Fate, Malformed> {
        Ok(Fate {
            message: MessageId(self.u64()?),
            sender: self.user()?,
            recipient: self.user()?,
            delivered: self.flag()?,
        })
    }

    fn note(&mut self) -> Result<Note, Malformed> {
        Ok(Note {
            id: MessageId(self.u64()?),
            sender: self.user()?,
            recipient: if self.flag()? { Some(self.user()?) } else { None },
            text: Text {
                characters: self.u16()?,
                units: self.u16()?,
                bytes: self.u16()?,
                alphabet: self.one_of(&[Alphabet::Gsm7, Alphabet::Ucs2])?,
                rich: self.flag()?,
            },
            report: self.flag()?,
            by_sms: self.flag()?,
            sms: if self.flag()? { Some(self.envelope()?) } else { None },
        })
    }

    fn envelope(&mut self) -> Result<Envelope, Malformed> {
        Ok(Envelope {
            smsc: self.operator()?,
            network: self.operator()?,
            segments: self.u16()?,
            origin: self.one_of(SmsOrigin::ALL)?,
            reply: ReplyNumber { owner: self.operator()?, index: self.u32()? },
            alert: self.flag()?,
            crossed: self.u8()?,
            owed: self.u8()?,
            submitted: self.instant()?,
            reference: self.u64()?,
        })
    }

    fn news(&mut self) -> Result<News, Malformed> {
        Ok(match self.u8()? {
            0 => News::Changed(self.look()?),
            1 => News::Online(self.look()?),
            2 => News::Offline,
            3 => News::LegacyOnline,
            4 => News::LegacyOffline,
            5 => News::Granted(self.look()?),
            6 => News::Withdrawn,
            _ => return Err(Malformed),
        })
    }

    fn look(&mut self) -> Result<Look, Malformed> {
        let availability = self.one_of(&Availability::ALL)?;
        let client = match self.u8()? {
            0 => None,
            place => Some(*ClientType::ALL.get(usize::from(place) - 1).ok_or(Malformed)?),
        };
        let text = StatusText { bytes: self.u8()?, words: self.u8()? };
        Ok(Look { availability, client, text })
    }

    fn contacts(&mut self) -> Result<Contacts, Malformed> {
        let count = self.count(5)?;
        let listed = |from: &mut Self| {
            let who = from.user()?;
            let state = if from.flag()? { Some(from.news()?) } else { None };
            Ok(Listed { who, state })
        };
        (0..count).map(|_| listed(self)).collect()
    }

    fn addition(&mut self) -> Result<Addition, Malformed> {
        let (owner, contact, transaction) = (self.user()?, self.user()?, self.transaction()?);
        Ok(Addition { owner, contact, transaction })
    }

    fn search(&mut self) -> Result<Search, Malformed> {
        let (user, contact, transaction) = (self.user()?, self.user()?, self.transaction()?);
        Ok(Search { user, contact, transaction })
    }

    fn ledger(&mut self) -> Result<Ledger, Malformed> {
        Ok(match self.u8()? {
            0 => Ledger::None,
            1 => {
                let (meant, occasion) = (self.user()?, Occasion(self.u64()?));
                let (route, intended) = (self.one_of(Route::ALL)?, self.instant()?);
                let mut journal = Journal::new(occasion, route, intended);
                journal.since = self.instant()?;
                for _ in 0..self.count(11)? {
                    let (stage, operator) = (self.one_of(Stage::ALL)?, self.operator()?);
                    let time = Duration(self.u64()?);
                    // Each stage of an operator stands once: so a long list costs no longer search.
                    let first =
                        journal.stages().all(|s| (s.stage, s.operator) != (stage, operator));
                    if !first || journal.stages().len() >= STAGES {
                        return Err(Malformed);
                    }
                    journal.spend(StageTime { stage, operator, time });
                }
                Ledger::Message(meant, journal)
            }
            2 => Ledger::Instants([self.instant()?, self.instant()?]),
            _ => return Err(Malformed),
        })
    }
}

/// More stages no message has: all of them at each of some sixty operators on its way.
const STAGES: usize = 1024;

//! Anything that can be written as a crossing, sense or nonsense.

use interwork::domain::crossing::{
    Addition, Audience, Consent, Contacts, Content, Crossing, Envelope, Fate, Found, Listed,
    Located, Membership, Note, Notification, Query, Refusal, Request, Search, Sent, ServedAs,
    Subscription, SubscriptionAct,
};
use interwork::domain::id::{AgreementId, MessageId, OperatorId, SubscriberId, Transaction};
use interwork::domain::ledger::{Journal, Ledger, Occasion};
use interwork::domain::number::ReplyNumber;
use interwork::domain::observation::StageTime;
use interwork::domain::outcome::{Route, SmsOrigin, Stage};
use interwork::domain::presence::{Availability, ClientType, Look, News, StatusText};
use interwork::domain::session::{Services, Step, Talk};
use interwork::domain::status::Status;
use interwork::domain::text::{Alphabet, Text};
use interwork::domain::time::{Duration, Instant};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

fn user() -> impl Strategy<Value = SubscriberId> {
    prop_oneof![9 => 0u32..70, 1 => any::<u32>()].prop_map(SubscriberId)
}

fn operator() -> impl Strategy<Value = OperatorId> {
    prop_oneof![9 => 0u16..4, 1 => any::<u16>()].prop_map(OperatorId)
}

fn transaction() -> impl Strategy<Value = Transaction> {
    prop_oneof![0u64..4, any::<u64>()].prop_map(Transaction)
}

fn instant() -> impl Strategy<Value = Instant> {
    prop_oneof![9 => 0u64..1_000_000_000, 1 => any::<u64>()].prop_map(Instant)
}

fn news() -> impl Strategy<Value = News> {
    let look = (
        select(Availability::ALL.to_vec()),
        proptest::option::of(select(ClientType::ALL.to_vec())),
        any::<(u8, u8)>(),
    )
        .prop_map(|(availability, client, (bytes, words))| {
            let text = StatusText { bytes, words };
            Look { availability, client, text }
        });
    prop_oneof![
        look.clone().prop_map(News::Changed),
        look.clone().prop_map(News::Online),
        look.prop_map(News::Granted),
        Just(News::Offline),
        Just(News::LegacyOnline),
        Just(News::LegacyOffline),
        Just(News::Withdrawn),
    ]
}

fn text() -> impl Strategy<Value = Text> {
    (any::<[u16; 3]>(), any::<[bool; 2]>()).prop_map(
        |([characters, units, bytes], [wide, rich])| {
            let alphabet = if wide { Alphabet::Ucs2 } else { Alphabet::Gsm7 };
            Text { characters, units, bytes, alphabet, rich }
        },
    )
}

fn envelope() -> impl Strategy<Value = Envelope> {
    let numbers = (any::<u16>(), 0u32..4, prop_oneof![0u64..4, any::<u64>()]);
    let legs = (any::<u8>(), any::<u8>());
    let origin = select(SmsOrigin::ALL.to_vec());
    let operators = [operator(), operator(), operator()];
    (operators, numbers, origin, any::<bool>(), legs, instant()).prop_map(
        |(operators, (segments, index, reference), origin, alert, (crossed, owed), submitted)| {
            let [smsc, network, owner] = operators;
            let reply = ReplyNumber { owner, index };
            let known = super::envelope(smsc, network, 0);
            let known = Envelope { segments, origin, reply, alert, ..known };
            Envelope { crossed, owed, submitted, reference, ..known }
        },
    )
}

fn fate() -> impl Strategy<Value = Fate> {
    (any::<u64>(), user(), user(), any::<bool>()).prop_map(
        |(message, sender, recipient, delivered)| Fate {
            message: MessageId(message),
            sender,
            recipient,
            delivered,
        },
    )
}

fn refusal() -> impl Strategy<Value = Refusal> {
    let request = prop_oneof![
        any::<u64>().prop_map(|message| Request::Message(MessageId(message))),
        transaction().prop_map(Request::Transaction)
    ];
    (user(), request, select(Status::ALL.to_vec())).prop_map(|(user, request, status)| Refusal {
        user,
        request,
        status,
    })
}

fn consent() -> impl Strategy<Value = Consent> {
    select(Consent::ALL.to_vec())
}

fn note() -> impl Strategy<Value = Note> {
    let recipient = proptest::option::weighted(0.8, user());
    let sms = (proptest::option::of(envelope()), any::<bool>(), any::<bool>());
    (any::<u64>(), user(), recipient, text(), sms).prop_map(
        |(id, sender, recipient, text, (sms, report, by_sms))| Note {
            id: MessageId(id),
            sender,
            recipient,
            text,
            sms,
            report,
            by_sms,
        },
    )
}

fn contacts() -> impl Strategy<Value = Contacts> {
    let listed = (user(), proptest::option::of(news()));
    vec(listed.prop_map(|(who, state)| Listed { who, state }), 0..5).prop_map(Contacts::from_vec)
}

fn addition() -> impl Strategy<Value = Addition> {
    (user(), user(), transaction()).prop_map(|(owner, contact, transaction)| Addition {
        owner,
        contact,
        transaction,
    })
}

fn search() -> impl Strategy<Value = Search> {
    (user(), user(), transaction()).prop_map(|(user, contact, transaction)| Search {
        user,
        contact,
        transaction,
    })
}

fn subscription() -> impl Strategy<Value = Subscription<Contacts>> {
    use SubscriptionAct::{Begin, End, Refresh, Remove};
    (user(), contacts(), select(vec![Begin, Refresh, End, Remove]))
        .prop_map(|(watcher, contacts, act)| Subscription { watcher, contacts, act })
}

fn notification() -> impl Strategy<Value = Notification<()>> {
    let audience = prop_oneof![
        user().prop_map(Audience::Watcher),
        prop_oneof![0u32..30, any::<u32>()].prop_map(Audience::Domain)
    ];
    (user(), news(), audience).prop_map(|(publisher, news, audience)| Notification {
        publisher,
        changed: (),
        news,
        audience: audience.into(),
    })
}

fn talk() -> impl Strategy<Value = Talk> {
    let step = prop_oneof![
        (any::<u64>(), any::<u8>()).prop_map(|(secret, version)| Step::Token { secret, version }),
        any::<u64>().prop_map(|digest| Step::Login { digest }),
        any::<[bool; 4]>().prop_map(|[messaging, presence, search, groups]| {
            Step::Services(Services { messaging, presence, search, groups })
        }),
        Just(Step::KeepAlive),
    ];
    (step, any::<bool>(), prop_oneof![0u32..4, any::<u32>()])
        .prop_map(|(step, answer, set_up)| Talk { step, answer, set_up })
}

fn content() -> impl Strategy<Value = Content<Note, Contacts, ()>> {
    prop_oneof![
        note().prop_map(Content::Message),
        note().prop_map(Content::GroupMessage),
        note().prop_map(Content::GroupPost),
        note().prop_map(Content::Sms),
        note().prop_map(Content::SmsBack),
        (user(), operator(), transaction(), any::<bool>()).prop_map(
            |(phone, smsc, transaction, alert)| {
                Content::Query(Query { phone, smsc, transaction, alert })
            }
        ),
        (transaction(), any::<bool>()).prop_map(|(transaction, attached)| {
            Content::Located(Located { transaction, attached, looked: [(); 2] })
        }),
        user().prop_map(Content::Alert),
        notification().prop_map(Content::Notification),
        (user(), operator(), contacts()).prop_map(|(watcher, from, contacts)| Content::State {
            watcher,
            from,
            contacts
        }),
        subscription().prop_map(Content::Subscribe),
        search().prop_map(Content::Search),
        (search(), any::<bool>(), any::<u16>()).prop_map(|(search, wanted, users)| {
            Content::Found(Found { search, wanted, users })
        }),
        addition().prop_map(Content::Validate),
        (addition(), any::<Option<bool>>())
            .prop_map(|(request, online)| Content::Validated { request, online }),
        addition().prop_map(Content::Contact),
        (addition(), consent())
            .prop_map(|(request, answer)| Content::ContactAnswer { request, answer }),
        fate().prop_map(Content::DeliveryReport),
        refusal().prop_map(Content::Refused),
        fate().prop_map(Content::StatusReport),
        addition().prop_map(Content::Invite),
        (addition(), consent())
            .prop_map(|(request, answer)| Content::InviteAnswer { request, answer }),
        (user(), user()).prop_map(|(host, member)| Content::Leave(Membership { host, member })),
        (user(), user(), any::<bool>()).prop_map(|(owner, contact, im)| {
            Content::ServedAs(ServedAs { owner, contact, im })
        }),
        Just(Content::Ack),
        Just(Content::Report),
        talk().prop_map(Content::Session),
    ]
}

pub fn sent() -> impl Strategy<Value = Sent> {
    let agreement = prop_oneof![9 => 0u16..5, 1 => any::<u16>()].prop_map(AgreementId);
    (operator(), agreement, prop_oneof![0u32..20, any::<u32>()], content())
        .prop_map(|(to, agreement, number, content)| Crossing { to, agreement, number, content })
}

fn journal() -> impl Strategy<Value = Journal> {
    let stage = (select(Stage::ALL.to_vec()), operator(), any::<u64>())
        .prop_map(|(stage, operator, time)| StageTime { stage, operator, time: Duration(time) });
    let route = select(Route::ALL.to_vec());
    (any::<u64>(), route, instant(), instant(), vec(stage, 0..12)).prop_map(
        |(occasion, route, intended, since, stages)| {
            let mut journal = Journal::new(Occasion(occasion), route, intended);
            journal.since = since;
            stages.into_iter().for_each(|stage| journal.spend(stage));
            journal
        },
    )
}

pub fn ledger() -> impl Strategy<Value = Ledger> {
    prop_oneof![
        Just(Ledger::None),
        (user(), journal()).prop_map(|(meant, journal)| Ledger::Message(meant, journal)),
        [instant(), instant()].prop_map(Ledger::Instants),
    ]
}

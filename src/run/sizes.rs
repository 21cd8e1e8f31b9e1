//! Bytes of what crosses an agreement: what the file gives, else the length of the encoding of what
//! its protocol sends. Part of laying out a plan.

use crate::domain::federation::{Federation, Protocol};
use crate::domain::id::{AgreementId, OperatorId};
use crate::domain::lengths::{Lengths, SmsLengths};
use crate::domain::outcome::Defect;
use crate::model::plan::{TalkSizes, TransferSizes};
use crate::wire::setup::TalkBytes;
use crate::wire::sides::Sides;
use crate::wire::sizes::{Signalling, WireSizes};
use crate::wire::{simple, xmpp};

/// Bytes of transfers of both sides of an agreement.
pub(super) fn transfer_sizes(
    federation: &Federation,
    id: AgreementId,
    defect: Option<Defect>,
) -> [TransferSizes; 2] {
    let agreement = federation.agreement(id);
    let [a, b] = agreement.between;
    let version = federation.imps_version(agreement);
    let names_clients = match defect {
        Some(Defect::ClientIdEarly) => true,
        Some(Defect::ClientIdUnsaid) => false,
        _ => version.names_clients(),
    };
    [(a, b), (b, a)].map(|(from, to)| {
        let domain = |id: OperatorId| federation.operator(id).domain.as_str();
        let legacy = federation.operator(from).imsp.as_ref().map(|imsp| &imsp.legacy);
        let status_text = legacy.map_or("", |legacy| legacy.status_text.as_str());
        let whole = Sides::of(domain(from), domain(to));
        let sides = Sides { status_text, version, names_clients, ..whole };
        let terms = &agreement.presence;
        let encoded = match agreement.protocol {
            Protocol::Ssp => WireSizes::of(sides),
            Protocol::Simple => {
                let terms = simple::Terms { per_list: terms.per_list, partial: terms.partial };
                simple::sizes(sides, terms)
            }
            Protocol::Xmpp => xmpp::sizes(sides),
            Protocol::Sms => WireSizes::of_sms(sides.number),
        };
        let Signalling { query, located, delivered, failed, alert } = encoded.signalling;
        let set = &agreement.sizes;
        let with_contact = |bytes, contact| set.subscribe.unwrap_or(bytes + contact);
        let further = |contact| set.subscribe.map_or(contact, |_| 0);
        let told = |encoded| set.notification.map_or(encoded, Lengths::all);
        let answers = |encoded: u32| set.answer.unwrap_or(encoded);
        TransferSizes {
            message: set.message.unwrap_or(encoded.message),
            message_adds_text: set.message.is_none(),
            presence: told(encoded.presence),
            presence_watcher: set.notification.map_or(encoded.presence_per_watcher, |_| 0),
            state: set.notification.unwrap_or(encoded.state),
            state_contact: set.notification.map_or(encoded.state_contact, |_| Lengths::all(0)),
            subscribe: with_contact(encoded.subscribe, encoded.subscribe_per_contact),
            subscribe_contact: further(encoded.subscribe_per_contact),
            again: with_contact(encoded.again, encoded.again_per_contact),
            again_contact: further(encoded.again_per_contact),
            validate: set.validate.unwrap_or(encoded.validate),
            contact: set.contact.unwrap_or(encoded.contact),
            contact_answer: encoded.contact_answer.map(answers),
            answer: answers(encoded.answer),
            validated: encoded.validated.map(answers),
            sms: set.sms.map_or(encoded.sms, SmsLengths::all),
            query,
            located,
            delivered,
            failed,
            alert,
            session: agreement.session.as_ref().map_or_else(TalkSizes::default, |session| {
                let served = agreement.features.services();
                let lives = session.keep_alive.as_secs_f64() as u64;
                let TalkBytes { token, login, services, keep_alive } =
                    TalkBytes::of([domain(from), domain(to)], version, served, lives);
                TalkSizes { token, login, services, keep_alive }
            }),
        }
    })
}

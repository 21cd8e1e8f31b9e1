//! Bytes of what crosses an agreement: what the file gives, else the length of the encoding of what
//! its protocol sends. Part of laying out a plan.

use crate::domain::federation::{Federation, Protocol};
use crate::domain::id::{AgreementId, OperatorId};
use crate::domain::number::Msisdn;
use crate::domain::session::VERSION;
use crate::model::plan::{TalkSizes, TransferSizes};
use crate::wire::setup::TalkBytes;
use crate::wire::sizes::{Sides, WireSizes};
use crate::wire::{simple, xmpp};

/// Digits of a number, country code included, as most numbering plans have them.
const NUMBER_DIGITS: u8 = 12;

/// Bytes of transfers of both sides of an agreement.
pub(super) fn transfer_sizes(federation: &Federation, id: AgreementId) -> [TransferSizes; 2] {
    let agreement = federation.agreement(id);
    let [a, b] = agreement.between;
    [(a, b), (b, a)].map(|(from, to)| {
        let domain = |id: OperatorId| federation.operator(id).domain.as_str();
        let legacy = federation.operator(from).imsp.as_ref().map(|imsp| &imsp.legacy);
        let status_text = legacy.map_or("", |legacy| legacy.status_text.as_str());
        let number = Msisdn::of_length(NUMBER_DIGITS);
        let sides = Sides { from: domain(from), to: domain(to), number, status_text };
        let terms = &agreement.presence;
        let encoded = match agreement.protocol {
            Protocol::Ssp | Protocol::Sms => WireSizes::of(sides),
            Protocol::Simple => {
                let terms = simple::Terms { per_list: terms.per_list, partial: terms.partial };
                simple::sizes(sides, terms)
            }
            Protocol::Xmpp => xmpp::sizes(sides),
        };
        let set = &agreement.sizes;
        let notification = encoded.presence + encoded.presence_per_watcher;
        let with_contact = |bytes, contact| set.subscribe.unwrap_or(bytes + contact);
        let further = |contact| set.subscribe.map_or(contact, |_| 0);
        TransferSizes {
            message: set.message.unwrap_or(encoded.message),
            message_adds_text: set.message.is_none(),
            presence: set.notification.unwrap_or(notification),
            presence_domain: set.notification.unwrap_or(encoded.presence),
            state: set.notification.unwrap_or(encoded.state),
            state_contact: set.notification.map_or(encoded.state_per_contact, |_| 0),
            subscribe: with_contact(encoded.subscribe, encoded.subscribe_per_contact),
            subscribe_contact: further(encoded.subscribe_per_contact),
            again: with_contact(encoded.again, encoded.again_per_contact),
            again_contact: further(encoded.again_per_contact),
            validate: set.validate.unwrap_or(encoded.validate),
            contact: set.contact.unwrap_or(encoded.contact),
            answer: set.answer.unwrap_or(encoded.answer),
            validated: set.answer.unwrap_or(encoded.validated),
            sms: set.sms.unwrap_or(encoded.sms),
            sms_adds_text: set.sms.is_none(),
            sms_signalling: encoded.sms_signalling,
            session: agreement.session.as_ref().map_or_else(TalkSizes::default, |session| {
                let served = agreement.features.services();
                let lives = session.keep_alive.as_secs_f64() as u64;
                let TalkBytes { token, login, services, keep_alive } =
                    TalkBytes::of(domain(from), VERSION, served, lives);
                TalkSizes { token, login, services, keep_alive }
            }),
        }
    })
}

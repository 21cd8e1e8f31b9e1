//! Labels in words and back, and the size of a sample's unit: what everybody needs who reads a key.
//! Closed lists are those of `domain`, operators and stations those of the setup.

use super::Setup;
use super::catalogue::{Info, Label, Unit};
use super::key::{ANY, Key};
use crate::domain::outcome::{
    Channel, ContactKind, Exchange, PresenceScope, Reason, Route, SessionTurn, SmsOrigin, Stage,
    TransferKind,
};
use crate::domain::part::Part;

/// A word of a closed list; `None` beyond its end, and of a label that the topology names.
pub(super) fn closed(label: Label, place: usize) -> Option<&'static str> {
    match label {
        Label::Route => Route::ALL.get(place).map(|v| v.label()),
        Label::Reason => Reason::ALL.get(place).map(|v| v.label()),
        Label::Stage => Stage::ALL.get(place).map(|v| v.label()),
        Label::Scope => PresenceScope::ALL.get(place).map(|v| v.label()),
        Label::Channel => Channel::ALL.get(place).map(|v| v.label()),
        Label::Origin => SmsOrigin::ALL.get(place).map(|v| v.label()),
        Label::Contact => ContactKind::ALL.get(place).map(|v| v.label()),
        Label::Transfer => TransferKind::ALL.get(place).map(|v| v.label()),
        Label::Exchange => Exchange::ALL.get(place).map(|v| v.label()),
        Label::Turn => SessionTurn::ALL.get(place).map(|v| v.label()),
        Label::Station | Label::From | Label::To | Label::Operator => None,
    }
}

/// A label's value in words; `None` if there is none such.
pub(super) fn word(setup: &Setup, label: Label, value: u32) -> Option<&str> {
    let place = value as usize;
    match label {
        Label::Station => setup.stations.get(place).map(|station| station.name.as_str()),
        Label::From | Label::To | Label::Operator => setup.operators.get(place).map(String::as_str),
        Label::Route
        | Label::Reason
        | Label::Stage
        | Label::Scope
        | Label::Channel
        | Label::Origin
        | Label::Contact
        | Label::Transfer
        | Label::Exchange
        | Label::Turn => closed(label, place),
    }
}

/// Label names and values of a key; rolled-up labels are left out.
pub(super) fn texts(setup: &Setup, key: Key) -> Vec<(&'static str, String)> {
    let labels = key.metric().info().labels.iter().zip(key.labels());
    labels
        .filter(|(_, value)| *value != ANY)
        .map(|(label, value)| (label.name(), word(setup, *label, value).unwrap_or("?").to_owned()))
        .collect()
}

/// The part that a station's key is about.
pub(super) fn part(setup: &Setup, key: Key) -> Option<Part> {
    let place = key.metric().info().labels.iter().position(|label| *label == Label::Station)?;
    setup.stations.get(key.labels()[place] as usize).map(|station| station.part)
}

/// Thousandths of a sample's unit to one of the result's.
pub(super) fn scale(info: Info) -> f64 {
    if info.unit == Unit::Seconds { 1e9 } else { 1e3 }
}

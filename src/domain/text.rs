//! Text of a message as the network sees it: how many characters, how many units of which
//! alphabet, how many short messages (3GPP TS 23.038 6.2.1, 3GPP TS 23.040 9.2.3.24). Packing
//! into octets is the business of `wire`.

/// The alphabet of a short message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alphabet {
    /// GSM 7-bit default alphabet with its extension table; the unit is the septet.
    Gsm7,
    /// UCS-2, UTF-16 in practice; the unit is the 16-bit code unit.
    Ucs2,
}

/// What the network needs to know of a text; 8 bytes, so that millions can be in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Text {
    /// Characters (Unicode scalar values).
    pub characters: u16,
    /// Septets or 16-bit code units, by `alphabet`.
    pub units: u16,
    /// Bytes of the text as UTF-8 in an XML document, markup characters escaped.
    pub bytes: u16,
    /// The smallest alphabet that holds it.
    pub alphabet: Alphabet,
}

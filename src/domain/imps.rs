//! Versions of IMPS as far as they decide what crosses and how long it is. `topology` reads them,
//! `model` and `wire` ask; this file knows no bytes.

use super::outcome::closed_list;

closed_list! {
    /// The version of IMPS that an operator speaks; between two the lower one governs.
    ImpsVersion {
        /// Wireless Village 1.1.
        V11 => "1.1",
        /// OMA IMPS 1.2.
        V12 => "1.2",
        /// OMA IMPS 1.3.
        V13 => "1.3",
    }
}

impl ImpsVersion {
    /// What stands behind the point, as servers negotiate it; higher is later.
    pub(crate) fn minor(self) -> u8 {
        self as u8 + 1
    }

    /// Whether client attributes of presence say by ClientID whose client they are about: required from
    /// 1.3 on (CR16 16.3), unknown before.
    pub(crate) fn names_clients(self) -> bool {
        match self {
            Self::V11 | Self::V12 => false,
            Self::V13 => true,
        }
    }
}

//! Faces: documents and judgements as people see them, on a terminal, on a page, in a picture, in a
//! comment, in a CI service.

pub(crate) mod access;
pub(crate) mod capacity;
pub mod compare;
pub(crate) mod curves;
pub(crate) mod github;
pub mod html;
pub(crate) mod journey;
pub(crate) mod junit;
pub(crate) mod lines;
pub(crate) mod live;
pub mod markdown;
pub(crate) mod plan;
pub(crate) mod plots;
pub(crate) mod table;
pub mod terminal;
pub mod validation;

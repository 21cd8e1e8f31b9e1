//! What came of runs, for people and programs. `document/`: what is said, filled in by runs and
//! studies; `folder/`: where it lies on disk, written and read back; `judge/`: what is thought of a run;
//! `face/`: how it is shown. Nothing here simulates, and `judge` alone judges.

pub mod document;
pub mod face;
pub mod folder;
pub mod judge;

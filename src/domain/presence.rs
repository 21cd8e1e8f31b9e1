//! Presence attributes by their IMPS names.

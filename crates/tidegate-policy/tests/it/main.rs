//! The engine against a plain definition of the language.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what is wrong by panicking, and what it has seen by printing"
)]

// Whether the engine and the reference agree on generated models, tuples and questions.
mod agree;
// Whether a snapshot comes through a bundle as it was, and what is no bundle.
mod bundles;
// Generated questions as a file, for engines in any language.
mod cases;
// Bundles without keys.
mod clerk;
// Whether a snapshot is a plain set of facts, through any changes.
mod changes;
// Whether what is answered without the search is what the reference says.
mod flat;
// Input that is meant to hurt.
mod hostile;
// Whether lists hold what the reference's checks say.
mod lists;
// Whether explanations are true, minimal and complete.
mod explain;
// Seeded numbers.
mod random;
// Whether a remedy is one.
mod remedy;
// The language, as plain as its definition.
mod reference;
// How much is tried, from which seed, and what was seen.
mod scale;
// Whether a slice answers as the whole does, and what is no slice.
mod slices;
// The smallest case that fails.
mod shrink;
// Decisions as files, for engines in any language.
mod vectors;
// Payloads of bundles as files, for engines in any language.
mod payloads;
// Generated models, tuples and questions.
mod worlds;

//! Formulas, sections and slices by hand.

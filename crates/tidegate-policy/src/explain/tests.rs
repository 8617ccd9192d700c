//! Explanations of small worlds, as tables.

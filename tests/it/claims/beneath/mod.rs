//! BN-01 to BN-88, of `tests/claims/beneath.md`.

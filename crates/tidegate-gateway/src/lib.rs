//! Reverse proxy that authenticates, decides, meters and forwards.

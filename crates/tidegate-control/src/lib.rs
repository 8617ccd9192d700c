//! The control plane: systems, objects, grants, secrets, quotas, usage, store, HTTP API.

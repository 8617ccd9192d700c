//! Nodes: `tidegate gateway` in processes of their own, which follow one `tidegate serve`.

pub(crate) mod fleet; // the harness
mod following; // what changes is seen by all, once and in order; the control plane may be gone for a while
mod leasing; // quota that several nodes share
mod proxy; // what stands between a node and its control plane, and lies
mod restoring; // a restored control plane, and a store that was put back by hand
mod rotating; // keys that are rotated while nodes follow
mod trust; // who is served, and what is believed

//! The systems that are built in.

/// Name, model, rules.
pub(super) const BUILT_IN: [(&str, &str, &str); 4] = [
    (
        "beamlit",
        include_str!("../../../systems/beamlit/model.fga"),
        include_str!("../../../systems/beamlit/system.toml"),
    ),
    (
        "beneath",
        include_str!("../../../systems/beneath/model.fga"),
        include_str!("../../../systems/beneath/system.toml"),
    ),
    (
        "earthly",
        include_str!("../../../systems/earthly/model.fga"),
        include_str!("../../../systems/earthly/system.toml"),
    ),
    (
        "lamindb",
        include_str!("../../../systems/lamindb/model.fga"),
        include_str!("../../../systems/lamindb/system.toml"),
    ),
];

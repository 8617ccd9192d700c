//! What each row of the README's table must have done, by the first claim of the row.

/// What is seen after a row, and by whom.
#[derive(Debug)]
pub(super) struct Effect {
    pub(super) claim: &'static str,
    pub(super) by: &'static str,
    /// The program's arguments.
    pub(super) command: &'static str,
    pub(super) outcome: Outcome,
}

/// How it must end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    /// Exit 0.
    Allowed,
    /// Exit 3.
    Denied,
    /// Exit 1.
    Failed,
    /// Exit 0, and this is printed.
    Shows(&'static str),
    /// Exit 0, and this is not printed.
    Lacks(&'static str),
}

use Outcome::{Allowed, Denied, Failed, Lacks, Shows};

const fn effect(
    claim: &'static str,
    by: &'static str,
    command: &'static str,
    outcome: Outcome,
) -> Effect {
    Effect {
        claim,
        by,
        command,
        outcome,
    }
}

/// In the order of the rows.
#[rustfmt::skip]
pub(super) const EFFECTS: &[Effect] = &[
    // ---- Beneath
    effect("BN-64", "alice", "check user:alice can_grant organization:acme", Allowed),
    effect("BN-71", "alice", "check user:alice can_view project:acme/sales", Allowed),
    effect("BN-78", "alice", "check user:alice can_write stream:acme/sales/orders", Allowed),
    effect("BN-81", "alice", "check user:alice can_read stream_instance:acme/sales/orders/v1", Allowed),
    effect("BN-17", "alice", "check service:acme/sales/bot can_read stream:acme/sales/orders", Denied),
    effect("BN-17", "alice", "quota show service:acme/sales/bot", Shows("100 MB")),
    effect("BN-18", "alice", "check service:acme/sales/bot can_read stream:acme/sales/orders", Allowed),
    effect("BN-18", "alice", "check service:acme/sales/bot can_write stream:acme/sales/orders", Allowed),
    effect("BN-19", "alice", "check service:acme/sales/bot can_write stream:acme/sales/orders", Denied),
    effect("BN-19", "alice", "check service:acme/sales/bot can_read stream:acme/sales/orders", Allowed),
    effect("BN-30", "alice", "secret list service:acme/sales/bot", Shows("nightly export")),
    effect("BN-88", "bob", "secret list service:acme/sales/bot", Failed),
    effect("BN-22", "bob", "usage service:acme/sales/bot", Failed),
    effect("BN-20", "alice", "quota show service:acme/sales/bot", Shows("50 MB")),
    effect("BN-12", "alice", "secret list user:alice", Shows("private_read")),
    effect("BN-12", "bob", "secret issue user:alice --kind private_read", Failed),
    effect("BN-31", "alice", "whoami", Shows("user:alice")),
    effect("BN-32", "nobody", "whoami --secret-file alice.secret", Shows("user:alice")),
    effect("BN-32", "nobody", "whoami", Denied),
    effect("BN-53", "carol", "get user:bob", Failed),
    effect("BN-45", "carol", "check user:carol can_read stream:acme/sales/orders", Allowed),
    effect("BN-45", "carol", "check user:carol can_write stream:acme/sales/orders", Allowed),
    effect("BN-70", "carol", "check user:carol can_read stream:acme/sales/orders", Allowed),
    effect("BN-70", "carol", "check user:carol can_write stream:acme/sales/orders", Denied),
    effect("BN-03", "bob", "check user:bob can_read stream:acme/sales/orders", Allowed),
    effect("BN-03", "bob", "check user:bob can_write stream:acme/sales/orders", Denied),
    effect("BN-39", "carol", "get organization:acme --grants", Shows("user:carol")),
    effect("BN-36", "alice", "invitations --on organization:acme", Shows("user:bob")),
    effect("BN-36", "alice", "members organization:acme", Lacks("user:bob")),
    effect("BN-38", "bob", "check user:bob can_grant organization:acme", Allowed),
    effect("BN-38", "bob", "invitations", Lacks("organization:acme")),
    effect("BN-58", "carol", "members organization:acme", Shows("user:bob")),
    effect("BN-59", "alice", "members organization:acme", Lacks("user:carol")),
    effect("BN-62", "bob", "audit user:bob", Shows("organization:bob")),
    effect("BN-50", "alice", "members organization:acme", Lacks("user:bob")),
    // ---- Beamlit
    effect("BL-02", "alice", "get workspace:acme", Shows("Acme")),
    effect("BL-26", "alice", "invitations --on workspace:acme", Shows("member")),
    effect("BL-30", "bob", "invitations", Lacks("workspace:acme")),
    effect("BL-34", "alice", "invitations --on workspace:acme", Lacks("dora@example.com")),
    effect("BL-12", "alice", "check user:bob can_view_settings workspace:acme", Denied),
    effect("BL-31", "carol", "invitations", Lacks("workspace:acme")),
    effect("BL-28", "bob", "check user:bob can_view_settings workspace:acme", Allowed),
    effect("BL-28", "bob", "check user:bob can_invite workspace:acme", Denied),
    effect("BL-21", "bob", "check user:bob can_query model:acme/llm", Allowed),
    effect("BL-14", "bob", "check user:bob can_invite workspace:acme", Allowed),
    effect("BL-04", "alice", "check service_account:acme/ci can_query model:acme/llm", Denied),
    effect("BL-06", "alice", "check service_account:acme/ci can_query model:acme/llm", Allowed),
    effect("BL-06", "alice", "check service_account:acme/ci can_invite workspace:acme", Denied),
    effect("BL-03", "alice", "secret list service_account:acme/ci", Shows("service")),
    effect("BL-10", "bob", "check user:bob can_edit policy:acme/eu-only", Allowed),
    effect("BL-11", "alice", "list environment --in workspace:acme", Shows("environment:acme/production")),
    effect("BL-15", "alice", "list integration --in workspace:acme", Shows("integration:acme/mail")),
    effect("BL-16", "alice", "get integration:acme/mail", Failed),
    effect("BL-17", "alice", "get workspace:acme", Shows("Acme Europe")),
    effect("BL-13", "alice", "members workspace:acme", Lacks("user:bob")),
    effect("BL-13", "bob", "get model:acme/llm", Failed),
    effect("BL-18", "alice", "get workspace:acme", Failed),
    // ---- Earthly
    effect("EA-05", "alice", "check user:alice can_invite organization:acme", Allowed),
    effect("EA-21", "alice", "check user:alice can_manage_members project:acme/web", Allowed),
    effect("EA-20", "alice", "check user:alice can_build satellite:acme/builder", Allowed),
    effect("EA-29", "alice", "check user:bob can_view organization:acme", Denied),
    effect("EA-29", "bob", "invitations", Shows("organization:acme")),
    effect("EA-44", "bob", "check user:bob can_build satellite:acme/builder", Allowed),
    effect("EA-12", "carol", "members organization:acme", Failed),
    effect("EA-30", "bob", "check user:bob can_view_secrets project:acme/web", Allowed),
    effect("EA-30", "bob", "check user:bob can_create_secret project:acme/web", Denied),
    effect("EA-39", "bob", "check user:bob can_create_secret project:acme/web", Allowed),
    effect("EA-39", "alice", "grant project:acme/web read --to user:carol", Failed),
    effect("EA-35", "bob", "check user:bob can_use secret:acme/web/token", Allowed),
    effect("EA-40", "bob", "check user:bob can_manage_members project:acme/web", Allowed),
    effect("EA-41", "bob", "check user:bob can_manage_members project:acme/web", Denied),
    effect("EA-41", "bob", "check user:bob can_use secret:acme/web/token", Allowed),
    effect("EA-31", "bob", "get organization:acme", Failed),
    effect("EA-31", "bob", "check user:bob can_view project:acme/web", Denied),
    effect("EA-31", "alice", "members organization:acme", Lacks("user:bob")),
    // ---- LaminHub
    effect("LM-18", "alice", "check user:alice can_manage_people organization:acme", Allowed),
    effect("LM-37", "bob", "check user:bob can_see_people organization:acme", Allowed),
    effect("LM-37", "bob", "check user:bob can_manage_teams organization:acme", Denied),
    effect("LM-39", "carol", "check user:carol can_see organization:acme", Allowed),
    effect("LM-39", "carol", "check user:carol can_see_people organization:acme", Denied),
    effect("LM-35", "alice", "check user:alice can_read attachment:acme/main/all", Denied),
    effect("LM-35", "alice", "get space:acme/main-all", Shows("All")),
    effect("LM-07", "bob", "check user:bob can_write attachment:acme/main/all", Allowed),
    effect("LM-07", "alice", "grant instance:acme/main read --to user:nobody", Failed),
    effect("LM-46", "bob", "check user:bob can_write attachment:acme/main/all", Denied),
    effect("LM-46", "bob", "check user:bob can_read attachment:acme/main/all", Allowed),
    effect("LM-34", "alice", "check user:alice can_write attachment:acme/main/all", Allowed),
    effect("LM-06", "alice", "members instance:acme/main", Shows("user:bob")),
    effect("LM-10", "alice", "check user:alice can_manage_collaborators space:acme/ml", Allowed),
    effect("LM-11", "alice", "members space:acme/ml", Shows("user:alice")),
    effect("LM-12", "alice", "check user:alice can_write attachment:acme/main/ml", Allowed),
    effect("LM-14", "alice", "check user:alice can_manage_members team:acme/ml", Allowed),
    effect("LM-15", "bob", "check user:bob can_manage_members team:acme/ml", Denied),
    effect("LM-15", "alice", "members team:acme/ml", Shows("user:bob")),
    effect("LM-41", "bob", "check user:bob can_manage_members team:acme/ml", Allowed),
    effect("LM-16", "bob", "check user:bob can_write attachment:acme/main/ml", Allowed),
    effect("LM-17", "alice", "members instance:acme/main", Shows("team:acme/ml#member")),
    effect("LM-25", "bob", "check user:bob can_write record:acme/main/r1", Allowed),
    effect("LM-28", "bob", "check user:bob can_write record:acme/main/r1", Denied),
    effect("LM-28", "bob", "check user:bob can_read record:acme/main/r1", Allowed),
    effect("LM-22", "alice", "get attachment:acme/main/ml", Failed),
    effect("LM-08", "alice", "members instance:acme/main", Lacks("user:bob")),
];

//! Every route of the HTTP API.

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, patch, post, put};
use tidegate_tower::{AuthenticateLayer, Authenticator};

use crate::domain::{Administration, MAX_STALENESS_S};
use crate::routes::{
    access, audit, bundle, change, fallback, grants, health, invitations, keys, leases, links, me,
    members, objects, quotas, secrets, usage, watch,
};

/// The audience of secrets that may use this API.
pub(crate) const AUDIENCE: &str = "control";

/// The HTTP API (DESIGN §10).
pub(crate) fn router(administration: Arc<Administration>) -> Router {
    let authenticator = Authenticator::new(
        Arc::clone(administration.keys()),
        Arc::clone(administration.live()),
        administration.issuer(),
        AUDIENCE,
        MAX_STALENESS_S,
        administration.clock().clone(),
    );

    // For holders of a secret: each handler demands a `Caller`, which answers 401 to anyone else.
    let authenticated = Router::new()
        .route(
            "/v1/objects",
            get(objects::get)
                .post(objects::create)
                .patch(objects::rename)
                .delete(objects::delete),
        )
        .route(
            "/v1/grants",
            get(grants::list)
                .post(grants::grant)
                .patch(grants::change)
                .delete(grants::revoke),
        )
        .route(
            "/v1/invitations",
            get(invitations::list)
                .post(invitations::invite)
                .delete(invitations::withdraw),
        )
        .route("/v1/invitations/accept", post(invitations::accept))
        .route("/v1/invitations/decline", post(invitations::decline))
        // The one that takes callers without a secret, too.
        .route("/v1/invitations/redeem", post(invitations::redeem))
        .route("/v1/members", delete(members::remove))
        .route("/v1/members/join", post(members::join))
        .route("/v1/members/leave", post(members::leave))
        .route("/v1/links", put(links::point))
        .route("/v1/attachments", post(links::attach).delete(links::detach))
        .route(
            "/v1/secrets",
            get(secrets::list)
                .post(secrets::issue)
                .delete(secrets::revoke),
        )
        .route("/v1/quotas", get(quotas::get).merge(patch(quotas::set)))
        .route("/v1/usage", get(usage::list))
        .route("/v1/audit", get(audit::list))
        .route("/v1/me", get(me::whoami))
        .route("/v1/batch", post(change::batch))
        .route("/v1/bundle", get(bundle::whole))
        .route("/v1/watch", get(watch::follow))
        .route("/v1/leases", post(leases::call))
        .route("/access/v1/evaluation", post(access::evaluate))
        .layer(AuthenticateLayer::new(Arc::new(authenticator)));

    // For everyone.
    let open = Router::new()
        .route("/.well-known/jwks.json", get(keys::jwks))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready));

    authenticated
        .merge(open)
        .fallback(fallback::not_found)
        .method_not_allowed_fallback(fallback::method_not_allowed)
        .with_state(administration)
}

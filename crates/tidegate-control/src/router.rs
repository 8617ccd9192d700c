//! Every route of the HTTP API.
//!
//! A route is added by its handler, which says its method and path and everything else that the OpenAPI document
//! holds of it: there is no route that is not in the document.

use std::sync::Arc;

use axum::{Extension, Router, middleware};
use tidegate_tower::{AuthenticateLayer, Authenticator};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::{Administration, MAX_STALENESS_S};
use crate::routes::{
    access, admin, audit, bundle, change, explain, fallback, grants, health, invitations, keys,
    leases, links, me, members, objects, openapi, quotas, search, secrets, slice, token, usage,
    watch,
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
    let authenticate = AuthenticateLayer::new(Arc::new(authenticator));

    // For holders of a secret: each handler demands a `Caller`, which answers 401 to anyone else.
    let administrative = OpenApiRouter::new()
        .routes(routes!(
            objects::get,
            objects::create,
            objects::rename,
            objects::delete
        ))
        .routes(routes!(
            grants::list,
            grants::grant,
            grants::change,
            grants::revoke
        ))
        .routes(routes!(
            invitations::list,
            invitations::invite,
            invitations::withdraw
        ))
        .routes(routes!(invitations::accept))
        .routes(routes!(invitations::decline))
        // The one that takes callers without a secret, too.
        .routes(routes!(invitations::redeem))
        .routes(routes!(members::remove))
        .routes(routes!(members::join))
        .routes(routes!(members::leave))
        .routes(routes!(links::point))
        .routes(routes!(links::attach, links::detach))
        .routes(routes!(secrets::list, secrets::issue, secrets::revoke))
        .routes(routes!(quotas::get, quotas::set))
        .routes(routes!(usage::list))
        .routes(routes!(audit::list))
        .routes(routes!(me::whoami))
        .routes(routes!(explain::explain))
        .routes(routes!(change::batch))
        .routes(routes!(admin::keys, admin::rotate, admin::retire))
        .routes(routes!(admin::backup))
        .routes(routes!(bundle::whole))
        .routes(routes!(watch::follow))
        .routes(routes!(leases::call))
        .layer(authenticate.clone());

    // AuthZEN, for holders of a secret: an answer has the identifier of its request.
    let questions = OpenApiRouter::new()
        .routes(routes!(access::evaluate))
        .routes(routes!(access::evaluate_all))
        .routes(routes!(search::subjects))
        .routes(routes!(search::resources))
        .routes(routes!(search::actions))
        .layer(authenticate)
        .routes(routes!(access::configuration))
        .layer(middleware::from_fn(access::identify));

    // For holders of a secret, whatever it is for: what says of a subject only what it may know.
    let any_audience = Authenticator::for_any_audience(
        Arc::clone(administration.keys()),
        Arc::clone(administration.live()),
        administration.issuer(),
        MAX_STALENESS_S,
        administration.clock().clone(),
    );
    let own = OpenApiRouter::new()
        .routes(routes!(slice::own))
        .routes(routes!(slice::follow))
        .layer(AuthenticateLayer::new(Arc::new(any_audience)));

    // For everyone.
    let open = OpenApiRouter::new()
        // Shows its secret in the body, whatever it is for.
        .routes(routes!(token::exchange))
        .routes(routes!(keys::jwks))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(openapi::document));

    let (router, document) = OpenApiRouter::with_openapi(openapi::Document::openapi())
        .merge(administrative)
        .merge(questions)
        .merge(own)
        .merge(open)
        .split_for_parts();
    router
        .layer(Extension(openapi::Text::of(&document)))
        .fallback(fallback::not_found)
        .method_not_allowed_fallback(fallback::method_not_allowed)
        .with_state(administration)
}

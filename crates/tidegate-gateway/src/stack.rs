//! THE list of layers that every request goes through, from the outside in.

use std::sync::Arc;

use tidegate_tower::authenticate::AuthenticateService;
use tidegate_tower::authorize::AuthorizeService;
use tidegate_tower::meter::MeterService;
use tidegate_tower::{
    AuthenticateLayer, Authenticator, AuthorizeLayer, Authorizer, MeterLayer, Routed,
};
use tower::ServiceBuilder;

use crate::Parts;
use crate::address::{Addresses, LimitAddresses};
use crate::config::Config;
use crate::cors::{CorsLayer, CorsService};
use crate::forward::Forward;
use crate::observe::{ObserveLayer, ObserveService, Observer};
use crate::route::{Route, Router, Routing};
use crate::sanitize::Sanitize;
use crate::step::{StepLayer, StepService};

/// Who secrets for the gateway are minted for.
const AUDIENCE: &str = "gateway";

/// The whole stack.
pub(crate) type Stack = ObserveService<CorsService<StepService<Sanitize, Guarded>>>;

/// What is behind the request's cleaning.
type Guarded = AuthenticateService<
    StepService<Routing, StepService<LimitAddresses, AuthorizeService<Metered, Routed>>>,
>;

/// What is behind the decision.
type Metered = MeterService<Forward>;

/// Puts the layers together. How long heads may be, how many headers they have, how many connections
/// and streams there are, is bounded before this, by [`crate::server`].
pub(crate) fn stack(
    config: &Config,
    parts: &Parts,
    router: Router,
    observer: Arc<Observer>,
    addresses: Arc<Addresses>,
    forward: Forward,
) -> Stack {
    let Parts {
        live,
        keys,
        issuer,
        meter,
        clock,
    } = parts.clone();
    let max_staleness_s = config.max_staleness_s;
    let methods = router.routes().iter().flat_map(Route::methods);
    let cors = CorsLayer::new(&config.allowed_origins, methods);
    let authenticator = Authenticator::new(
        keys,
        Arc::clone(&live),
        &issuer,
        AUDIENCE,
        max_staleness_s,
        clock.clone(),
    );
    let authorizer = Authorizer::new(Arc::clone(&live), max_staleness_s, clock.clone());
    let routing = Routing {
        router: Arc::new(router),
        live,
        max_staleness_s,
        clock: clock.clone(),
    };
    ServiceBuilder::new()
        // Gives the request its id and sees its answer out, whoever made it.
        .layer(ObserveLayer {
            observer,
            idle: config.timeouts.idle,
        })
        // Answers preflights, which carry no secret and cost nothing.
        .layer(cors)
        // Nothing in the head is believed before this.
        .layer(StepLayer(Sanitize))
        // Who asks; takes the secret out. Before routing: a bad secret learns nothing of the routes.
        .layer(AuthenticateLayer::new(Arc::new(authenticator)))
        // What for, and exactly what would go to the upstream.
        .layer(StepLayer(routing))
        // Those without a secret, before anything is decided or charged for them.
        .layer(StepLayer(LimitAddresses(addresses)))
        // May they? Makes the permit that the rest demands.
        .layer(AuthorizeLayer::new(Arc::new(authorizer)))
        // Who pays, before a byte is released.
        .layer(MeterLayer::new(meter, clock))
        .service(forward)
}

//! What a request is for: from method, path and query to the [`Target`] of the decision.
//!
//! The only way to a target: a path that can be read in one way ([`crate::path`]), that a route's
//! pattern matches, with a method that the route lists and only query parameters that it lets pass.
//! The resource asked about and the path that goes to the upstream are made here, from the same
//! captures, before the decision; nothing after it can change either.
//!
//! Where patterns overlap, the one with a literal where the other captures wins, whatever methods it
//! lists; patterns of which neither wins everywhere are refused as configuration. `HEAD` is `GET`'s
//! action where the route lists `GET` and not `HEAD`.
//!
//! What a deployer can break: a `resource` that leaves out a capture that the upstream path uses asks
//! about less than it forwards; `query = "any"` lets the upstream's whole query language through.

mod pattern;
#[cfg(test)]
mod tests;

pub(crate) use pattern::{Overlap, Pattern, Template};

use std::sync::Arc;

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderValue, Method, Request, StatusCode, Uri, Version};
use tidegate_policy::{Live, Object, Profile};
use tidegate_quota::Kind;
use tidegate_tower::{Clock, Problem, Target};

use crate::observe::Trace;
use crate::path::{self, LONGEST_TARGET, Path, PathError};
use crate::query::{QueryError, QueryRule};
use crate::refusal::Refusal;
use crate::step::Step;

/// One route, compiled.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// The pattern as it was written, for log and metrics.
    pub(crate) name: String,
    /// Which paths.
    pub(crate) pattern: Pattern,
    /// Asked about.
    pub(crate) resource: Template,
    /// Goes to the upstream.
    pub(crate) upstream_path: Template,
    /// The upstream's place in the configuration.
    pub(crate) upstream: usize,
    /// Each method with the relation that it asks for.
    pub(crate) actions: Vec<(Method, Arc<str>)>,
    /// Which query parameters pass.
    pub(crate) query: QueryRule,
    /// Cap of the direction that is not charged. Bytes.
    pub(crate) free_limit_bytes: u64,
    /// Whether `%2F` passes in captures that the resource does not use.
    pub(crate) encoded_slash: bool,
}

/// All routes, the most specific first.
#[derive(Clone, Debug)]
pub(crate) struct Router {
    routes: Vec<Route>,
    /// Places in `routes`, so that a route never stands behind one that is less specific.
    order: Vec<usize>,
}

/// Why a request has no target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RouteError {
    #[error("path and query are longer than {LONGEST_TARGET} bytes")]
    TooLong,
    #[error("the path holds {0}")]
    Path(PathError),
    #[error("no route")]
    NoRoute,
    #[error("the route does not list the method")]
    Method {
        /// The methods that it lists.
        allow: String,
    },
    #[error("{0}")]
    Query(QueryError),
    #[error("the path names no object")]
    Name,
    #[error("the system meters no action `{0}`")]
    NotMetered(Arc<str>),
}

impl Router {
    /// Puts routes, no two of which are ambiguous, in order.
    pub(crate) fn new(routes: Vec<Route>) -> Self {
        let mut order: Vec<usize> = Vec::with_capacity(routes.len());
        for (index, route) in routes.iter().enumerate() {
            // Before the first that is less specific: those that are more specific stand before that.
            let place = order.iter().position(|&other| {
                routes
                    .get(other)
                    .is_some_and(|other| route.pattern.overlap(&other.pattern) == Overlap::First)
            });
            order.insert(place.unwrap_or(order.len()), index);
        }
        Self { routes, order }
    }

    /// The routes in the order of the configuration.
    pub(crate) fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The route of a path that was taken apart, and its place in the configuration.
    ///
    /// # Errors
    /// No route; where a route could be meant by another reader of the path, that it is ambiguous.
    pub(crate) fn find(&self, path: &Path<'_>) -> Result<(usize, &Route), RouteError> {
        let found = self.order.iter().find_map(|&index| {
            let route = self.routes.get(index)?;
            route.pattern.matches(path).then_some((index, route))
        });
        found.ok_or_else(|| {
            if path.segments.iter().any(|segment| segment.holds_slash) {
                RouteError::Path(PathError::EncodedSlash)
            } else if path.trailing_slash {
                RouteError::Path(PathError::TrailingSlash)
            } else {
                RouteError::NoRoute
            }
        })
    }
}

/// The path of a request-target in origin form (RFC 9112 §3.2.1), or of an HTTP/2 request.
pub(crate) fn read_path<'u>(uri: &'u Uri, is_http2: bool) -> Result<Path<'u>, RouteError> {
    if !is_http2 && (uri.scheme().is_some() || uri.authority().is_some()) {
        return Err(RouteError::Path(PathError::NotAbsolute));
    }
    let length = uri.path().len() + uri.query().map_or(0, |query| query.len() + 1);
    if length > LONGEST_TARGET {
        return Err(RouteError::TooLong);
    }
    path::parse(uri.path()).map_err(RouteError::Path)
}

impl Route {
    /// The target of a request whose path matched.
    pub(crate) fn target(
        &self,
        method: &Method,
        path: &Path<'_>,
        query: Option<&str>,
        profile: &Profile,
    ) -> Result<Target, RouteError> {
        let captures = self
            .pattern
            .captures(path, self.encoded_slash)
            .map_err(RouteError::Path)?;
        let action = self.action(method)?;
        let query = query.filter(|query| !query.is_empty());
        if let Some(query) = query {
            self.query.check(query).map_err(RouteError::Query)?;
        }
        let resource: Object = self
            .resource
            .name(&captures)
            .map_err(RouteError::Path)?
            .parse()
            .map_err(|_| RouteError::Name)?;
        let metered = match profile.metered.get(&**action) {
            Some(tidegate_policy::Metered::Read) => Kind::Read,
            Some(tidegate_policy::Metered::Write) => Kind::Write,
            None => return Err(RouteError::NotMetered(Arc::clone(action))),
        };
        let mut upstream = String::with_capacity(128);
        self.upstream_path
            .write_path(&captures, &mut upstream)
            .map_err(RouteError::Path)?;
        if let Some(query) = query {
            upstream.push('?');
            upstream.push_str(query);
        }
        let upstream = PathAndQuery::from_maybe_shared(Bytes::from(upstream))
            .map_err(|_| RouteError::Path(PathError::BadEncoding))?;
        Ok(Target {
            resource,
            action: Arc::clone(action),
            metered,
            free_limit_bytes: self.free_limit_bytes,
            upstream,
        })
    }

    /// The methods that it lists.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &Method> {
        self.actions.iter().map(|(method, _)| method)
    }

    fn action(&self, method: &Method) -> Result<&Arc<str>, RouteError> {
        let listed = |wanted: &Method| {
            self.actions
                .iter()
                .find(|(method, _)| method == wanted)
                .map(|(_, action)| action)
        };
        listed(method)
            .or_else(|| {
                (method == Method::HEAD)
                    .then(|| listed(&Method::GET))
                    .flatten()
            })
            .ok_or_else(|| RouteError::Method {
                allow: self.allow(),
            })
    }

    fn allow(&self) -> String {
        let mut names: Vec<&str> = self
            .actions
            .iter()
            .map(|(method, _)| method.as_str())
            .collect();
        if names.contains(&"GET") && !names.contains(&"HEAD") {
            names.push("HEAD");
        }
        names.sort_unstable();
        names.join(", ")
    }
}

impl RouteError {
    /// A stable word for log and metrics.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::TooLong => "target-too-long",
            Self::Path(error) => error.kind(),
            Self::NoRoute => "no-route",
            Self::Method { .. } => "method",
            Self::Query(error) => error.kind(),
            Self::Name => "resource-name",
            Self::NotMetered(_) => "not-metered",
        }
    }

    /// The answer.
    pub(crate) fn refusal(self) -> Refusal {
        let refusal = Refusal::new("route", self.kind(), self.to_string(), self.problem());
        match self {
            Self::Method { allow } => match HeaderValue::from_maybe_shared(Bytes::from(allow)) {
                Ok(allow) => refusal.header(http::header::ALLOW, allow),
                Err(_) => refusal,
            },
            _ => refusal,
        }
    }

    fn problem(&self) -> Problem {
        let bad_path = |detail: String| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "ambiguous-path",
                "The path is ambiguous",
            )
            .detail(detail)
        };
        match self {
            Self::TooLong => Problem::new(
                StatusCode::URI_TOO_LONG,
                "target-too-long",
                "Path and query are too long",
            ),
            Self::Path(_) | Self::Name => bad_path(self.to_string()),
            Self::NoRoute => Problem::new(StatusCode::NOT_FOUND, "not-found", "No such route"),
            Self::Method { .. } => Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "The route does not allow this method",
            ),
            Self::Query(error) => {
                let problem = Problem::new(
                    StatusCode::BAD_REQUEST,
                    "query-not-allowed",
                    "The query is not allowed",
                )
                .detail(error.to_string());
                match error {
                    QueryError::NotListed { name: Some(name) } => problem.field(name.as_str()),
                    _ => problem,
                }
            }
            Self::NotMetered(_) => Problem::internal(),
        }
    }
}

/// The step of the stack that finds each request's [`Target`], and where it would go.
#[derive(Clone)]
pub(crate) struct Routing {
    pub(crate) router: Arc<Router>,
    pub(crate) live: Arc<Live>,
    pub(crate) max_staleness_s: u64,
    pub(crate) clock: Clock,
}

/// The place of the upstream that a request's route names; in the request's extensions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UpstreamPlace(pub(crate) usize);

impl Step for Routing {
    fn check<B>(&self, request: &mut Request<B>) -> Result<(), Refusal> {
        let uri = request.uri();
        let is_http2 = request.version() == Version::HTTP_2;
        let path = read_path(uri, is_http2).map_err(RouteError::refusal)?;
        let (place, route) = self.router.find(&path).map_err(RouteError::refusal)?;
        if let Some(trace) = request.extensions().get::<Trace>() {
            trace.takes(place);
        }
        let target = self
            .live
            .read(self.clock.now_s(), self.max_staleness_s, |snapshot| {
                route.target(request.method(), &path, uri.query(), snapshot.profile())
            })
            .ok_or_else(|| {
                let problem = Problem::unavailable();
                Refusal::new("route", "no-snapshot", String::new(), problem)
            })?
            .map_err(RouteError::refusal)?;
        let upstream = UpstreamPlace(route.upstream);
        request.extensions_mut().insert(target);
        request.extensions_mut().insert(upstream);
        Ok(())
    }
}

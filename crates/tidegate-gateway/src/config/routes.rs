//! `[[gateway.route]]`

use std::sync::Arc;

use http::Method;
use tidegate_policy::{Model, Profile};

use super::read::{ConfigError, Located, Place, Section};
use super::upstreams::UpstreamConfig;
use crate::query::QueryRule;
use crate::route::{Overlap, Pattern, Route, Template};

/// Cap of the direction that is not charged, unless the route says otherwise. Bytes (DESIGN §4).
const FREE_LIMIT_BYTES: u64 = 1024 * 1024;

/// Most routes: every request may be compared with each.
const MOST_ROUTES: usize = 1000;

/// A compiled route and where its parts stand.
#[derive(Clone, Debug)]
pub(crate) struct RouteConfig {
    pub(crate) route: Route,
    path_at: Place,
    resource_at: Place,
    actions_at: Vec<Place>,
}

impl RouteConfig {
    pub(super) fn check_against(
        &self,
        profile: &Profile,
        model: &Model,
        errors: &mut Vec<ConfigError>,
    ) {
        let type_name = self.route.resource.type_name().unwrap_or_default();
        let is_known = model.type_names().any(|known| known == type_name);
        if !is_known {
            let known = model.type_names().collect::<Vec<_>>().join(", ");
            let message = format!("the model has no type `{type_name}`; it has: {known}");
            errors.push(self.resource_at.error(message));
        }
        for ((_, action), at) in self.route.actions.iter().zip(&self.actions_at) {
            if is_known && !model.has_relation(type_name, action) {
                let message = format!("the type `{type_name}` has no relation `{action}`");
                errors.push(at.error(message));
            }
            if !profile.metered.contains_key(&**action) {
                let known = profile
                    .metered
                    .keys()
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .join(", ");
                let message = format!("the system does not meter `{action}`; it meters: {known}");
                errors.push(at.error(message));
            }
        }
    }
}

pub(super) fn read(
    section: &mut Section<'_, '_>,
    upstreams: &[UpstreamConfig],
) -> Vec<RouteConfig> {
    let mut routes: Vec<RouteConfig> = Vec::new();
    for table in section.sections("route") {
        let Some(config) = route(table, upstreams) else {
            continue;
        };
        if routes.len() == MOST_ROUTES {
            section.error(&config.path_at, format!("more than {MOST_ROUTES} routes"));
            break;
        }
        for earlier in &routes {
            if config.route.pattern.overlap(&earlier.route.pattern) == Overlap::Ambiguous {
                let message = format!(
                    "some paths match this as well as the route of line {}, and neither is more specific",
                    earlier.path_at.line
                );
                section.error(&config.path_at, message);
            }
        }
        routes.push(config);
    }
    routes
}

fn route(mut table: Section<'_, '_>, upstreams: &[UpstreamConfig]) -> Option<RouteConfig> {
    let path = table.needed_text("path");
    let pattern = path
        .as_ref()
        .and_then(|path| check(&table, path, Pattern::parse(path.value)));
    let resource_text = table.needed_text("resource");
    let upstream_text = table.text("upstream_path");
    let mut resource = None;
    let mut upstream_path = None;
    if let Some(pattern) = &pattern {
        if let Some(text) = &resource_text {
            resource = check(&table, text, Template::resource(text.value, pattern));
        }
        // Every pattern is a template of itself.
        if let Some(text) = upstream_text.as_ref().or(path.as_ref()) {
            upstream_path = check(&table, text, Template::upstream_path(text.value, pattern));
        }
    }
    let upstream = table.needed_text("upstream").and_then(|text| {
        let place = upstreams
            .iter()
            .position(|upstream| upstream.name == text.value);
        if place.is_none() {
            table.error(
                &text.at,
                format!("there is no [gateway.upstream.{}]", text.value),
            );
        }
        place
    });
    let (actions, actions_at) = actions(&mut table);
    let query = query(&mut table);
    let free_limit_bytes = table.number("free_limit_bytes", 0, 1 << 40);
    let encoded_slash = table.flag("encoded_slash").unwrap_or(false);
    table.finish();
    let path = path?;
    Some(RouteConfig {
        route: Route {
            name: path.value.to_owned(),
            pattern: pattern?,
            resource: resource?,
            upstream_path: upstream_path?,
            upstream: upstream?,
            actions,
            query: query?,
            free_limit_bytes: free_limit_bytes.map_or(FREE_LIMIT_BYTES, |number| number.value),
            encoded_slash,
        },
        path_at: path.at,
        resource_at: resource_text?.at,
        actions_at,
    })
}

fn check<T>(
    table: &Section<'_, '_>,
    text: &Located<&str>,
    outcome: Result<T, String>,
) -> Option<T> {
    match outcome {
        Ok(value) => Some(value),
        Err(message) => {
            table.error(&text.at, message);
            None
        }
    }
}

fn actions(table: &mut Section<'_, '_>) -> (Vec<(Method, Arc<str>)>, Vec<Place>) {
    table.needed("actions");
    let mut actions = Vec::new();
    let mut places = Vec::new();
    let entries = table.entries("actions");
    for (name, value) in &entries {
        let method = known_method(name.value);
        if method.is_none() {
            table.error(&name.at, "is no method, or none that can be metered");
        }
        let Some(action) = value.get_ref().as_str().filter(|action| !action.is_empty()) else {
            table.error(&name.at, "must name the relation that the method asks for");
            continue;
        };
        if let Some(method) = method {
            actions.push((method, Arc::from(action)));
            places.push(name.at.clone());
        }
    }
    if entries.is_empty() {
        table.error(table.at(), "`actions` lists no method");
    }
    (actions, places)
}

fn known_method(name: &str) -> Option<Method> {
    let method = Method::from_bytes(name.as_bytes()).ok()?;
    let is_token = name
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    (is_token && !matches!(method, Method::CONNECT | Method::TRACE)).then_some(method)
}

fn query(table: &mut Section<'_, '_>) -> Option<QueryRule> {
    table.needed("query");
    if table.is_text("query") {
        let text = table.text("query")?;
        if text.value == "any" {
            return Some(QueryRule::Any);
        }
        table.error(&text.at, "must be \"any\" or a list of parameter names");
        return None;
    }
    let names = table.texts("query")?;
    Some(QueryRule::Only(
        names
            .into_iter()
            .map(|name| name.value.to_owned())
            .collect(),
    ))
}

//! Tables of what passes and what is refused.

use http::{Method, Uri};
use tidegate_policy::Metered;

use super::*;

/// A router of routes given as (path, resource, upstream path, encoded slash).
fn router(routes: &[(&str, &str, &str, bool)]) -> Router {
    let compile = |&(path, resource, upstream_path, encoded_slash): &(&str, &str, &str, bool)| {
        let pattern = Pattern::parse(path).unwrap();
        Route {
            name: path.to_owned(),
            resource: Template::resource(resource, &pattern).unwrap(),
            upstream_path: Template::upstream_path(upstream_path, &pattern).unwrap(),
            pattern,
            upstream: 0,
            actions: vec![
                (Method::GET, "can_read".into()),
                (Method::POST, "can_write".into()),
            ],
            query: QueryRule::Only(vec!["limit".to_owned()]),
            free_limit_bytes: 7,
            encoded_slash,
        }
    };
    Router::new(routes.iter().map(compile).collect())
}

fn profile() -> Profile {
    let mut profile = Profile::default();
    profile.metered.insert("can_read".to_owned(), Metered::Read);
    profile
        .metered
        .insert("can_write".to_owned(), Metered::Write);
    profile
}

fn resolve(router: &Router, method: &Method, uri: &str) -> Result<(String, Target), RouteError> {
    let uri: Uri = uri.parse().unwrap();
    let path = read_path(&uri, false)?;
    let (_, route) = router.find(&path)?;
    let target = route.target(method, &path, uri.query(), &profile())?;
    Ok((route.name.clone(), target))
}

/// The three ways of the example in the documentation of the configuration.
fn example() -> Router {
    router(&[
        (
            "/{org}/{project}/{stream}",
            "stream:{org}/{project}/{stream}",
            "/records/{stream}.json",
            false,
        ),
        (
            "/{org}/{project}/",
            "project:{org}/{project}",
            "/{org}/{project}/",
            false,
        ),
        (
            "/public/{project}/{stream}",
            "stream:public/{project}/{stream}",
            "/public/{stream}",
            false,
        ),
        (
            "/files/{org}/{*rest}",
            "organization:{org}",
            "/store/{org}/{*rest}",
            false,
        ),
        (
            "/open/{org}/{*rest}",
            "organization:{org}",
            "/store/{*rest}",
            true,
        ),
        ("/", "organization:all", "/index", false),
        (
            "/two words/{org}",
            "organization:{org}",
            "/two words;x/{org}",
            false,
        ),
    ])
}

#[track_caller]
fn check(method: &Method, uri: &str, expected: &Result<(&str, &str), RouteError>) {
    let found = resolve(&example(), method, uri);
    let found = found
        .as_ref()
        .map(|(_, target)| (target.resource.as_str(), target.upstream.as_str()))
        .map_err(Clone::clone);
    assert_eq!(&found, expected, "{method} {uri}");
}

#[test]
fn names_the_resource_and_the_upstream_path() {
    let get = |uri, resource, upstream| check(&Method::GET, uri, &Ok((resource, upstream)));
    get(
        "/acme/sales/orders",
        "stream:acme/sales/orders",
        "/records/orders.json",
    );
    get(
        "/acme/sales/orders?limit=1",
        "stream:acme/sales/orders",
        "/records/orders.json?limit=1",
    );
    get(
        "/acme/sales/orders?",
        "stream:acme/sales/orders",
        "/records/orders.json",
    );
    get(
        "/acme/sales/%6Frders",
        "stream:acme/sales/orders",
        "/records/orders.json",
    );
    get(
        "/Acme/sales/Orders",
        "stream:Acme/sales/Orders",
        "/records/Orders.json",
    );
    get(
        "/acme/sales/caf%C3%A9",
        "stream:acme/sales/café",
        "/records/caf%C3%A9.json",
    );
    get("/acme/sales/", "project:acme/sales", "/acme/sales/");
    get(
        "/public/sales/orders",
        "stream:public/sales/orders",
        "/public/orders",
    );
    get(
        "/files/acme/a/b%20c",
        "organization:acme",
        "/store/acme/a/b%20c",
    );
    get("/open/acme/a%2Fb/c", "organization:acme", "/store/a%2Fb/c");
    get("/", "organization:all", "/index");
    get(
        "/two%20words/acme",
        "organization:acme",
        "/two%20words%3Bx/acme",
    );
}

#[test]
fn names_action_and_meter() {
    for (method, action, metered) in [
        (Method::GET, "can_read", Kind::Read),
        (Method::HEAD, "can_read", Kind::Read),
        (Method::POST, "can_write", Kind::Write),
    ] {
        let (_, target) = resolve(&example(), &method, "/acme/sales/orders").unwrap();
        assert_eq!(
            (&*target.action, target.metered, target.free_limit_bytes),
            (action, metered, 7)
        );
    }
}

#[test]
fn refuses_the_rest() {
    let get = |uri, error| check(&Method::GET, uri, &Err(error));
    let path = RouteError::Path;
    get("/acme", RouteError::NoRoute);
    get("/acme/sales/orders/", path(PathError::TrailingSlash));
    get("/acme/sales", RouteError::NoRoute);
    get("/a/b/c/d", RouteError::NoRoute);
    get("/files/acme", RouteError::NoRoute);
    get("/files/acme/a/", path(PathError::TrailingSlash));
    get("/acme/../orders", path(PathError::DotSegment));
    get("/acme/%2e%2e/orders", path(PathError::DotSegment));
    get("/acme//orders", path(PathError::EmptySegment));
    get("/acme/sales%2Forders", path(PathError::EncodedSlash));
    get("/acme/sales/a%2Fb", path(PathError::EncodedSlash));
    get("/files/acme/a%2Fb", path(PathError::EncodedSlash));
    get("/files/acme/..%2Fb", path(PathError::DotSegment));
    get("/open/acme%2Fx/a", path(PathError::EncodedSlash));
    get("/acme/sales/a%3Ab", path(PathError::NotAName));
    get("/acme/sales/a:b", path(PathError::NotAName));
    get("/acme/sales/a@b", path(PathError::NotAName));
    get("/acme/sales/*", path(PathError::NotAName));
    get("/acme/sales/a%23b", path(PathError::NotAName));
    get("/acme/sales/a%20b", path(PathError::NotAName));
    get("/acme/sales/a%252Fb", path(PathError::BadEncoding));
    get("/acme/sales/a%5Cb", path(PathError::Backslash));
    get(
        "http://elsewhere/acme/sales/orders",
        path(PathError::NotAbsolute),
    );
    get("*", path(PathError::NotAbsolute));
    get(
        "/acme/sales/orders?sql=1",
        RouteError::Query(QueryError::NotListed {
            name: Some("sql".to_owned()),
        }),
    );
    check(
        &Method::DELETE,
        "/acme/sales/orders",
        &Err(RouteError::Method {
            allow: "GET, HEAD, POST".to_owned(),
        }),
    );
    for long in ["/", "/a?limit="].map(|start| format!("{start}{}", "a".repeat(LONGEST_TARGET))) {
        check(&Method::GET, &long, &Err(RouteError::TooLong));
    }
    // The most specific pattern decides, whatever methods the others list.
    let lonely = Route {
        actions: vec![(Method::PUT, "can_write".into())],
        ..example().routes()[2].clone()
    };
    let routes = Router::new(vec![example().routes()[0].clone(), lonely]);
    assert_eq!(
        resolve(&routes, &Method::GET, "/public/a/b").map(|found| found.0),
        Err(RouteError::Method {
            allow: "PUT".to_owned()
        })
    );
}

#[test]
fn an_action_that_is_not_metered_has_no_target() {
    let router = example();
    let uri: Uri = "/acme/sales/orders".parse().unwrap();
    let path = read_path(&uri, false).unwrap();
    let (_, route) = router.find(&path).unwrap();
    let target = route.target(&Method::GET, &path, None, &Profile::default());
    assert_eq!(
        target.map(|_| ()),
        Err(RouteError::NotMetered("can_read".into()))
    );
}

#[test]
fn an_http2_request_names_its_authority() {
    let uri: Uri = "https://gateway.example/acme".parse().unwrap();
    assert!(read_path(&uri, true).is_ok());
    assert!(read_path(&uri, false).is_err());
}

#[test]
fn the_more_specific_pattern_wins() {
    use Overlap::*;
    for (a, b, expected) in [
        ("/a/{x}", "/{y}/{x}", First),
        ("/{y}/{x}", "/a/{x}", Second),
        ("/a/{x}", "/{y}/b", Ambiguous),
        ("/{x}", "/{y}", Ambiguous),
        ("/a", "/a", Ambiguous),
        ("/a", "/b", Disjoint),
        ("/a", "/A", Disjoint),
        ("/a", "/a/", Disjoint),
        ("/{x}", "/{x}/{y}", Disjoint),
        ("/a/{*r}", "/a/{x}", Second),
        ("/a/{x}/{y}", "/a/{*r}", First),
        ("/a/b/{*r}", "/a/{*r}", First),
        ("/a/{*r}", "/{x}/b", Ambiguous),
        ("/a/{*r}", "/a", Disjoint),
        ("/{*r}", "/", Disjoint),
        ("/{*r}", "/{*s}", Ambiguous),
    ] {
        let (first, second) = (Pattern::parse(a).unwrap(), Pattern::parse(b).unwrap());
        assert_eq!(first.overlap(&second), expected, "{a} {b}");
    }
    // Whatever the order they are written in.
    let texts = ["/{*r}", "/{x}/{y}", "/a/{y}", "/a/b", "/a/{*r}", "/{x}"];
    for turn in 0..texts.len() {
        let mut turned = texts;
        turned.rotate_left(turn);
        let routes: Vec<_> = turned
            .iter()
            .map(|&path| (path, "object:all", "/", false))
            .collect();
        let router = router(&routes);
        for (path, expected) in [
            ("/a/b", "/a/b"),
            ("/a/c", "/a/{y}"),
            ("/c/b", "/{x}/{y}"),
            ("/a/b/c", "/a/{*r}"),
            ("/c/b/c", "/{*r}"),
            ("/a", "/{x}"),
        ] {
            let parsed = path::parse(path).unwrap();
            let (_, found) = router.find(&parsed).unwrap();
            assert_eq!(found.name, expected, "{path} in {turned:?}");
        }
    }
}

#[test]
fn says_what_is_wrong_with_a_pattern() {
    for (text, expected) in [
        ("a", "must start with `/`"),
        ("/a//b", "an empty segment"),
        ("/a/../b", "a dot segment"),
        ("/a%20b", "written decoded"),
        ("/a?b", "written decoded"),
        ("/a{b}", "whole segment"),
        ("/{a", "whole segment"),
        ("/{}", "no name"),
        ("/{a-b}", "no name"),
        ("/{a}/{a}", "captured twice"),
        ("/{*a}/b", "last segment"),
        ("/{*a}/{*b}", "last segment"),
    ] {
        let error = Pattern::parse(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn says_what_is_wrong_with_a_template() {
    let pattern = Pattern::parse("/{a}/{*rest}").unwrap();
    for (text, expected) in [
        ("stream", "type and a colon"),
        ("{a}:x", "type and a colon"),
        (":x", "type and a colon"),
        ("stream:{b}", "not captured"),
        ("stream:{*rest}", "cannot be named"),
        ("stream:{rest}", "not captured"),
        ("stream:{a", "without `}`"),
        ("stream:a}", "without `{`"),
    ] {
        let error = Template::resource(text, &pattern).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
    for (text, expected) in [
        ("a", "must start with `/`"),
        ("/{a}?x=1", "without `? #"),
        ("/../{a}", "dot segment"),
        ("//{a}", "empty segment"),
        ("/%2e/{a}", "without `? #"),
        ("/{*a}", "not captured"),
        ("/x{*rest}", "whole segment"),
    ] {
        let error = Template::upstream_path(text, &pattern).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

/// Read by workers before the gateway, too.
const VECTORS: &str = include_str!("../../../../tests/vectors/routes/routes.json");

/// A route of the vectors.
fn route_of(json: &serde_json::Value) -> Route {
    let pattern = Pattern::parse(json["path"].as_str().unwrap()).unwrap();
    let actions = json["actions"].as_object().unwrap();
    let actions = actions.iter().map(|(method, action)| {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        (method, action.as_str().unwrap().into())
    });
    let query = match &json["query"] {
        serde_json::Value::Array(names) => QueryRule::Only(
            names
                .iter()
                .map(|name| name.as_str().unwrap().to_owned())
                .collect(),
        ),
        all => {
            assert_eq!(all, "any");
            QueryRule::Any
        }
    };
    Route {
        query,
        resource: Template::resource(json["resource"].as_str().unwrap(), &pattern).unwrap(),
        // Nothing of it goes to an upstream here.
        upstream_path: Template::upstream_path("/", &pattern).unwrap(),
        actions: actions.collect(),
        pattern,
        ..example().routes()[0].clone()
    }
}

/// As the vectors have it.
fn told(found: Result<(String, Target), RouteError>) -> serde_json::Value {
    match found {
        Ok((
            _,
            Target {
                action, resource, ..
            },
        )) => {
            serde_json::json!({"action": &*action, "resource": resource.as_str()})
        }
        Err(RouteError::Method { allow }) => serde_json::json!({"status": 405, "allow": allow}),
        Err(error) => {
            let (of_query, problem) = (matches!(error, RouteError::Query(_)), error.problem());
            let mut told = serde_json::json!({"status": problem.status().as_u16()});
            if of_query {
                let (_, word) = problem.type_uri().rsplit_once(':').unwrap();
                told["problem"] = word.into();
            }
            told
        }
    }
}

#[test]
fn the_vectors_come_to_what_workers_make_of_them() {
    let vectors: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
    let mut count = 0;
    for table in vectors["tables"].as_array().unwrap() {
        let routes = table["routes"].as_array().unwrap();
        let router = Router::new(routes.iter().map(route_of).collect());
        for case in table["cases"].as_array().unwrap() {
            let method = Method::from_bytes(case[0].as_str().unwrap().as_bytes()).unwrap();
            let found = told(resolve(&router, &method, case[1].as_str().unwrap()));
            assert_eq!(found, case[2], "{case}");
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
    for pair in vectors["ambiguous"].as_array().unwrap() {
        let [one, other] = [0, 1].map(|at| Pattern::parse(pair[at].as_str().unwrap()).unwrap());
        assert_eq!(one.overlap(&other), Overlap::Ambiguous, "{pair}");
    }
    for path in vectors["malformed_paths"].as_array().unwrap() {
        assert!(Pattern::parse(path.as_str().unwrap()).is_err(), "{path}");
    }
    let resources = &vectors["malformed_resources"];
    let pattern = Pattern::parse(resources["path"].as_str().unwrap()).unwrap();
    for resource in resources["resources"].as_array().unwrap() {
        let read = Template::resource(resource.as_str().unwrap(), &pattern);
        assert!(read.is_err(), "{resource}");
    }
}

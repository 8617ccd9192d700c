//! Which address and which secret are used, for every mix of places.

use super::*;

/// Two profiles: `default` of http://home with `s-home`, `work` of http://work/ with `s-work`.
fn profiles() -> Profiles {
    let profile = |url: &str, secret: &str| Profile {
        url: url.to_owned(),
        secret: secret.to_owned(),
    };
    Profiles {
        profile: [
            ("default".to_owned(), profile("http://home", "s-home")),
            ("work".to_owned(), profile("http://work/", "s-work")),
        ]
        .into(),
    }
}

/// Flags and environment as `url, secret, profile`, empty for none.
fn resolve(
    flags: [&str; 3],
    environment: [&str; 3],
    profiles: Profiles,
) -> Result<Target, Failure> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let arguments = Arguments {
        url: some(flags[0]),
        secret_file: None,
        secret: None,
        profile: some(flags[2]),
    };
    let environment = Environment {
        url: some(environment[0]),
        secret: some(environment[1]),
        profile: some(environment[2]),
    };
    arguments.resolve(some(flags[1]), &environment, || Ok(profiles))
}

#[test]
fn flags_win_over_the_environment_and_the_environment_over_a_profile() {
    for (flags, environment, url, secret) in [
        (["", "", ""], ["", "", ""], "http://home", "s-home"),
        (["", "", ""], ["http://e", "s-e", ""], "http://e", "s-e"),
        (
            ["http://f", "s-f", ""],
            ["http://e", "s-e", ""],
            "http://f",
            "s-f",
        ),
        (["", "s-f", ""], ["http://e", "s-e", ""], "http://e", "s-f"),
        (["", "", ""], ["", "s-e", ""], "http://home", "s-e"),
        (["", "", ""], ["", "", "work"], "http://work/", "s-work"),
        (["", "", ""], ["", "s-e", "work"], "http://work/", "s-e"),
        (
            ["", "", "work"],
            ["http://e", "s-e", ""],
            "http://work/",
            "s-work",
        ),
        (
            ["", "s-f", "work"],
            ["http://e", "s-e", ""],
            "http://work/",
            "s-f",
        ),
        (
            ["http://work", "", "work"],
            ["", "", ""],
            "http://work",
            "s-work",
        ),
    ] {
        let target = resolve(flags, environment, profiles()).unwrap();
        assert_eq!(target.url, url, "{flags:?} {environment:?}");
        assert_eq!(
            target.secret.as_deref(),
            Some(secret),
            "{flags:?} {environment:?}"
        );
    }
}

#[test]
fn a_profiles_secret_is_not_shown_elsewhere() {
    for (flags, environment) in [
        (["http://f", "", ""], ["", "", ""]),
        (["", "", ""], ["http://e", "", ""]),
        (["", "", ""], ["http://e", "", "work"]),
    ] {
        let target = resolve(flags, environment, profiles()).unwrap();
        assert_eq!(target.secret, None, "{flags:?} {environment:?}");
    }
    let refused = resolve(["http://f", "", "work"], ["", "", ""], profiles());
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("not shown elsewhere"), "{refused}");
    assert!(!refused.contains("s-work"), "{refused}");
}

#[test]
fn a_profile_that_is_named_must_be_there() {
    for (flags, environment) in [
        (["", "", "none"], ["", "", ""]),
        (["http://f", "s-f", ""], ["", "", "none"]),
    ] {
        let refused = resolve(flags, environment, profiles()).unwrap_err();
        assert!(
            refused
                .to_string()
                .contains("tidegate login --profile none")
        );
    }
    let target = resolve(["", "", ""], ["", "", ""], Profiles::default()).unwrap();
    assert_eq!((target.url.as_str(), target.secret), (DEFAULT_URL, None));
}

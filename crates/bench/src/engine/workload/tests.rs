//! Worlds, by themselves and before all engines.

use std::collections::BTreeSet;

use super::super::compare::{Loaded, agree};
use super::super::engines::Kind;
use super::*;

fn world(app: App, size: u32, seed: u64) -> World {
    World::generate(app, size, 200, Random::new(seed))
}

#[test]
fn the_same_seed_makes_the_same_world() {
    for app in App::ALL {
        assert_eq!(world(app, 9, 1).facts, world(app, 9, 1).facts);
        assert_ne!(world(app, 9, 1).facts, world(app, 9, 2).facts);
    }
}

#[test]
fn entities_exist_and_hierarchies_have_no_cycle() {
    for app in App::ALL {
        let world = world(app, 12, 3);
        let exists = |thing: Thing| match thing.kind {
            APPLICATION => app == App::Tinytodo && thing.number == 0,
            kind => app.kinds().contains(&kind) && thing.number < 12,
        };
        for fact in &world.facts {
            let (Who::One(subject) | Who::Members(subject)) = fact.subject else {
                continue;
            };
            assert!(exists(fact.object) && exists(subject), "{fact}");
            match (fact.object.kind, fact.relation, subject.kind) {
                ("folder", "parent", _) => assert!(subject.number < fact.object.number, "{fact}"),
                ("team", "member", "team") => {
                    assert!(fact.object.number < subject.number, "{fact}");
                }
                _ => {}
            }
        }
        let things = app.kinds().iter().flat_map(|kind| world.things(kind));
        let mut names: BTreeSet<String> = things.map(|thing| thing.to_string()).collect();
        names.insert("application:TinyTodo".to_owned());
        for question in &world.questions {
            assert!(names.contains(&question.user_name), "{question}");
            assert!(names.contains(&question.object_name), "{question}");
            let kind = question.object_name.split(':').next();
            assert_eq!(kind, Some(question.action.on), "{question}");
        }
        let asked: BTreeSet<&str> = world
            .questions
            .iter()
            .map(|question| question.action.relation)
            .collect();
        assert_eq!(asked.len(), app.actions().len());
    }
}

/// The number of edges of each sort that is drawn with the published probability.
#[test]
fn edges_have_their_probability() {
    let count = |app, size, which: &dyn Fn(&Fact) -> bool| {
        let worlds = (0..20).map(|seed| world(app, size, seed));
        let found: usize = worlds
            .map(|world| world.facts.iter().filter(|fact| which(fact)).count())
            .sum();
        found as f64 / 20.0
    };
    #[track_caller]
    fn near(found: f64, expected: f64) {
        assert!(
            (found / expected - 1.0).abs() < 0.15,
            "{found}, not {expected}"
        );
    }
    let all = 40.0 * 40.0 * EDGE;
    let falling = 40.0 * 39.0 / 2.0 * EDGE;
    let on =
        |kind, relation| move |fact: &Fact| (fact.object.kind, fact.relation) == (kind, relation);
    near(count(App::Gdrive, 40, &on("group", "member")), all);
    near(count(App::Gdrive, 40, &on("doc", "parent")), all);
    near(count(App::Gdrive, 40, &on("folder", "parent")), falling);
    near(count(App::Gdrive, 40, &on("folder", "viewer")), 2.0 * all);
    near(
        count(App::Gdrive, 40, &on("doc", "viewer")),
        2.0 * all + 20.0,
    );
    near(count(App::Github, 40, &on("team", "member")), all + falling);
    near(count(App::Github, 40, &on("repo", "owner")), 40.0);
    near(
        count(App::Github, 40, &on("repo", "writer")),
        2.0 * all / 5.0,
    );
    near(count(App::Tinytodo, 40, &on("list", "reader")), 40.0);
}

/// Every engine on every application, questions of all sorts: with the files of the suite, where it is.
#[test]
fn all_engines_agree() {
    let Ok(suite) = suite() else {
        assert!(
            std::env::var_os("TIDEGATE_SUITES").is_none(),
            "TIDEGATE_SUITES lacks the suite"
        );
        crate::table::note("SKIPPED: the published workloads are not here; set TIDEGATE_SUITES");
        return;
    };
    for app in App::ALL {
        let published = app.published(&suite).unwrap();
        for (size, seed) in [(1, 1), (5, 2), (14, 3)] {
            let world = world(app, size, seed);
            let load = |kind: Kind| Loaded {
                kind,
                engine: kind.load(&world, &published).unwrap(),
            };
            let mut engines: Vec<Loaded> = Kind::ALL.into_iter().map(load).collect();
            let allowed = agree(&world, &mut engines).unwrap();
            assert!(allowed < world.questions.len(), "{} {size}", app.name());
        }
    }
}

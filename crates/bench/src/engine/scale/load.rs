//! Loads a store, and says what that took.

use std::fs;
use std::time::Instant;

use tidegate_policy::{
    Model, Object, Placed, PlacedSubject, Profile, Snapshot, SnapshotBuilder, Standing,
};
use uuid::Uuid;

use super::super::memory::{measured_apart, resident_bytes};
use super::data::{Data, MODEL, Thing, Who};
use crate::error::{Context, Error, Result};
use crate::table::say;

/// A store that is loaded.
pub(super) struct Loaded {
    /// What it holds.
    pub(super) data: Data,
    /// It.
    pub(super) snapshot: Snapshot,
    /// From the first name's text to the snapshot, on one thread; names are written down on the way.
    pub(super) took_s: f64,
    /// Bytes of the names of all objects, each once, `type:id`.
    pub(super) name_bytes: u64,
    /// What the thread was on a processor for of that, where the kernel tells.
    pub(super) processor_s: Option<f64>,
}

/// What has been put, by type.
#[derive(Default)]
struct Places {
    users: Vec<Placed>,
    groups: Vec<Placed>,
    folders: Vec<Placed>,
    docs: Vec<Placed>,
}

/// Loads a store of so many units.
///
/// # Errors
/// When the builder refuses something.
pub(super) fn load(data: Data) -> Result<Loaded> {
    let processor_before_s = processor_s();
    let begun = Instant::now();
    let model = Model::parse(MODEL).context("the model")?;
    let mut builder = SnapshotBuilder::new(model, Profile::default());
    let mut places = Places::default();
    let mut name_bytes = 0;
    for (number, thing) in (0_u128..).zip(data.things()) {
        let name = thing.name();
        name_bytes += name.len() as u64;
        let object: Object = name.parse().context(name)?;
        let uid = Uuid::from_u128(number);
        places.add(
            thing,
            builder.put(
                object,
                Standing {
                    uid,
                    valid_from_s: 0,
                },
            ),
        );
    }
    for thing in data.things() {
        for (object, relation, who) in data.facts(thing) {
            let subject = match who {
                Who::One(thing) => PlacedSubject::Object(places.of(thing)?),
                Who::Members(group) => {
                    PlacedSubject::Userset(places.of(Thing::Group(group))?, "member")
                }
            };
            let written = builder.write(places.of(object)?, relation, subject, None);
            written.context("a tuple was left out")?;
        }
    }
    drop(places);
    let snapshot = builder.finish(1);
    Ok(Loaded {
        data,
        snapshot,
        took_s: begun.elapsed().as_secs_f64(),
        processor_s: processor_s()
            .zip(processor_before_s)
            .map(|(after, before)| after - before),
        name_bytes,
    })
}

impl Places {
    fn add(&mut self, thing: Thing, place: Placed) {
        match thing {
            Thing::User(_) => self.users.push(place),
            Thing::Group(_) => self.groups.push(place),
            Thing::Folder(_) => self.folders.push(place),
            Thing::Doc(_) => self.docs.push(place),
        }
    }

    fn of(&self, thing: Thing) -> Result<Placed> {
        let (places, number) = match thing {
            Thing::User(n) => (&self.users, n),
            Thing::Group(n) => (&self.groups, n),
            Thing::Folder(n) => (&self.folders, n),
            Thing::Doc(n) => (&self.docs, n),
        };
        let place = places.get(number as usize).copied();
        place.ok_or_else(|| Error::new(format!("{} was not put", thing.name())))
    }
}

/// What a store of so many units takes in memory. Bytes.
///
/// # Errors
/// When the process that measures it fails.
pub(super) fn resident_bytes_of(units: u32) -> Result<u64> {
    let text = measured_apart(&["engine-memory", &units.to_string()])?;
    text.parse().context("the measurement of memory")
}

/// What that process does: loads, and prints how many bytes more than before are resident.
///
/// # Errors
/// When the store cannot be loaded.
pub(super) fn print_resident_bytes(units: u32) -> Result<()> {
    let before = resident_bytes()?;
    let loaded = load(Data::new(units))?;
    let bytes = resident_bytes()?.saturating_sub(before);
    // Until here it is held.
    drop(loaded);
    say(&bytes.to_string());
    Ok(())
}

/// How long this thread has been on a processor, in seconds.
fn processor_s() -> Option<f64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: u64 = text.split(' ').next()?.parse().ok()?;
    Some(nanoseconds as f64 / 1e9)
}

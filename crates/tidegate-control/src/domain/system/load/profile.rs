//! Kinds of secrets, and windows of quotas.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use tidegate_policy::SecretKind;
use tidegate_quota::Calendar;

use super::needed;
use crate::domain::system::read::{Reader, Table};

/// Longest window of a quota. Days.
const WINDOW_DAYS_MAX: u32 = 366;

/// So many days instead of the calendar's months.
pub(super) fn window(reader: &Reader<'_>, mut table: Table<'_>) -> Calendar {
    let days = needed(reader, &mut table, "days").and_then(|value| {
        let place = value.place.clone();
        let days = value.positive(reader)?;
        let days = u32::try_from(days)
            .ok()
            .filter(|days| *days <= WINDOW_DAYS_MAX);
        if days.is_none() {
            reader.error(place, format!("at most {WINDOW_DAYS_MAX} days"));
        }
        days.and_then(NonZeroU32::new)
    });
    let epoch_s = table
        .take("epoch_s")
        .and_then(|value| value.positive(reader))
        .unwrap_or(0);
    table.finish(reader);
    days.map_or(Calendar::Month, |days| Calendar::Days { days, epoch_s })
}

pub(super) fn secret_kind(reader: &Reader<'_>, mut table: Table<'_>) -> Option<SecretKind> {
    let mut set = |key| {
        let value = table.take(key)?.strings(reader)?.value;
        Some(value.into_iter().collect::<BTreeSet<String>>())
    };
    let (principals, audiences, actions) = (set("principals"), set("audiences"), set("actions"));
    let anonymous = table
        .take("anonymous")
        .and_then(|value| value.boolean(reader))
        .unwrap_or(false);
    let default_life_s = table
        .take("default_life_s")
        .and_then(|value| value.positive(reader));
    let place = table.place().clone();
    table.finish(reader);
    for (key, value) in [("principals", &principals), ("audiences", &audiences)] {
        if value.as_ref().is_none_or(BTreeSet::is_empty) {
            reader.error(place.clone(), format!("`{key}` must name at least one"));
        }
    }
    Some(SecretKind {
        principals: principals?,
        actions,
        anonymous,
        audiences: audiences?,
        default_life_s,
    })
}

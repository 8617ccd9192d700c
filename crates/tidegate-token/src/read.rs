//! Fields of JSON, read strictly: each once, none that is not known, and none that is null.
//!
//! By hand: readers that are derived for each type are twenty kilobytes of a browser's module.

use tidegate_policy::json::Json;
use uuid::Uuid;

/// The fields of an object that are still to be read.
pub(crate) struct Fields(Vec<(String, Json)>);

/// Why it cannot be read; there is nothing more to tell.
pub(crate) struct Unread;

type Read<T> = Result<T, Unread>;

impl Fields {
    /// From the text of one JSON object, and from nothing else.
    pub(crate) fn parse(json: &[u8]) -> Read<Self> {
        let text = str::from_utf8(json).map_err(|_| Unread)?;
        Self::of(text.parse().map_err(|_| Unread)?)
    }

    pub(crate) fn of(json: Json) -> Read<Self> {
        match json {
            Json::Object(fields) => Ok(Self(fields)),
            _ => Err(Unread),
        }
    }

    /// That nothing is left.
    pub(crate) fn end(&self) -> Read<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Unread)
        }
    }

    /// None when it is not there.
    pub(crate) fn take(&mut self, name: &str) -> Option<Json> {
        let at = self.0.iter().position(|(found, _)| found == name)?;
        Some(self.0.swap_remove(at).1)
    }

    /// A field that has to be there.
    pub(crate) fn of_name<T>(&mut self, name: &str, read: fn(Json) -> Read<T>) -> Read<T> {
        self.take(name).ok_or(Unread).and_then(read)
    }

    /// A field that is there has a value: `null` would turn a limit into its absence.
    pub(crate) fn if_there<T>(&mut self, name: &str, read: fn(Json) -> Read<T>) -> Read<Option<T>> {
        self.take(name).map(read).transpose()
    }
}

pub(crate) fn text(json: Json) -> Read<String> {
    match json {
        Json::Text(text) => Ok(text),
        _ => Err(Unread),
    }
}

/// A whole number from 0, written as one.
pub(crate) fn number(json: Json) -> Read<u64> {
    match json {
        Json::Number(number) => number.as_u64().ok_or(Unread),
        _ => Err(Unread),
    }
}

pub(crate) fn uuid(json: Json) -> Read<Uuid> {
    Uuid::try_parse(&text(json)?).map_err(|_| Unread)
}

pub(crate) fn texts(json: Json) -> Read<Vec<String>> {
    list(json, text)
}

pub(crate) fn uuids(json: Json) -> Read<Vec<Uuid>> {
    list(json, uuid)
}

pub(crate) fn list<T>(json: Json, read: fn(Json) -> Read<T>) -> Read<Vec<T>> {
    match json {
        Json::List(items) => items.into_iter().map(read).collect(),
        _ => Err(Unread),
    }
}

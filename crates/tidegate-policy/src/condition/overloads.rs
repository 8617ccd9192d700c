//! Which functions and operators there are, and the types that they take and give.
//!
//! The standard library of CEL as cel-go has it, and OpenFGA's `ipaddress` and `in_cidr`.

/// A function or operator. What it does with values is in `functions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Not,
    Negate,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    Index,
    Size,
    Contains,
    StartsWith,
    EndsWith,
    Matches,
    ToInt,
    ToUint,
    ToDouble,
    ToString,
    ToBool,
    ToBytes,
    ToDuration,
    ToTimestamp,
    ToIp,
    ToType,
    ToDyn,
    InCidr,
    FullYear,
    Month,
    Date,
    DayOfMonth,
    DayOfWeek,
    DayOfYear,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
}

/// A type in an overload. `A` and `B` are any type, the same one wherever they stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    A,
    B,
    Dyn,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Duration,
    Timestamp,
    Ip,
    Type,
    /// `list(A)`
    List,
    /// `map(A, B)`
    Map,
}

/// How a function is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `f(x, y)`, and operators.
    Plain,
    /// `x.f(y)`: the first argument is x.
    Member,
    /// Either.
    Both,
}

/// Functions that take and give the same types.
pub(super) struct Group {
    pub(super) names: &'static [(&'static str, Function)],
    pub(super) style: Style,
    pub(super) overloads: &'static [(&'static [Shape], Shape)],
}

use Function as F;
use Shape::{
    A, B, Bool, Bytes, Double, Duration, Dyn, Int, Ip, List, Map, String, Timestamp, Type, Uint,
};

pub(super) const GROUPS: &[Group] = &[
    plain(&[("!", F::Not)], &[(&[Bool], Bool)]),
    plain(&[("-", F::Negate)], &[(&[Int], Int), (&[Double], Double)]),
    plain(
        &[("+", F::Add)],
        &[
            (&[Bytes, Bytes], Bytes),
            (&[Double, Double], Double),
            (&[Duration, Duration], Duration),
            (&[Duration, Timestamp], Timestamp),
            (&[Timestamp, Duration], Timestamp),
            (&[Int, Int], Int),
            (&[List, List], List),
            (&[String, String], String),
            (&[Uint, Uint], Uint),
        ],
    ),
    plain(
        &[("-", F::Subtract)],
        &[
            (&[Double, Double], Double),
            (&[Duration, Duration], Duration),
            (&[Int, Int], Int),
            (&[Timestamp, Duration], Timestamp),
            (&[Timestamp, Timestamp], Duration),
            (&[Uint, Uint], Uint),
        ],
    ),
    plain(
        &[("*", F::Multiply), ("/", F::Divide)],
        &[
            (&[Double, Double], Double),
            (&[Int, Int], Int),
            (&[Uint, Uint], Uint),
        ],
    ),
    plain(
        &[("%", F::Remainder)],
        &[(&[Int, Int], Int), (&[Uint, Uint], Uint)],
    ),
    plain(&[("==", F::Equal), ("!=", F::NotEqual)], &[(&[A, A], Bool)]),
    plain(
        &[
            ("<", F::Less),
            ("<=", F::LessEqual),
            (">", F::Greater),
            (">=", F::GreaterEqual),
        ],
        &[
            (&[Bool, Bool], Bool),
            (&[Int, Int], Bool),
            (&[Uint, Uint], Bool),
            (&[Double, Double], Bool),
            (&[String, String], Bool),
            (&[Bytes, Bytes], Bool),
            (&[Timestamp, Timestamp], Bool),
            (&[Duration, Duration], Bool),
        ],
    ),
    plain(&[("in", F::In)], &[(&[A, List], Bool), (&[A, Map], Bool)]),
    plain(&[("[]", F::Index)], &[(&[List, Int], A), (&[Map, A], B)]),
    Group {
        names: &[("size", F::Size)],
        style: Style::Both,
        overloads: &[
            (&[String], Int),
            (&[Bytes], Int),
            (&[List], Int),
            (&[Map], Int),
        ],
    },
    member(
        &[
            ("contains", F::Contains),
            ("startsWith", F::StartsWith),
            ("endsWith", F::EndsWith),
        ],
        &[(&[String, String], Bool)],
    ),
    Group {
        names: &[("matches", F::Matches)],
        style: Style::Both,
        overloads: &[(&[String, String], Bool)],
    },
    plain(
        &[("int", F::ToInt)],
        &[
            (&[Int], Int),
            (&[Double], Int),
            (&[Duration], Int),
            (&[String], Int),
            (&[Timestamp], Int),
            (&[Uint], Int),
        ],
    ),
    plain(
        &[("uint", F::ToUint)],
        &[
            (&[Uint], Uint),
            (&[Double], Uint),
            (&[Int], Uint),
            (&[String], Uint),
        ],
    ),
    plain(
        &[("double", F::ToDouble)],
        &[
            (&[Double], Double),
            (&[Int], Double),
            (&[String], Double),
            (&[Uint], Double),
        ],
    ),
    plain(
        &[("string", F::ToString)],
        &[
            (&[String], String),
            (&[Bool], String),
            (&[Bytes], String),
            (&[Double], String),
            (&[Duration], String),
            (&[Int], String),
            (&[Timestamp], String),
            (&[Uint], String),
        ],
    ),
    plain(
        &[("bool", F::ToBool)],
        &[(&[Bool], Bool), (&[String], Bool)],
    ),
    plain(
        &[("bytes", F::ToBytes)],
        &[(&[Bytes], Bytes), (&[String], Bytes)],
    ),
    plain(
        &[("duration", F::ToDuration)],
        &[
            (&[Duration], Duration),
            (&[Int], Duration),
            (&[String], Duration),
        ],
    ),
    plain(
        &[("timestamp", F::ToTimestamp)],
        &[
            (&[Timestamp], Timestamp),
            (&[Int], Timestamp),
            (&[String], Timestamp),
        ],
    ),
    plain(&[("ipaddress", F::ToIp)], &[(&[String], Ip)]),
    plain(&[("type", F::ToType)], &[(&[A], Type)]),
    plain(&[("dyn", F::ToDyn)], &[(&[A], Dyn)]),
    member(&[("in_cidr", F::InCidr)], &[(&[Ip, String], Bool)]),
    member(
        &[
            ("getFullYear", F::FullYear),
            ("getMonth", F::Month),
            ("getDate", F::Date),
            ("getDayOfMonth", F::DayOfMonth),
            ("getDayOfWeek", F::DayOfWeek),
            ("getDayOfYear", F::DayOfYear),
        ],
        &[(&[Timestamp], Int), (&[Timestamp, String], Int)],
    ),
    member(
        &[
            ("getHours", F::Hours),
            ("getMinutes", F::Minutes),
            ("getSeconds", F::Seconds),
            ("getMilliseconds", F::Milliseconds),
        ],
        &[
            (&[Timestamp], Int),
            (&[Timestamp, String], Int),
            (&[Duration], Int),
        ],
    ),
];

const fn plain(
    names: &'static [(&'static str, Function)],
    overloads: &'static [(&'static [Shape], Shape)],
) -> Group {
    Group {
        names,
        style: Style::Plain,
        overloads,
    }
}

const fn member(
    names: &'static [(&'static str, Function)],
    overloads: &'static [(&'static [Shape], Shape)],
) -> Group {
    Group {
        names,
        style: Style::Member,
        overloads,
    }
}

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

/// A function by one of its names.
pub(super) struct Row {
    style: Style,
    name: &'static str,
    pub(super) function: Function,
    /// The types that it takes and, last, the one that it gives, for each of its overloads: a letter each.
    pub(super) overloads: &'static str,
}

impl Row {
    /// Whether a call by a name can be of this function.
    pub(super) fn is(&self, name: &str, is_member: bool) -> bool {
        let other = match is_member {
            true => Plain,
            false => Member,
        };
        self.name == name && self.style != other
    }
}

use Function as F;
use Style::{Both, Member, Plain};

/// The letters: A and B any type, the same one wherever they stand in an overload, L `list(A)`, M `map(A, B)`,
/// D `dyn`, b bool, i int, u uint, d double, s string, y bytes, p duration, t timestamp, n address, k type.
pub(super) const ROWS: [Row; 42] = [
    row(Plain, "!", F::Not, "bb"),
    row(Plain, "-", F::Negate, "ii dd"),
    row(Plain, "+", F::Add, "yyy ddd ppp ptt tpt iii LLL sss uuu"),
    row(Plain, "-", F::Subtract, "ddd ppp iii tpt ttp uuu"),
    row(Plain, "*", F::Multiply, "ddd iii uuu"),
    row(Plain, "/", F::Divide, "ddd iii uuu"),
    row(Plain, "%", F::Remainder, "iii uuu"),
    row(Plain, "==", F::Equal, "AAb"),
    row(Plain, "!=", F::NotEqual, "AAb"),
    row(Plain, "<", F::Less, "bbb iib uub ddb ssb yyb ttb ppb"),
    row(Plain, "<=", F::LessEqual, "bbb iib uub ddb ssb yyb ttb ppb"),
    row(Plain, ">", F::Greater, "bbb iib uub ddb ssb yyb ttb ppb"),
    row(
        Plain,
        ">=",
        F::GreaterEqual,
        "bbb iib uub ddb ssb yyb ttb ppb",
    ),
    row(Plain, "in", F::In, "ALb AMb"),
    row(Plain, "[]", F::Index, "LiA MAB"),
    row(Both, "size", F::Size, "si yi Li Mi"),
    row(Member, "contains", F::Contains, "ssb"),
    row(Member, "startsWith", F::StartsWith, "ssb"),
    row(Member, "endsWith", F::EndsWith, "ssb"),
    row(Both, "matches", F::Matches, "ssb"),
    row(Plain, "int", F::ToInt, "ii di pi si ti ui"),
    row(Plain, "uint", F::ToUint, "uu du iu su"),
    row(Plain, "double", F::ToDouble, "dd id sd ud"),
    row(Plain, "string", F::ToString, "ss bs ys ds ps is ts us"),
    row(Plain, "bool", F::ToBool, "bb sb"),
    row(Plain, "bytes", F::ToBytes, "yy sy"),
    row(Plain, "duration", F::ToDuration, "pp ip sp"),
    row(Plain, "timestamp", F::ToTimestamp, "tt it st"),
    row(Plain, "ipaddress", F::ToIp, "sn"),
    row(Plain, "type", F::ToType, "Ak"),
    row(Plain, "dyn", F::ToDyn, "AD"),
    row(Member, "in_cidr", F::InCidr, "nsb"),
    row(Member, "getFullYear", F::FullYear, "ti tsi"),
    row(Member, "getMonth", F::Month, "ti tsi"),
    row(Member, "getDate", F::Date, "ti tsi"),
    row(Member, "getDayOfMonth", F::DayOfMonth, "ti tsi"),
    row(Member, "getDayOfWeek", F::DayOfWeek, "ti tsi"),
    row(Member, "getDayOfYear", F::DayOfYear, "ti tsi"),
    row(Member, "getHours", F::Hours, "ti tsi pi"),
    row(Member, "getMinutes", F::Minutes, "ti tsi pi"),
    row(Member, "getSeconds", F::Seconds, "ti tsi pi"),
    row(Member, "getMilliseconds", F::Milliseconds, "ti tsi pi"),
];

const fn row(style: Style, name: &'static str, function: Function, overloads: &'static str) -> Row {
    Row {
        style,
        name,
        function,
        overloads,
    }
}

//! Literals, operators, functions, macros: expressions that are true, and how others fail.

use super::{all_fail, all_true, check};

#[test]
fn literals() {
    all_true(&[
        "0x1F == 31 && -0x10 == -16 && 0xFFu == 255u",
        "-9223372036854775808 < 9223372036854775807",
        "18446744073709551615u > 0u",
        "1.5e3 == 1500.0 && .5 == 0.5 && 1e-3 == 0.001 && 2E2 == 200.0",
        r#""a\tb" == 'a\tb' && "\x41\u00e9\U0001F600\101" == "Aé😀A""#,
        r#"'\a\b\f\n\r\t\v\\\?\"\'\`' == "\u0007\u0008\u000c\u000a\u000d\u0009\u000b\\?\"'`""#,
        r#"r"\d" == "\\d" && R'\'.size() == 1"#,
        "'''a\n'b' \"c\"''' == 'a\\n\\'b\\' \"c\"' && \"\"\"x\"y\"\"\" == 'x\"y'",
        r#"b"abc" == b'\x61\142c' && b"é" == b"\xc3\xa9" && br"\x" == b"\\x" && B''.size() == 0"#,
        r#"r'''a\'b''' == "a\\'b""#,
        "null == null && true && !false",
        "[1, 2,] == [1, 2] && {'a': 1,} == {'a': 1} && [] == [] && {} == {}",
        "true // what follows is a remark\n && // here too\n true",
        "\t(true)\r\n\u{c}",
        "dyn(1) != null && null != dyn('')",
    ]);
}

#[test]
fn operators_and_what_binds_stronger() {
    all_true(&[
        "1 + 2 * 3 - 4 / 2 % 3 == 5",
        "(1 + 2) * 3 == 9 && -(1 + 2) == -3 && --3 == 3 && !!true && !(!true) && - -3 == 3",
        "2 - 1 - 1 == 0 && 100 / 10 / 5 == 2",
        "1 < 2 == true && 1 + 1 < 3",
        "-7 / 2 == -3 && -7 % 3 == -1 && 7 % -3 == 1",
        "7u / 2u == 3u && 7u % 4u == 3u && 3u - 1u == 2u && 2u * 3u + 1u == 7u",
        "1.0 / 0.0 > 1e308 && -1.0 / 0.0 < -1e308 && 0.1 + 0.2 > 0.3",
        "true ? true : false && false",
        "false ? 1 == 2 : true ? 1 == 1 : 1 == 2",
        "(true ? 1 : 2) == 1 && (false ? [] : [1])[0] == 1",
        "false || true && true",
        "'a' + 'b' == 'ab' && b'a' + b'b' == b'ab' && [1] + [2, 3] == [1, 2, 3]",
        "'a' < 'b' && 'Z' < 'a' && '' < 'a' && 'a' <= 'a' && b'a' < b'b' && false < true",
        "1 <= 1 && 2 >= 1 && 2 > 1 && 1u < 2u && 1.0 <= 1.5",
        "1 in [1, 2] && !(3 in [1, 2]) && 'a' in {'a': 1} && !('b' in {'a': 1}) && !(1 in [])",
        "[1, 2][1] == 2 && {'a': {'b': [7]}}.a.b[0] == 7 && {'a': 1}['a'] == 1",
        "{1: 'x', true: 'y', 2u: 'z'}[true] == 'y'",
        "{'a': 1}.a == 1 && has({'a': 1}.a) && !has({'a': 1}.b) && has({'a': {'b': null}}.a.b)",
        "{'in_': 1}.in_ == 1 && {'for': 1}.for == 1",
        ".dyn(1) == 1",
    ]);
    all_fail(&[
        ("1 / 0 == 1", "DivisionByZero"),
        ("1 % 0 == 1", "DivisionByZero"),
        ("1u / 0u == 1u", "DivisionByZero"),
        ("9223372036854775807 + 1 > 0", "Overflow"),
        ("-9223372036854775808 - 1 < 0", "Overflow"),
        ("9223372036854775807 * 2 > 0", "Overflow"),
        ("-9223372036854775808 / -1 > 0", "Overflow"),
        ("-9223372036854775808 % -1 == 0", "Overflow"),
        ("-(-9223372036854775808) > 0", "Overflow"),
        ("0u - 1u < 1u", "Overflow"),
        ("18446744073709551615u + 1u > 0u", "Overflow"),
        ("[1][1] == 1", "NoSuchIndex"),
        ("[1][-1] == 1", "NoSuchIndex"),
        ("{'a': 1}['b'] == 1", "NoSuchKey"),
        ("{'a': 1}.b == 1", "NoSuchKey"),
        ("has({'a': {}}.b.c)", "NoSuchKey"),
        ("{'a': 1, 'a': 2} == {}", "BadKey"),
        ("{dyn([]): 1} == {}", "BadKey"),
        ("{dyn(1): 1, dyn(1u): 1} == {}", "BadKey"),
        ("double('nan') < 1.0", "NotANumber"),
    ]);
}

#[test]
fn equality_across_types_of_numbers() {
    all_true(&[
        "dyn(1) == 1u && dyn(1) == 1.0 && dyn(1u) == 1.0 && dyn(1.5) != 1",
        "dyn(-1) != 18446744073709551615u",
        "dyn(1) < 1.5 && dyn(2u) > 1 && dyn(-1) < 0u && dyn(1.5) < 2u && dyn(1) <= 1u",
        "dyn('1') != 1 && dyn(true) != 1 && dyn([1]) != {} && dyn(null) != 0",
        "[1, 2.0, 3u] == [dyn(1.0), 2, 3]",
        "{'a': 1} == {'a': dyn(1.0)} && {'a': 1} != {'b': 1} && {'a': 1} != {'a': 2}",
        "1.0 in [dyn(1)] && dyn(1.0) in {1: 'a'} && {1: 'a'}[dyn(1.0)] == 'a' && {1: 'a'}[dyn(1u)] == 'a'",
        "double('nan') != double('nan')",
        "[[1], ['a']] == [[1], ['a']] && [[1]] != [[2]] && [1] != [1, 2]",
        "timestamp(0) != null && dyn(timestamp(0)) != 0",
        "[1, 2][dyn(1.0)] == 2",
    ]);
    all_fail(&[
        ("dyn('a') < 1", "NoOverload"),
        ("dyn(1.0) + 1 == 2", "NoOverload"),
        ("dyn([1]) < dyn([2])", "NoOverload"),
        ("dyn(1) && true", "NoOverload"),
        ("!dyn(1)", "NoOverload"),
        ("dyn(1) ? true : false", "NoOverload"),
        ("1 in dyn(1)", "NoOverload"),
        ("dyn(1).x == 1", "NoOverload"),
        ("dyn(1)[0] == 1", "NoOverload"),
        ("[1][dyn(0.5)] == 1", "NoOverload"),
        ("dyn(1).size() == 1", "NoOverload"),
        ("dyn(1).contains('a')", "NoOverload"),
        ("dyn(1).all(x, true)", "NoOverload"),
    ]);
}

#[test]
fn functions_of_texts() {
    all_true(&[
        "size('') == 0 && 'aé😀'.size() == 3 && size(b'\\xff\\xff') == 2",
        "size([1, 2]) == 2 && {'a': 1}.size() == 1 && [].size() == 0",
        "'hello'.contains('ell') && !'hello'.contains('elx') && ''.contains('')",
        "'hello'.startsWith('he') && !'hello'.startsWith('el') && 'hello'.endsWith('lo')",
        "'hello'.matches('^h.*o$') && matches('abc', 'b') && !'abc'.matches('^b')",
    ]);
}

#[test]
fn conversions() {
    all_true(&[
        "int('-12') == -12 && int('+7') == 7 && int(3u) == 3 && int(2.9) == 2 && int(-2.9) == -2 && int(5) == 5",
        "int(timestamp('1970-01-01T00:00:01.9Z')) == 1 && int(duration('1us')) == 1000",
        "uint('12') == 12u && uint(3) == 3u && uint(2.9) == 2u && uint(7u) == 7u",
        "double('1.5') == 1.5 && double(2) == 2.0 && double(3u) == 3.0 && double('-1e3') == -1000.0",
        "double('inf') > 1e308 && double('-Infinity') < -1e308",
        "string(1) == '1' && string(-1) == '-1' && string(2u) == '2' && string(true) == 'true' && string('x') == 'x'",
        "string(1.5) == '1.5' && string(1.0) == '1' && string(1e6) == '1e+06' && string(123456789.0) == '1.23456789e+08'",
        "string(0.0001) == '0.0001' && string(0.00001) == '1e-05' && string(-0.0) == '-0' && string(1e100) == '1e+100'",
        "string(1.0 / 0.0) == '+Inf' && string(b'abc') == 'abc'",
        "string(duration('90m')) == '5400s' && string(duration('1.5s')) == '1.5s' && string(duration('-1ms')) == '-0.001s'",
        "string(timestamp('2024-02-29T12:00:00.120+02:00')) == '2024-02-29T10:00:00.12Z'",
        "bool('true') && bool('1') && bool('T') && !bool('False') && !bool('0') && bool(true)",
        "bytes('é') == b'\\xc3\\xa9' && bytes(b'a') == b'a'",
        "duration(duration('1s')) == duration('1s') && duration(1000000000) == duration('1s')",
        "timestamp(timestamp(5)) == timestamp(5) && timestamp(0) == timestamp('1970-01-01T00:00:00Z')",
        "type(1) == int && type(1u) == uint && type(1.0) == double && type('') == string && type(b'') == bytes",
        "type([]) == list && type({}) == map && type(null) == null_type && type(true) == bool && type(int) == type",
        "type(timestamp(0)) == google.protobuf.Timestamp && type(duration('1s')) == google.protobuf.Duration",
        "type(dyn(1)) != string && type(type(1)) == type",
        "dyn(1) + dyn(2) == 3",
    ]);
    all_fail(&[
        ("int('1.5') == 1", "NotConvertible"),
        ("int('') == 1", "NotConvertible"),
        ("int('9223372036854775808') == 1", "NotConvertible"),
        ("int(9223372036854775808u) == 1", "Overflow"),
        ("int(1e19) == 1", "Overflow"),
        ("int(double('nan')) == 1", "Overflow"),
        ("uint(-1) == 1u", "Overflow"),
        ("uint(-1.0) == 1u", "Overflow"),
        ("uint('-1') == 1u", "NotConvertible"),
        ("uint('+1') == 1u", "NotConvertible"),
        ("double('x') == 1.0", "NotConvertible"),
        ("double('1e400') == 1.0", "NotConvertible"),
        ("bool('yes')", "NotConvertible"),
        ("string(b'\\xff') == ''", "NotConvertible"),
        ("duration('1') == duration('1s')", "NotConvertible"),
        ("timestamp('2024') == timestamp(0)", "NotConvertible"),
        ("timestamp(253402300800) == timestamp(0)", "Overflow"),
        (
            "ipaddress('1.2.3') == ipaddress('1.2.3.4')",
            "NotConvertible",
        ),
        ("string(dyn([])) == ''", "NoOverload"),
        ("string(dyn(ipaddress('::1'))) == ''", "NoOverload"),
    ]);
}

#[test]
fn macros() {
    all_true(&[
        "[1, 2].all(x, x > 0) && ![1, 2].all(x, x > 1) && [].all(x, false)",
        "[1, 2].exists(x, x == 2) && ![1].exists(x, x == 2) && ![].exists(x, true)",
        "[1, 2].exists_one(x, x > 1) && ![1, 2].exists_one(x, x > 0) && ![].exists_one(x, true)",
        "[1, 2].existsOne(x, x > 1)",
        "[1, 2, 3].filter(x, x % 2 == 1) == [1, 3] && [].filter(x, true) == []",
        "[1, 2].map(x, x * 2) == [2, 4] && [1, 2, 3].map(x, x > 1, x * 10) == [20, 30]",
        "{'a': 1, 'b': 2}.all(k, k in ['a', 'b']) && {'a': 1}.exists(k, k == 'a')",
        "{'a': 1, 'b': 2}.filter(k, k != 'a') == ['b'] && {'a': 1}.map(k, k + k) == ['aa']",
        "[[1, 2], [3]].all(l, l.exists(x, x > 1)) && [1, 2].all(x, [3, 4].all(y, y > x))",
        "[1].all(x, [2].all(x, x == 2) && x == 1)",
        "[1, 2].map(x, [x].map(y, y + x)[0]) == [2, 4]",
        "dyn([1, 'a']).exists(x, x == 'a') && [1, 'a'].exists(x, x == 1)",
        "['ab', 'c'].map(s, s.size()) == [2, 1] && [1, 2].filter(x, x > 1).size() == 1",
        // An error is absorbed by what decides.
        "![0, 1].all(x, 1 / x > 5) && [0, 1].exists(x, 1 / x == 1)",
        "dyn({'a': 1}).exists(k, k == 'a')",
    ]);
    all_fail(&[
        ("[0, 1].all(x, 1 / x == 1)", "DivisionByZero"),
        ("[0, 1].exists(x, 1 / x == 2)", "DivisionByZero"),
        ("[0, 1].exists_one(x, 1 / x == 1)", "DivisionByZero"),
        ("[0, 1].map(x, 1 / x) == []", "DivisionByZero"),
        ("[0, 1].filter(x, 1 / x == 1) == []", "DivisionByZero"),
    ]);
}

#[test]
fn a_variable_hides_a_parameter() {
    check(
        "x: int",
        "[1].all(x, x == 1) && x == 2",
        r#"{"x": 2}"#,
        "true",
    );
    check("int: int", "int == 2", r#"{"int": 2}"#, "true");
    let google = r#"{"google": {"protobuf": {"Timestamp": "x"}}}"#;
    check(
        "google: any",
        "google.protobuf.Timestamp == 'x'",
        google,
        "true",
    );
}

#[test]
fn addresses() {
    all_true(&[
        "ipaddress('192.168.0.1').in_cidr('192.168.0.0/24')",
        "!ipaddress('192.168.1.0').in_cidr('192.168.0.0/24')",
        "ipaddress('10.1.2.3').in_cidr('10.1.2.3/32') && ipaddress('10.1.2.3').in_cidr('0.0.0.0/0')",
        "ipaddress('10.255.0.1').in_cidr('10.99.1.1/8')",
        "ipaddress('2001:db8::1').in_cidr('2001:db8::/32') && !ipaddress('2001:db9::1').in_cidr('2001:db8::/32')",
        "ipaddress('::1').in_cidr('::/0') && ipaddress('::1').in_cidr('::1/128')",
        "!ipaddress('10.0.0.1').in_cidr('::/0') && !ipaddress('::1').in_cidr('0.0.0.0/0')",
        "!ipaddress('::ffff:10.0.0.1').in_cidr('10.0.0.0/8') && ipaddress('::ffff:10.0.0.1').in_cidr('::ffff:10.0.0.0/104')",
        "!ipaddress('fe80::1%eth0').in_cidr('fe80::/10') && ipaddress('fe80::1').in_cidr('fe80::/10')",
        "ipaddress('2001:DB8::1') == ipaddress('2001:db8:0::1') && ipaddress('::1') != ipaddress('::2')",
        "ipaddress('fe80::1%a') != ipaddress('fe80::1') && ipaddress('10.0.0.1') in [ipaddress('10.0.0.1')]",
    ]);
    all_fail(&[
        ("ipaddress('x').in_cidr('10.0.0.0/8')", "NotConvertible"),
        (
            "ipaddress('1.2.3.04').in_cidr('10.0.0.0/8')",
            "NotConvertible",
        ),
        (
            "ipaddress('1.2.3.4%x').in_cidr('10.0.0.0/8')",
            "NotConvertible",
        ),
        ("ipaddress('1.2.3.4').in_cidr('10.0.0.0')", "BadNetwork"),
        ("ipaddress('1.2.3.4').in_cidr('10.0.0.0/33')", "BadNetwork"),
        ("ipaddress('1.2.3.4').in_cidr('10.0.0.0/08')", "BadNetwork"),
        ("ipaddress('1.2.3.4').in_cidr('10.0.0.0/+8')", "BadNetwork"),
        ("ipaddress('1.2.3.4').in_cidr('::/129')", "BadNetwork"),
        ("ipaddress('::1').in_cidr('fe80::%a/10')", "BadNetwork"),
        ("ipaddress('1.2.3.4').in_cidr('')", "BadNetwork"),
    ]);
}

//! Addresses are read as the standard library reads them.

use std::net::IpAddr;

use crate::condition::ip::Ip;

const PIECES: [&str; 15] = [
    "", "0", "00", "1", "255", "256", "ffff", "fffff", "1.2.3.4", ".", ":", "::", "1:2:3:",
    ":4:5:6", "g",
];

/// The network of this address alone, in its longest form.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("{address}/32"),
        IpAddr::V6(address) => {
            let groups = address.segments().map(|group| format!("{group:x}"));
            format!("{}/128", groups.join(":"))
        }
    }
}

#[test]
fn as_the_standard_library_reads_them() {
    let mut read = 0;
    for number in 0..PIECES.len().pow(4) {
        let pieces = (0..4).map(|place| number / PIECES.len().pow(place) % PIECES.len());
        let text: String = pieces
            .filter_map(|piece| PIECES.get(piece))
            .copied()
            .collect();
        let (ours, theirs) = (Ip::parse(&text), text.parse::<IpAddr>().ok());
        assert_eq!(ours.is_some(), theirs.is_some(), "{text}");
        if let (Some(ours), Some(theirs)) = (ours, theirs) {
            assert_eq!(ours.is_in(&network(theirs)), Some(true), "{text}");
            read += 1;
        }
    }
    assert!(read > 1_000, "{read}");
}

#[test]
fn how_many_bits_a_network_has() {
    for (address, network, expected) in [
        ("192.0.2.1", "0.0.0.0/0", Some(true)),
        ("192.0.2.1", "192.0.2.0/24", Some(true)),
        ("192.0.2.1", "192.0.2.0/31", Some(true)),
        ("192.0.2.1", "192.0.2.0/32", Some(false)),
        ("192.0.2.1", "192.0.2.0/33", None),
        ("192.0.2.1", "192.0.2.0/024", None),
        ("192.0.2.1", "192.0.2.0/", None),
        ("192.0.2.1", "::/0", Some(false)),
        ("::1", "0.0.0.0/0", Some(false)),
        ("::1", "::/127", Some(true)),
        ("::1", "::/128", Some(false)),
        ("::1", "::/129", None),
        ("::ffff:192.0.2.1", "192.0.2.0/24", Some(false)),
        ("fe80::1%eth0", "fe80::/10", Some(false)),
    ] {
        let found = Ip::parse(address).expect(address).is_in(network);
        assert_eq!(found, expected, "{address} in {network}");
    }
}

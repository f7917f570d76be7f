//! Every sample body, with what is made of it.

use std::fs;
use std::path::PathBuf;

use trig_wire::{Headers, Kind, webhook};

use crate::common::show;

pub(crate) const FORM: Headers<'static> = Headers {
    content_type: Some("application/x-www-form-urlencoded"),
    request_id: None,
};

/// Name and body of the samples of a system, by name.
pub(crate) fn samples(system: &str) -> Vec<(String, Vec<u8>)> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "samples", system]
        .iter()
        .collect();
    let mut samples: Vec<_> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| {
            let path = entry.expect("the entry can be read").path();
            let name = path
                .file_stem()
                .expect("it has a name")
                .to_string_lossy()
                .into_owned();
            (name, fs::read(path).expect("the sample can be read"))
        })
        .collect();
    samples.sort();
    samples
}

/// The body as a person reads it: one key a line.
fn readable(body: &[u8]) -> String {
    let decoded = |half: &str| {
        let bytes = half.replace('+', " ");
        let mut out = Vec::new();
        let mut rest = bytes.as_bytes();
        while let [first, tail @ ..] = rest {
            match (first, tail) {
                (b'%', [a, b, tail @ ..]) => {
                    let digits = String::from_utf8_lossy(&[*a, *b]).into_owned();
                    out.push(u8::from_str_radix(&digits, 16).expect("samples are well-formed"));
                    rest = tail;
                }
                _ => {
                    out.push(*first);
                    rest = tail;
                }
            }
        }
        String::from_utf8(out).expect("samples are UTF-8")
    };
    let text = std::str::from_utf8(body).expect("samples are UTF-8");
    text.trim()
        .split('&')
        .map(decoded)
        .collect::<Vec<_>>()
        .join("\n")
}

fn check(kind: Kind, system: &str) {
    for (name, body) in samples(system) {
        let result = webhook(kind, system, &FORM, &body);
        assert!(result.is_ok(), "{name}: {result:?}");
        let text = format!("{}\n---\n{}", readable(&body), show(&result));
        insta::assert_snapshot!(format!("{system}.{name}"), text);
    }
}

#[test]
fn kommo() {
    check(Kind::Kommo, "kommo");
}

#[test]
fn activecampaign() {
    check(Kind::ActiveCampaign, "activecampaign");
}

#[test]
fn bitrix24() {
    check(Kind::Bitrix24, "bitrix24");
}

/// Bitrix24 sends along what lets one act in the account. The samples have `CREDENTIAL` for it.
#[test]
fn credentials_are_not_passed_on() {
    let mut with = 0;
    for (name, body) in samples("bitrix24") {
        let text = String::from_utf8(body.clone()).expect("samples are UTF-8");
        with += usize::from(text.contains("CREDENTIAL"));
        let arrivals = webhook(Kind::Bitrix24, "bitrix24", &FORM, &body).expect("samples are good");
        let json = serde_json::to_string(&arrivals).expect("arrivals serialise");
        assert!(!json.contains("CREDENTIAL"), "{name}: {json}");
        assert!(!json.contains("oauth.bitrix.info"), "{name}: {json}");
        // errors quote keys, never values
        let cut = text.replace("event=", "happened=");
        let refused = webhook(Kind::Bitrix24, "bitrix24", &FORM, cut.as_bytes());
        let error = refused.expect_err("there is no event").to_string();
        assert!(!error.contains("CREDENTIAL"), "{name}: {error}");
    }
    assert!(with > 60, "{with}");
}

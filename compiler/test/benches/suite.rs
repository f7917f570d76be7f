//! A thousand tests.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

use divan::Bencher;
use divan::counter::ItemsCount;
use trig_compiler::{SourceSet, compile};
use trig_test::{Options, Suite};

fn main() {
    divan::main();
}

const TESTS: usize = 1_000;

fn suite() -> Suite {
    let manifest = "[project]\nid = \"acme\"\nzone = \"Europe/Berlin\"\ncurrency = \"USD\"\n";
    let mut text = "use kommo
pipeline Sales for lead { stage New initial  stage Talking  stage Won success }
trigger Answered for lead {
    on message.incoming(channel: \"telegram\")
    when price > 5 USD and tags has \"VIP\"
    cooldown 1d per lead
    do { move to Talking  log(text: \"x\") }
}
trigger Late for lead {
    on lead enters Sales.Talking
    after 2d while stage == Sales.Talking unless message.outgoing
    do log(text: \"late\")
}
"
    .to_owned();
    for n in 0..TESTS {
        text.push_str(&format!(
            "test \"nr {n}\" {{
    given contact c(name: \"Ann\")
    given lead d(stage: Sales.New, price: {n} USD, tags: [\"VIP\"], contacts: [c])
    clock 2026-03-02 10:00
    send message.incoming(text: \"hi\", contact: c, lead: d, channel: \"telegram\")
    send message.incoming(text: \"hi\", contact: c, lead: d, channel: \"mail\")
    advance 1d
    set d.tags += \"a\"
    advance 2d
    expect d.price == {n} USD
    expect fired Late {}
    expect called log
}}
",
            if n > 5 { "once" } else { "5 times" },
        ));
    }
    let compilation = compile(&SourceSet {
        manifest: Some(manifest.into()),
        files: vec![("main.trig".into(), text.into())],
    });
    Suite::new(compilation.ir.unwrap(), compilation.tests)
}

#[divan::bench(args = [1, 2])]
fn thousand(bencher: Bencher<'_, '_>, jobs: usize) {
    let suite = suite();
    let options = Options {
        jobs: std::num::NonZeroUsize::new(jobs),
        coverage: true,
        ..Options::default()
    };
    bencher.counter(ItemsCount::new(TESTS)).bench(|| {
        let report = suite.run(options, &|_| {}).unwrap();
        assert_eq!(report.failed(), 6);
        report
    });
}

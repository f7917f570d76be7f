fn main() {
    for f in std::env::args().skip(1) {
        let t = std::fs::read_to_string(&f).unwrap();
        match trig_fmt::format(&t) {
            Ok(o) => {
                print!("{o}");
                let a = trig_fmt::format(&o).unwrap();
                if a != o {
                    println!("!!!! NOT IDEMPOTENT");
                    std::fs::write("/tmp/a", &o).unwrap();
                    std::fs::write("/tmp/b", a).unwrap();
                }
            }
            Err(e) => println!("!!!! {f} {e:?}"),
        }
    }
}

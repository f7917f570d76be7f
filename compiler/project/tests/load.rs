//! Projects on a disk, whole and broken.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use trig_project::{LoadError, Loaded, find, load};

const MANIFEST: &str = "[project]\nid = \"acme\"\n";

/// A directory with these files; a path that ends in `/` is an empty directory.
fn tree(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    dir
}

fn names(loaded: &Loaded) -> Vec<&str> {
    loaded.sources.files.iter().map(|f| f.0.as_str()).collect()
}

fn messages(loaded: &Loaded) -> Vec<String> {
    let show = |d: &trig_compiler::Diagnostic| format!("{}: {}", d.rule, d.message);
    loaded.diagnostics.iter().map(show).collect()
}

#[test]
fn files_are_sorted_and_named_with_slashes() {
    let dir = tree(&[
        ("trig.toml", MANIFEST.as_bytes()),
        ("z.trig", b"z"),
        ("a/b/c.trig", b"c"),
        ("a.trig", "// ü".as_bytes()),
        ("notes.txt", b"\xff"),
        (".git/x.trig", b"hidden"),
        ("target/x.trig", b"built"),
        ("inner/trig.toml", b""),
        ("inner/x.trig", b"another project"),
    ]);
    let loaded = load(dir.path()).unwrap();
    assert_eq!(names(&loaded), ["a.trig", "a/b/c.trig", "z.trig"]);
    assert_eq!(&*loaded.sources.files[0].1, "// ü");
    assert_eq!(loaded.sources.manifest.as_deref(), Some(MANIFEST));
    assert_eq!(messages(&loaded), [] as [&str; 0]);
    assert_eq!(loaded.file_count(), 3);
}

#[test]
fn a_hidden_root_is_read() {
    let dir = tree(&[(".config/target/a.trig", b"")]);
    let loaded = load(&dir.path().join(".config/target")).unwrap();
    assert_eq!(names(&loaded), ["a.trig"]);
}

#[test]
fn broken_files_cost_only_themselves() {
    let dir = tree(&[
        ("trig.toml", MANIFEST.as_bytes()),
        ("good.trig", b""),
        ("latin1.trig", b"// one\n// Gr\xfc\xdfe\n"),
        ("utf16.trig", b"\xff\xfea\0"),
    ]);
    let huge = fs::File::create(dir.path().join("huge.trig")).unwrap();
    huge.set_len(trig_project::MAX_FILE + 1).unwrap();
    symlink("nowhere", dir.path().join("link.trig")).unwrap();
    let _socket = UnixListener::bind(dir.path().join("socket.trig")).unwrap();
    let loaded = load(dir.path()).unwrap();
    assert_eq!(names(&loaded), ["good.trig"]);
    assert_eq!(
        messages(&loaded),
        [
            "file-too-large: `huge.trig` is larger than 8 MiB",
            "file-not-utf8: `latin1.trig` is not UTF-8: byte 0xfc at offset 12, in line 2",
            "file-unreadable: `link.trig` cannot be read: No such file or directory (os error 2)",
            "file-unreadable: `socket.trig` cannot be read: it is no regular file",
            "file-not-utf8: `utf16.trig` is not UTF-8: byte 0xff at offset 0, in line 1",
        ]
    );
    assert_eq!(loaded.file_count(), 6);
    let utf16 = loaded.diagnostics.last().unwrap();
    assert_eq!(
        utf16.help.as_deref(),
        Some("it looks like UTF-16: save it as UTF-8")
    );
}

#[test]
fn the_largest_file_is_read() {
    let dir = tree(&[]);
    let text = vec![b'/'; usize::try_from(trig_project::MAX_FILE).unwrap()];
    fs::write(dir.path().join("a.trig"), text).unwrap();
    assert_eq!(names(&load(dir.path()).unwrap()), ["a.trig"]);
}

#[test]
fn a_project_without_source() {
    let dir = tree(&[("trig.toml", MANIFEST.as_bytes()), ("readme.md", b"")]);
    let loaded = load(dir.path()).unwrap();
    assert_eq!(
        messages(&loaded),
        ["empty-project: the project has no `.trig` file"]
    );
}

#[test]
fn a_manifest_that_cannot_be_read_is_not_also_missing() {
    let dir = tree(&[("trig.toml", b"# \xff\n"), ("a.trig", b"")]);
    let loaded = load(dir.path()).unwrap();
    let (_, of_manifest) = trig_compiler::manifest::parse(loaded.sources.manifest.as_deref());
    assert_eq!(of_manifest.len(), 1);
    let all = loaded.with(of_manifest);
    let [only] = all.as_slice() else {
        panic!("{all:?}");
    };
    assert_eq!(only.rule, "file-not-utf8");
}

#[test]
fn links_are_followed_once() {
    let dir = tree(&[("shared/s.trig", b""), ("project/a/a.trig", b"")]);
    let project = dir.path().join("project");
    symlink("../shared", project.join("lib")).unwrap();
    // the same files again, and round in circles
    symlink("lib", project.join("lib2")).unwrap();
    symlink("a", project.join("0")).unwrap();
    symlink("..", project.join("a/up")).unwrap();
    symlink(".", project.join("self")).unwrap();
    let loaded = load(&project).unwrap();
    assert_eq!(names(&loaded), ["a/a.trig", "lib/s.trig"]);
    assert_eq!(messages(&loaded), [] as [&str; 0]);
}

#[test]
fn what_a_path_means() {
    let dir = tree(&[
        ("shop/trig.toml", b""),
        ("shop/sub/a.trig", b""),
        ("shop/sub/inner/trig.toml", b""),
        ("office/trig.toml", b""),
        ("office/readme.md", b""),
        ("loose/b.trig", b""),
    ]);
    let root = dir.path();
    let found = |path: &str| -> Vec<PathBuf> {
        let found = find(&root.join(path)).unwrap();
        let relative = |p: PathBuf| p.strip_prefix(root).unwrap().to_owned();
        found.into_iter().map(relative).collect()
    };
    let shop = [Path::new("shop")];
    assert_eq!(found("shop"), shop);
    assert_eq!(found("shop/trig.toml"), shop);
    assert_eq!(found("shop/sub/a.trig"), shop);
    assert_eq!(found(""), [Path::new("office"), Path::new("shop")]);
    assert_eq!(found("loose"), [Path::new("loose")]);
    assert_eq!(found("loose/b.trig"), [Path::new("loose")]);
    assert_eq!(found("shop/sub"), [Path::new("shop/sub/inner")]);
    assert!(matches!(
        find(&root.join("nothing")),
        Err(LoadError::Missing(_))
    ));
    assert!(matches!(
        find(&root.join("shop/sub/a.trig/x")),
        Err(LoadError::Missing(_))
    ));
    assert!(matches!(
        find(&root.join("office/readme.md")),
        Err(LoadError::NoProject(_))
    ));
}

#[test]
fn a_directory_that_is_none() {
    let dir = tree(&[]);
    assert!(matches!(
        load(&dir.path().join("x")),
        Err(LoadError::Io { .. })
    ));
}

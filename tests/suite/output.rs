//! The public folder from outside: what a build writes, keeps, removes and refuses.

use guidepost::output::{Committed, MemoryStage, Record, Stage};
use guidepost::render::Sink as _;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

type Records = Arc<BTreeMap<String, Record>>;

/// A public folder that is built again and again.
struct Public {
    folder: tempfile::TempDir,
}

impl Public {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("public")
    }

    fn try_build(&self, files: &[(&str, &str)]) -> anyhow::Result<Committed> {
        self.try_build_after(&Records::default(), files)
    }

    /// A build that is told what an earlier one left.
    fn try_build_after(
        &self,
        known: &Records,
        files: &[(&str, &str)],
    ) -> anyhow::Result<Committed> {
        let mut stage = Stage::open(&self.out())?;
        stage.know(Arc::clone(known));
        for (path, text) in files {
            stage.write(path, text.as_bytes())?;
        }
        stage.commit()
    }

    #[track_caller]
    fn build(&self, files: &[(&str, &str)]) -> Committed {
        self.try_build(files).expect("a build that works")
    }

    /// The message of a build that is refused.
    #[track_caller]
    fn refused(&self, files: &[(&str, &str)]) -> String {
        let before = self.files();
        let error = self.try_build(files).expect_err("a refusal");
        assert_eq!(self.files(), before, "a refused build changed something");
        format!("{error:#}").replace(&*self.folder.path().to_string_lossy(), "[ROOT]")
    }

    fn put(&self, path: &str, text: &str) {
        let file = self.out().join(path);
        fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
        fs::write(file, text).expect("a file");
    }

    fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.out().join(path)).ok()
    }

    /// Everything in the public folder but the list of files, folders with a slash.
    fn files(&self) -> Vec<String> {
        let mut files: Vec<String> = walkdir::WalkDir::new(self.out())
            .min_depth(1)
            .into_iter()
            .flatten()
            .map(|entry| {
                let path = entry.path().strip_prefix(self.out()).expect("below");
                let slash = if entry.file_type().is_dir() { "/" } else { "" };
                format!("{}{slash}", path.display())
            })
            .filter(|path| path != ".guidepost-manifest")
            .collect();
        files.sort();
        files
    }
}

fn figures(committed: &Committed) -> (usize, usize, usize) {
    (committed.outputs, committed.written, committed.removed)
}

#[test]
fn only_what_changed_is_written() {
    let public = Public::new();
    let first = public.build(&[("a/index.html", "a"), ("b.txt", "b")]);
    assert_eq!(figures(&first), (2, 2, 0));
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    for file in ["a/index.html", "b.txt"] {
        let file = File::options().write(true).open(public.out().join(file));
        file.and_then(|file| file.set_modified(long_ago))
            .expect("a new time");
    }
    let second = public.build(&[("a/index.html", "a"), ("b.txt", "changed")]);
    assert_eq!(figures(&second), (2, 1, 0));
    let modified = |path: &str| {
        let meta = fs::metadata(public.out().join(path));
        meta.and_then(|meta| meta.modified()).expect("a time")
    };
    assert_eq!(modified("a/index.html"), long_ago);
    assert_ne!(modified("b.txt"), long_ago);
    assert_eq!(
        figures(&public.build(&[("a/index.html", "a"), ("b.txt", "changed")])),
        (2, 0, 0)
    );
}

#[test]
fn what_is_known_of_a_file_holds_until_somebody_touches_it() {
    let public = Public::new();
    let files = [("a", "a"), ("b", "b"), ("c", "c"), ("d", "d"), ("e", "e")];
    let known = Arc::new(public.build(&files).records);
    public.put("b", "by hand");
    public.put("c", "by hand");
    fs::remove_file(public.out().join("d")).expect("removed");
    let files = [("a", "a"), ("b", "b"), ("c", "new"), ("d", "d"), ("e", "E")];
    let outcome = public.try_build_after(&known, &files);
    assert_eq!(figures(&outcome.expect("a build")), (5, 4, 0));
    for (path, text) in files {
        assert_eq!(public.text(path).as_deref(), Some(text));
    }
}

#[test]
fn what_is_no_longer_made_goes_and_what_others_put_there_stays() {
    let public = Public::new();
    public.build(&[
        ("a/b/index.html", "x"),
        ("c/index.html", "y"),
        ("d.txt", "d"),
    ]);
    public.put("c/photo.jpg", "by hand");
    public.put("CNAME", "example.org");
    public.put("empty/.keep", "");
    let outcome = public.build(&[("d.txt", "d")]);
    assert_eq!(figures(&outcome), (1, 0, 2));
    assert_eq!(
        public.files(),
        [
            "CNAME",
            "c/",
            "c/photo.jpg",
            "d.txt",
            "empty/",
            "empty/.keep"
        ]
    );
}

#[test]
fn a_file_that_somebody_edited_is_no_longer_ours_to_remove() {
    let public = Public::new();
    public.build(&[("a.html", "a"), ("b.html", "b")]);
    public.put("a.html", "edited by hand");
    let outcome = public.build(&[("b.html", "b")]);
    assert_eq!(outcome.removed, 0);
    assert!(outcome.notes[0].contains("`a.html`"), "{:?}", outcome.notes);
    assert_eq!(public.text("a.html").as_deref(), Some("edited by hand"));
}

#[test]
fn a_build_that_is_given_up_changes_nothing() {
    let public = Public::new();
    public.build(&[("a.html", "a")]);
    let manifest = public.text(".guidepost-manifest");
    let stage = Stage::open(&public.out()).expect("a stage");
    stage.write("a.html", b"new").expect("staged");
    stage.write("b.html", b"new").expect("staged");
    drop(stage);
    assert_eq!(public.files(), ["a.html"]);
    assert_eq!(public.text("a.html").as_deref(), Some("a"));
    assert_eq!(public.text(".guidepost-manifest"), manifest);
    let left: Vec<_> = fs::read_dir(public.folder.path().join(".guidepost"))
        .expect("the area")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert_eq!(left, ["public.lock"], "nothing but the lock is left");
}

#[test]
fn a_first_build_that_fails_makes_no_folder() {
    let public = Public::new();
    let stage = Stage::open(&public.out()).expect("a stage");
    stage.write("a.html", b"new").expect("staged");
    drop(stage);
    assert!(!public.out().exists());
}

#[test]
fn a_file_becomes_a_folder_and_back() {
    let public = Public::new();
    public.build(&[("a", "file"), ("b/c/d", "deep")]);
    public.build(&[("a/index.html", "page"), ("b", "flat")]);
    assert_eq!(public.files(), ["a/", "a/index.html", "b"]);
    public.build(&[("a", "file"), ("b/c/d", "deep")]);
    assert_eq!(public.files(), ["a", "b/", "b/c/", "b/c/d"]);
}

#[test]
fn files_of_others_that_are_in_the_way_stop_the_build() {
    let public = Public::new();
    public.build(&[("a.html", "a")]);
    public.put("robots.txt", "by hand");
    let message = public.refused(&[("a.html", "b"), ("robots.txt", "made")]);
    assert_eq!(
        message,
        "`[ROOT]/public/robots.txt` is in the way: it was not written by a build; move it to \
         `static/` or away"
    );
    public.put("tags", "a file");
    let message = public.refused(&[("tags/index.html", "made")]);
    assert!(message.contains("needs a folder of that name"), "{message}");
    public.put("jobs", "a file");
    let message = public.refused(&[("tags/index.html", "made"), ("jobs/index.html", "made")]);
    assert!(message.starts_with("`[ROOT]/public/jobs`"), "{message}");
    public.put("feed.xml/notes.txt", "by hand");
    let message = public.refused(&[("feed.xml", "made")]);
    assert!(
        message.contains("folder with files of somebody else"),
        "{message}"
    );
    // The same bytes are in nobody's way.
    public.build(&[("robots.txt", "by hand")]);
}

#[test]
fn a_folder_of_another_generator_is_taken_over() {
    let public = Public::new();
    public.put("index.html", "made by something else");
    public.put("old.html", "made by something else");
    let outcome = public.build(&[("index.html", "ours")]);
    assert_eq!(figures(&outcome), (1, 1, 0));
    assert_eq!(public.text("index.html").as_deref(), Some("ours"));
    assert_eq!(public.files(), ["index.html", "old.html"]);
}

#[test]
fn a_damaged_list_costs_one_line_and_no_file() {
    let public = Public::new();
    public.build(&[("a.html", "a"), ("b.html", "b")]);
    public.put(
        ".guidepost-manifest",
        "guidepost-manifest 1 2\n\0\u{1}garbage",
    );
    let outcome = public.build(&[("a.html", "new")]);
    assert_eq!(figures(&outcome), (1, 1, 0));
    assert_eq!(outcome.notes.len(), 1, "{:?}", outcome.notes);
    assert_eq!(public.files(), ["a.html", "b.html"]);
    assert_eq!(public.build(&[]).removed, 1);
}

#[test]
fn two_builds_into_one_folder_do_not_mix() {
    let public = Public::new();
    let first = Stage::open(&public.out()).expect("a stage");
    let message = public.refused(&[("a.html", "second")]);
    assert!(
        message.starts_with("another build is writing to `[ROOT]/public`"),
        "{message}"
    );
    first.write("a.html", b"first").expect("staged");
    first.commit().expect("committed");
    assert_eq!(public.text("a.html").as_deref(), Some("first"));
}

#[test]
fn paths_that_leave_the_folder_are_refused() {
    let public = Public::new();
    for path in ["../x", "/x", "a/../../x", "a\\..\\x", "", "a//b", "\0"] {
        let message = public.refused(&[(path, "x")]);
        assert!(
            message.contains("cannot be the path of an output"),
            "{message}"
        );
    }
    let memory = MemoryStage::default();
    assert!(memory.write("../x", b"x").is_err());
}

#[test]
fn one_path_is_written_once() {
    let public = Public::new();
    let message = public.refused(&[("a.html", "1"), ("a.html", "2")]);
    assert_eq!(message, "two outputs would be `a.html`");
    let message = public.refused(&[("a", "file"), ("a/b.html", "below it")]);
    assert_eq!(message, "`a` would be a file and the folder of `a/b.html`");
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_not_followed() {
    use std::os::unix::fs::symlink;
    let public = Public::new();
    let outside = public.folder.path().join("outside");
    fs::create_dir(&outside).expect("a folder");
    public.build(&[("a.html", "a")]);
    symlink(&outside, public.out().join("images")).expect("a link");
    let message = public.refused(&[("images/x.png", "x")]);
    assert!(
        message.contains("leads out of the output folder"),
        "{message}"
    );
    assert_eq!(fs::read_dir(&outside).expect("the folder").count(), 0);
    // A link in the place of a file is replaced, and what it led to stays.
    let target = outside.join("target");
    fs::write(&target, "a").expect("a file");
    fs::remove_file(public.out().join("a.html")).expect("removed");
    symlink(&target, public.out().join("a.html")).expect("a link");
    public.build(&[("a.html", "new")]);
    assert_eq!(fs::read_to_string(&target).expect("the target"), "a");
    assert!(is_plain(&public.out().join("a.html")));
    // The public folder itself may be a link.
    let linked = Public::new();
    symlink(&outside, linked.out()).expect("a link");
    linked.build(&[("b.html", "b")]);
    assert_eq!(fs::read_to_string(outside.join("b.html")).expect("b"), "b");
}

#[cfg(unix)]
fn is_plain(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file())
}

#[test]
fn copies_are_streamed_and_compared_like_all_else() {
    let public = Public::new();
    let source = public.folder.path().join("big.bin");
    let mut bytes = vec![7_u8; 5 << 20];
    let copy = || {
        let stage = Stage::open(&public.out()).expect("a stage");
        stage.copy("big.bin", &source).expect("copied");
        stage.commit().expect("committed")
    };
    fs::write(&source, &bytes).expect("a source");
    assert_eq!(figures(&copy()), (1, 1, 0));
    assert_eq!(figures(&copy()), (1, 0, 0));
    bytes[4 << 20] = 8;
    fs::write(&source, &bytes).expect("a source");
    assert_eq!(figures(&copy()), (1, 1, 0));
    assert_eq!(
        fs::read(public.out().join("big.bin")).expect("a copy"),
        bytes
    );
}

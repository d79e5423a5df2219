//! Push and nothing else: from an empty folder by `init` and `ci gitea` to a bare repository
//! whose hook runs the steps of the workflow that was written, each time on a fresh disk, as a
//! runner does. The site goes to a real S3 server, the posts to a real WordPress and a server
//! that speaks Mastodon's API, the ledgers back into the repository. Killed anywhere, the next
//! push puts it right.

mod bucket;
mod road;
mod seat;

use crate::community::decoded;
use crate::platforms::flaky::Mishap;
use crate::platforms::mastodon::Mastodon;
use road::{Begin, Hold, Road};
use seat::{links, posted, seats};

/// What the example says to readers of an article.
const CALL: &str = "还在外地？先关注，每两周一封，不催你做决定。";

/// One push: online, posted with the way in, recorded; a second push posts nothing; an edit
/// changes the same posts.
fn from_push_to_follower(social: fn() -> Mastodon) {
    let road = Road::new(Begin::Empty, seats(social), None);
    road.write("第一版。");
    finished(&road, &road.push());
    for seat in &road.seats {
        let html = (seat.html)(&posted(&road.ledger(seat.name)));
        leads_in(&road, seat.name, &html);
    }
    the_way_in_is_there(&road);
    let ledgers = || road.seats.iter().map(|seat| road.ledger(seat.name));
    let before: Vec<String> = ledgers().collect();
    road.commit();
    finished(&road, &road.push());
    assert_eq!(ledgers().collect::<Vec<_>>(), before, "nothing is new");
    road.write("改过了，第二版。");
    finished(&road, &road.push());
    for (seat, before) in road.seats.iter().zip(before) {
        let ledger = road.ledger(seat.name);
        assert!(ledger.contains("\"action\":\"update\""), "{ledger}");
        assert!(!ledger.contains("unknown"), "{ledger}");
        let (old, new) = (posted(&before), posted(&ledger));
        assert_eq!(old.url, new.url);
        let text = seat.bench.text(&new);
        assert!(
            text.contains("第二版") && !text.contains("第一版"),
            "{text}"
        );
    }
    let page = road.page(&road.canonical());
    assert!(String::from_utf8_lossy(&page).contains("第二版"));
}

/// The last run ended well: the page is online, each server has one post of it, each ledger says
/// so once.
#[track_caller]
fn finished(road: &Road, log: &str) {
    assert!(log.ends_with("run ended with 0\n"), "{log}");
    road.page(&road.canonical());
    for seat in &road.seats {
        assert_eq!(
            seat.bench.count(&road.canonical()),
            1,
            "{}: {log}",
            seat.name
        );
        let ledger = road.ledger(seat.name);
        let lines: Vec<serde_json::Value> = ledger
            .lines()
            .map(|line| serde_json::from_str(line).expect("a line"))
            .collect();
        let creates = lines.iter().filter(|line| line["action"] == "create");
        let creates: Vec<_> = creates.map(|line| &line["attempt"]).collect();
        let made = lines.iter().filter(|line| {
            let is_done = line["event"] == "done" && creates.contains(&&line["attempt"]);
            is_done || line["event"] == "adopted"
        });
        assert_eq!(made.count(), 1, "{}: {ledger}", seat.name);
    }
}

/// A post calls its readers, and its links lead to pages that are there, by a road of its own.
#[track_caller]
fn leads_in(road: &Road, account: &str, html: &str) {
    assert!(html.contains(CALL), "{html}");
    let links = links(html);
    let own: Vec<&String> = links
        .iter()
        .filter(|link| link.starts_with(&road.web))
        .collect();
    for target in ["/join/", &format!("/articles/{}/", road.name)] {
        let link = format!(
            "{}{target}?utm_source={account}&utm_medium={}&utm_campaign={}",
            road.web,
            if account == "blog" {
                "article"
            } else {
                "social"
            },
            road.name
        );
        assert!(
            own.iter().any(|own| own.starts_with(&link)),
            "{link}: {own:?}"
        );
    }
    if account == "blog" {
        // A link of the text itself.
        let door = format!("{}/go/telegram/", road.web);
        assert!(own.iter().any(|own| own.starts_with(&door)), "{own:?}");
    }
    for link in own {
        road.page(link);
    }
}

/// On the storage server the join page leads to doors, a door leads on, and its code leads to it.
fn the_way_in_is_there(road: &Road) {
    let join = road.page(&format!("{}/join/", road.web));
    let join = String::from_utf8_lossy(&join).into_owned();
    for channel in ["wechat", "telegram", "list"] {
        let door = format!("/go/{channel}/");
        assert!(links(&join).contains(&door), "{door}: {join}");
        road.page(&format!("{}{door}", road.web));
    }
    let door = road.page(&format!("{}/go/telegram/", road.web));
    let door = String::from_utf8_lossy(&door).into_owned();
    assert!(links(&door).contains(&"https://chat.example.org/yunlan".to_owned()));
    let code = decoded(&road.page(&format!("{}/go/telegram/qr.png", road.web)));
    let tracked = format!("{}/go/telegram/?utm_source=site&utm_medium=qr", road.web);
    assert!(code.starts_with(&tracked), "{code}");
    road.page(&code);
}

/// A run that is killed between two steps leaves nothing behind that the next does not mend.
fn killed_after(step: &str) {
    let road = Road::new(Begin::Small, seats(super::snac::bench), None);
    road.dying(step);
    road.write("第一版。");
    let log = road.push();
    assert!(log.ends_with("run ended with 137\n"), "{log}");
    road.dying("");
    road.commit();
    finished(&road, &road.push());
}

/// A run that is killed while a server has its request, before and after it was done.
fn killed_at(hold: Hold) {
    let road = Road::new(Begin::Small, seats(super::snac::bench), Some(hold));
    road.write("第一版。");
    road.push_and_kill();
    assert!(!road.log().contains("run ended"), "{}", road.log());
    road.commit();
    finished(&road, &road.push());
}

/// Two runs that begin with the same state, as a schedule and a push do: one posts, the other
/// finds its reservation refused and leaves it to the first.
fn two_runs_at_once() {
    let road = Road::new(Begin::Small, seats(super::snac::bench), None);
    // The site is online already: of two deploys at once, one would stop there.
    road.dying("Deploy");
    road.write("第一版。");
    road.push();
    road.dying("");
    let runs = road.two_runs().map(|mut run| run.spawn().expect("a shell"));
    for mut run in runs {
        run.wait().expect("an end");
    }
    let log = road.log();
    assert_eq!(log.matches("run ended with 0\n").count(), 2, "{log}");
    assert!(log.contains("another run was faster"), "{log}");
    finished(&road, &log);
    for seat in &road.seats {
        let ledger = road.ledger(seat.name);
        let intended = ledger.matches("\"event\":\"intended\"").count();
        assert_eq!(intended, 1, "{ledger}");
    }
}

macro_rules! pushes {
    ($($name:ident => $trial:expr;)+) => {
        $(
            #[test]
            #[ignore = "needs tests/servers/all.sh start s3 wordpress mastodon mastodon-limits"]
            fn $name() {
                $trial;
            }
        )+
    };
}

pushes! {
    a_push_brings_a_page_online_and_its_posts_out => from_push_to_follower(super::snac::bench);
    a_push_to_a_server_with_limits_does_the_same => from_push_to_follower(super::mastodon::bench);
    killed_after_the_build => killed_after("Build");
    killed_while_uploading => killed_at(Hold::Upload(Mishap::HoldBefore));
    killed_before_an_upload_was_answered => killed_at(Hold::Upload(Mishap::HoldAfter));
    killed_between_deploy_and_publish => killed_after("Deploy");
    killed_before_the_reservation_arrived => killed_at(Hold::Push("Reserve", false));
    killed_when_the_reservation_had_arrived => killed_at(Hold::Push("Reserve", true));
    killed_before_the_blog_took_its_post => killed_at(Hold::Post("blog", Mishap::HoldBefore));
    killed_when_the_blog_had_its_post => killed_at(Hold::Post("blog", Mishap::HoldAfter));
    killed_before_the_chat_took_its_post => killed_at(Hold::Post("chat", Mishap::HoldBefore));
    killed_when_the_chat_had_its_post => killed_at(Hold::Post("chat", Mishap::HoldAfter));
    killed_before_the_record_arrived => killed_at(Hold::Push("Record", false));
    killed_when_the_record_had_arrived => killed_at(Hold::Push("Record", true));
    killed_after_all_was_done => killed_after("Publish");
    of_two_runs_at_once_one_posts => two_runs_at_once();
}

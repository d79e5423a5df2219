//! The in-memory platform, the reference of all others, in every recovery class.

use crate::platforms::behaviours;
use crate::platforms::bench::{Bench, Session, Trouble};
use guidepost::platform::Remote;
use guidepost::platform::capability::Recovery;
use guidepost::platform::memory::{Fault, Memory, capabilities};
use std::time::Duration;

struct MemoryBench(Memory);

fn bench(recovery: Recovery) -> MemoryBench {
    MemoryBench(Memory::new(capabilities(recovery)))
}

impl Bench for MemoryBench {
    fn open(&self, trouble: Trouble) -> Session {
        let fault = match trouble {
            Trouble::None => None,
            Trouble::WrongSecret => Some(Fault::Credentials),
            Trouble::Down => Some(Fault::Unreachable),
            Trouble::LostBefore => Some(Fault::LostBefore),
            Trouble::LostAfter | Trouble::Cut | Trouble::WebPage => Some(Fault::LostAfter),
            Trouble::Busy => Some(Fault::Limited),
        };
        // A clone shares the store.
        self.0.order(fault.as_slice());
        Session::direct(Box::new(self.0.clone()))
    }

    fn count(&self, canonical: &str) -> usize {
        let posts = self.0.posts();
        posts
            .iter()
            .filter(|post| post.canonical == canonical)
            .count()
    }

    fn text(&self, remote: &Remote) -> String {
        let posts = self.0.posts();
        let post = posts.iter().find(|post| post.id == remote.id);
        post.expect("the post is there").text.clone()
    }

    fn edit(&self, remote: &Remote, text: &str) {
        self.0.edit(&remote.id, text);
    }

    fn remove(&self, remote: &Remote) {
        self.0.remove(&remote.id);
    }

    fn cover(&self, _remote: &Remote) -> Option<String> {
        None
    }
}

behaviours!(chosen_key, super::bench(super::Recovery::ChosenKey));
behaviours!(
    dedupe_key,
    super::bench(super::Recovery::DedupeKey(super::Duration::from_secs(3600)))
);
behaviours!(natural_key, super::bench(super::Recovery::NaturalKey));
behaviours!(look_up, super::bench(super::Recovery::LookUp));
behaviours!(ask_person, super::bench(super::Recovery::AskPerson));

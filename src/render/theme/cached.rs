//! The function `cached` of templates: takes a component's name and arguments, gives its HTML,
//! rendered once as long as the arguments are the same.
//!
//! A card stands on ten lists and looks alike on all of them, and so does a footer on every page.
//! A component called like this sees its arguments and what no page of a language changes
//! ([`GIVEN`]), so the arguments say everything. Texts and numbers are the same when they are
//! equal, lists and records when they lie at one address: what many outputs share is made once.
//! Arguments are kept beside what was made of them, so that nothing else can come to lie there.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tera::{Context, Error, Kwargs, State, Tera, TeraResult, Value};

/// Variables that a component may take from around it (`@t`) when it is called by `cached`.
pub(crate) const GIVEN: [&str; 3] = ["t", "theme", "lang"];

/// The argument that names the component.
pub(crate) const COMPONENT: &str = "component";

/// Threads seldom meet in one of so many parts.
const PARTS: usize = 16;

/// Bytes that a generation of a part holds, by a guess that rather overrates.
const GENERATION_BYTES: usize = 512 << 10;

/// What an entry takes beside its text and its key.
const ENTRY_BYTES: usize = 256;

/// As deep as the engine lets components call each other.
const DEEPEST: usize = 20;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// What went wrong inside a component: the engine keeps only the words of a function's error.
    static FAILURE: RefCell<Option<Error>> = const { RefCell::new(None) };
}

/// Gives an engine the function. `engine` is that engine itself, `given` are the values of
/// [`GIVEN`].
pub(super) fn register(tera: &mut Tera, engine: Weak<Tera>, given: Context, cache: Arc<Cache>) {
    tera.register_function(
        "cached",
        move |arguments: Kwargs, state: &State| -> TeraResult<Value> {
            let name = arguments.must_get::<&str>(COMPONENT)?;
            let escapes = state.autoescaping_enabled();
            let key = key(&arguments, escapes);
            if let Some(html) = cache.get(&key) {
                return Ok(html);
            }
            let engine = engine
                .upgrade()
                .ok_or_else(|| Error::message("`cached` has no templates here"))?;
            let html = render(&engine, name, &arguments, &given, escapes)?;
            let html = if escapes {
                Value::safe_string(&html)
            } else {
                Value::from(html)
            };
            cache.put(key, &arguments, &html);
            Ok(html)
        },
    );
}

/// What went wrong inside a component that `cached` called, with its place there. Taken once.
pub(crate) fn failure() -> Option<Error> {
    FAILURE.take()
}

fn render(
    engine: &Tera,
    name: &str,
    arguments: &Kwargs,
    given: &Context,
    escapes: bool,
) -> TeraResult<String> {
    let depth = DEPTH.get();
    if depth == DEEPEST {
        return Err(Error::message(format!(
            "component `{name}` calls itself without an end"
        )));
    }
    let mut context = Context::new();
    for (key, value) in arguments.iter() {
        if let Some(key) = key.as_str().filter(|key| *key != COMPONENT) {
            context.insert_value(key.to_owned(), value.clone());
        }
    }
    DEPTH.set(depth + 1);
    let rendered = engine.render_component_with_implicits(name, &context, given, None, escapes);
    DEPTH.set(depth);
    rendered.map_err(|error| {
        let said = Error::message(error.to_string());
        // The innermost failure has the place; those around it only pass it on.
        let has_place = matches!(error.kind(), tera::ErrorKind::RenderingError(_));
        FAILURE.with_borrow_mut(|failure| {
            if failure.is_none() && has_place {
                *failure = Some(error);
            }
        });
        said
    })
}

/// Everything that a call's HTML depends on.
fn key(arguments: &Kwargs, escapes: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128);
    bytes.push(u8::from(escapes));
    for (name, value) in arguments.iter() {
        write_text(&mut bytes, name.as_str().unwrap_or_default());
        write(&mut bytes, value);
    }
    bytes
}

fn write(bytes: &mut Vec<u8>, value: &Value) {
    if let Some(text) = value.as_str() {
        bytes.push(if value.is_safe() { b'h' } else { b't' });
        write_text(bytes, text);
    } else if let Some(map) = value.as_map() {
        bytes.push(b'm');
        bytes.extend(std::ptr::from_ref(map).addr().to_le_bytes());
    } else if let Some(list) = value.as_array() {
        bytes.push(b'l');
        bytes.extend(list.as_ptr().addr().to_le_bytes());
        bytes.extend(list.len().to_le_bytes());
    } else {
        // Flags and numbers, and what says nothing more than its name.
        bytes.push(b'o');
        write_text(bytes, value.name());
        if value.is_bool() || value.is_number() {
            write_text(bytes, &value.to_string());
        }
    }
}

fn write_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u32).to_le_bytes());
    bytes.extend(text.as_bytes());
}

/// HTML by everything that it depends on.
#[derive(Default)]
pub(super) struct Cache {
    parts: [Mutex<Part>; PARTS],
}

/// Two generations: when the new one is full it becomes the old one, and what is asked for in
/// time moves on.
#[derive(Default)]
struct Part {
    new: HashMap<Vec<u8>, Made>,
    old: HashMap<Vec<u8>, Made>,
    /// Of the new generation.
    bytes: usize,
}

struct Made {
    html: Value,
    /// Never read: as long as they are here, their addresses are theirs.
    _arguments: Box<[Value]>,
}

impl Cache {
    /// Forgets everything.
    pub(super) fn clear(&self) {
        for part in &self.parts {
            *part.lock().unwrap_or_else(PoisonError::into_inner) = Part::default();
        }
    }

    fn part(&self, key: &[u8]) -> MutexGuard<'_, Part> {
        // Addresses go in equal steps, so every byte has to count (FNV-1a).
        let mixed = key.iter().fold(0x811c_9dc5_u32, |mixed, byte| {
            (mixed ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
        });
        self.parts[(mixed >> 16) as usize % PARTS]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, key: &[u8]) -> Option<Value> {
        let mut part = self.part(key);
        if let Some(made) = part.new.get(key) {
            return Some(made.html.clone());
        }
        let (key, made) = part.old.remove_entry(key)?;
        let html = made.html.clone();
        part.add(key, made);
        Some(html)
    }

    fn put(&self, key: Vec<u8>, arguments: &Kwargs, html: &Value) {
        let arguments = arguments.iter().map(|(_, value)| value);
        let arguments = arguments.filter(|value| value.as_map().is_some() || value.is_array());
        let made = Made {
            html: html.clone(),
            _arguments: arguments.cloned().collect(),
        };
        self.part(&key).add(key, made);
    }
}

impl Part {
    fn add(&mut self, key: Vec<u8>, made: Made) {
        let bytes = ENTRY_BYTES + key.len() + made.html.as_str().map_or(0, str::len);
        if self.bytes + bytes > GENERATION_BYTES {
            self.old = std::mem::take(&mut self.new);
            self.bytes = 0;
        }
        self.bytes += bytes;
        self.new.insert(key, made);
    }
}

#[cfg(test)]
mod tests {
    use super::{GENERATION_BYTES, PARTS, failure, register};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tera::{Context, Error, ErrorKind, Kwargs, State, Tera, Value};

    const COMPONENTS: &str = "\
{% component name(card, level = 2, @lang) %}<h{{ level }}>{{ card.title }} {{ lang }}{{ made() }}{% endcomponent name %}
{% component plain(of) %}({{ of }}{{ made() }}){% endcomponent plain %}
{% component again(card) %}{{ cached(component=\"again\", card=card) }}{% endcomponent again %}
{% component outer(card) %}{{ cached(component=\"inner\", card=card) }}{% endcomponent outer %}
{% component inner(card) %}
汉 {{ card.titel }}{% endcomponent inner %}";

    /// An engine, and how often components were rendered.
    fn engine(page: &str) -> (Arc<Tera>, Arc<AtomicUsize>) {
        let times = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&times);
        let mut given = Context::new();
        given.insert("lang", "zh");
        let engine = Arc::new_cyclic(|engine| {
            let mut tera = Tera::new();
            tera.register_function("made", move |_: Kwargs, _: &State| {
                count.fetch_add(1, Ordering::Relaxed);
                Value::from("")
            });
            register(&mut tera, engine.clone(), given, Arc::default());
            let parts = [("parts.html", COMPONENTS), ("page.html", page)];
            tera.add_raw_templates(parts).unwrap();
            tera
        });
        (engine, times)
    }

    fn card(title: &str) -> Value {
        Value::from_serializable(&std::collections::BTreeMap::from([("title", title)]))
    }

    fn show(engine: &Tera, card: &Value) -> Result<String, Error> {
        let mut context = Context::new();
        context.insert_value("card", card.clone());
        context.insert("lang", "of the page");
        engine.render("page.html", &context)
    }

    #[test]
    fn the_same_arguments_are_rendered_once_and_give_what_the_component_gives() {
        let (engine, times) = engine(
            "{{ cached(component=\"name\", card=card) }}|{{ cached(component=\"name\", card=card, level=3) }}",
        );
        let one = card("A & B");
        for _ in 0..5 {
            let shown = show(&engine, &one).unwrap();
            assert_eq!(shown, "<h2>A &amp; B zh|<h3>A &amp; B zh");
        }
        assert_eq!(times.load(Ordering::Relaxed), 2);
        let other = show(&engine, &card("C")).unwrap();
        assert_eq!(other, "<h2>C zh|<h3>C zh");
        assert_eq!(times.load(Ordering::Relaxed), 4);
    }

    #[test]
    fn what_lies_where_another_value_lay_is_not_taken_for_it() {
        let (engine, times) = engine("{{ cached(component=\"name\", card=card) }}");
        for number in 0..2000 {
            let title = number.to_string();
            let shown = show(&engine, &card(&title)).unwrap();
            assert_eq!(shown, format!("<h2>{title} zh"));
        }
        assert_eq!(times.load(Ordering::Relaxed), 2000);
    }

    #[test]
    fn texts_flags_and_html_are_told_apart() {
        let (engine, _) = engine(
            "{% set html %}<b>1{% endset %}\
             {% for of in [1, \"1\", 1.5, true, \"true\", \"<b>1\", html] %}{{ cached(component=\"plain\", of=of) }}{% endfor %}",
        );
        assert_eq!(
            show(&engine, &card("x")).unwrap(),
            "(1)(1)(1.5)(true)(true)(&lt;b&gt;1)(<b>1)"
        );
    }

    #[test]
    fn it_forgets_rather_than_grows() {
        let (engine, times) = engine("{{ cached(component=\"plain\", of=card.title) }}");
        let page = |title: &str| show(&engine, &card(title)).unwrap().len();
        let long = "长".repeat(1 << 14);
        let enough = 4 * PARTS * GENERATION_BYTES / long.len();
        for number in (0..=enough).chain([enough, 0]) {
            page(&format!("{number}{long}"));
        }
        // The last one was known, the first one was forgotten.
        assert_eq!(times.load(Ordering::Relaxed), enough + 2);
    }

    #[test]
    fn a_mistake_inside_has_its_place_there() {
        let (engine, _) = engine("{{ cached(component=\"outer\", card=card) }}");
        for _ in 0..2 {
            show(&engine, &card("x")).unwrap_err();
            let error = failure().unwrap();
            let ErrorKind::RenderingError(report) = error.kind() else {
                panic!("{error}");
            };
            assert_eq!(report.filename(), "parts.html");
            assert_eq!((report.span().start_line, report.span().start_col), (6, 10));
            assert!(failure().is_none());
        }
    }

    #[test]
    fn a_component_that_calls_itself_is_an_error() {
        let (engine, _) = engine("{{ cached(component=\"again\", card=card) }}");
        show(&engine, &card("x")).unwrap_err();
        let said = failure().unwrap().to_string();
        assert!(
            said.contains("component `again` calls itself without an end"),
            "{said}"
        );
        // It can be used afterwards.
        show(&engine, &card("x")).unwrap_err();
        failure();
    }
}

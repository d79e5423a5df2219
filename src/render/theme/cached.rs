//! The function `cached` of templates: takes a component's name and arguments, gives its HTML,
//! rendered once as long as the arguments are the same.
//!
//! A card stands on ten lists and looks alike on all of them, and so does a footer on every page.
//! A component called like this sees its arguments and what no page of a language changes
//! ([`GIVEN`]), so the arguments say everything. Texts and numbers are the same when they are
//! equal, lists and records when they lie at one address: what many outputs share is made once.
//! Such arguments are kept beside what was made of them, so that nothing else can come to lie
//! there.

mod cache;

pub(super) use cache::Cache;

use std::cell::{Cell, RefCell};
use std::sync::{Arc, Weak};
use tera::{Context, Error, Kwargs, State, Tera, TeraResult, Value};

/// Variables that a component may take from around it (`@t`) when it is called by `cached`.
pub(crate) const GIVEN: [&str; 3] = ["t", "theme", "lang"];

/// The argument that names the component.
pub(crate) const COMPONENT: &str = "component";

/// The argument that names an argument which is a list, to call the component for each item.
pub(crate) const EACH: &str = "each";

/// As deep as the engine lets components call each other.
const DEEPEST: usize = 20;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// What went wrong inside a component: the engine keeps only the words of a function's error.
    static FAILURE: RefCell<Option<Error>> = const { RefCell::new(None) };
}

/// What the function of a language knows.
struct Known {
    engine: Weak<Tera>,
    given: Context,
    cache: Arc<Cache>,
}

/// Gives an engine the function. `engine` is that engine itself, `given` are the values of
/// [`GIVEN`].
pub(super) fn register(tera: &mut Tera, engine: Weak<Tera>, given: Context, cache: Arc<Cache>) {
    let known = Known {
        engine,
        given,
        cache,
    };
    let function = move |arguments: Kwargs, state: &State| called(&known, &arguments, state);
    tera.register_function("cached", function);
}

/// What went wrong inside a component that `cached` called, with its place there. Taken once.
pub(crate) fn failure() -> Option<Error> {
    FAILURE.take()
}

fn called(known: &Known, arguments: &Kwargs, state: &State) -> TeraResult<Value> {
    let each = arguments.get::<&str>(EACH)?;
    let mut call = Call {
        component: arguments.must_get::<&str>(COMPONENT)?,
        arguments: arguments
            .iter()
            .filter_map(|(name, value)| Some((name.as_str()?, value)))
            .filter(|(name, _)| ![COMPONENT, EACH].contains(name) && each != Some(name))
            .collect(),
        escapes: state.autoescaping_enabled(),
    };
    let mut key = call.key();
    let Some(each) = each else {
        return one(known, &call, &key);
    };
    let Some(items) = arguments.get::<&Value>(each)?.and_then(Value::as_array) else {
        return Err(Error::message(format!(
            "`each` names `{each}`, which is no list among the arguments"
        )));
    };
    write_text(&mut key, each);
    let (shared, others) = (key.len(), call.arguments.len());
    let mut all = String::new();
    for item in items {
        write(&mut key, item);
        call.arguments.push((each, item));
        all.push_str(one(known, &call, &key)?.as_str().unwrap_or_default());
        key.truncate(shared);
        call.arguments.truncate(others);
    }
    Ok(call.value(&all))
}

/// A call of a component.
struct Call<'a> {
    component: &'a str,
    arguments: Vec<(&'a str, &'a Value)>,
    escapes: bool,
}

impl Call<'_> {
    /// Everything that its HTML depends on.
    fn key(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(128);
        bytes.push(u8::from(self.escapes));
        write_text(&mut bytes, self.component);
        for (name, value) in &self.arguments {
            write_text(&mut bytes, name);
            write(&mut bytes, value);
        }
        bytes
    }

    fn value(&self, html: &str) -> Value {
        if self.escapes {
            Value::safe_string(html)
        } else {
            Value::normal_string(html)
        }
    }
}

fn one(known: &Known, call: &Call<'_>, key: &[u8]) -> TeraResult<Value> {
    if let Some(html) = known.cache.get(key) {
        return Ok(html);
    }
    let html = call.value(&render(known, call)?);
    let by_address = call.arguments.iter().map(|(_, value)| *value);
    let by_address = by_address.filter(|value| value.is_map() || value.is_array());
    known.cache.put(key, by_address, &html);
    Ok(html)
}

fn render(known: &Known, call: &Call<'_>) -> TeraResult<String> {
    let name = call.component;
    let depth = DEPTH.get();
    if depth == DEEPEST {
        return Err(Error::message(format!(
            "component `{name}` calls itself without an end"
        )));
    }
    let engine = known.engine.upgrade();
    let engine = engine.ok_or_else(|| Error::message("`cached` has no templates here"))?;
    let mut context = Context::new();
    for (name, value) in &call.arguments {
        context.insert_value((*name).to_owned(), (*value).clone());
    }
    DEPTH.set(depth + 1);
    let rendered =
        engine.render_component_with_implicits(name, &context, &known.given, None, call.escapes);
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

#[cfg(test)]
mod tests {
    use super::{cache, failure, register};
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
    fn a_list_is_rendered_item_by_item() {
        let (engine, times) = engine(
            "{{ cached(component=\"name\", each=\"card\", card=cards, level=1) }}|{{ cached(component=\"name\", card=cards[0], level=1) }}",
        );
        let cards = [card("a"), card("<b>"), card("a")];
        let show = |cards: Vec<Value>| {
            let mut context = Context::new();
            context.insert_value("cards", Value::from(cards));
            engine.render("page.html", &context).unwrap()
        };
        let [a, b, _] = &cards;
        let shown = show(vec![a.clone(), b.clone(), a.clone()]);
        assert_eq!(shown, "<h1>a zh<h1>&lt;b&gt; zh<h1>a zh|<h1>a zh");
        let before = times.load(Ordering::Relaxed);
        assert_eq!(show(vec![b.clone()]), "<h1>&lt;b&gt; zh|<h1>&lt;b&gt; zh");
        assert_eq!((before, times.load(Ordering::Relaxed)), (3, 4));
        assert_eq!(show(cards.to_vec()).matches("<h1>").count(), 4);
    }

    #[test]
    fn a_list_that_is_none_is_an_error() {
        let (engine, _) = engine("{{ cached(component=\"name\", each=\"card\", card=card) }}");
        let error = show(&engine, &card("x")).unwrap_err().to_string();
        assert!(
            error.contains("`each` names `card`, which is no list among the arguments"),
            "{error}"
        );
    }

    #[test]
    fn it_forgets_rather_than_grows() {
        let (engine, times) = engine("{{ cached(component=\"plain\", of=card.title) }}");
        let page = |title: &str| show(&engine, &card(title)).unwrap().len();
        let long = "长".repeat(1 << 14);
        let enough = 2 * cache::MOST / long.len();
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

//! Code → HTML line by line, without parsing a line twice where it means the same: takes a
//! grammar and code, gives HTML in which each line is whole by itself.
//!
//! Code repeats itself: blank lines, closing braces, imports, the same call in ten posts. What
//! a line becomes depends on the line and on where the parser stands before it, and both are
//! compared whole, so what is remembered is what would be found again. Knows nothing of
//! languages' names.

use super::{Painter, class, end_of_statement, grammars, may_be_javascript};
use std::cell::RefCell;
use std::collections::HashMap;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference};

/// Bytes that a thread remembers, by a rough count; then it begins anew, so that it knows the
/// languages of the posts at hand.
const MOST: usize = 1 << 20;
/// A longer line is not remembered: it hardly comes again.
const LONGEST: usize = 200;
/// What a place of the parser takes beside its scopes, roughly.
const PLACE: usize = 1024;

thread_local! {
    static KNOWN: RefCell<Lines> = RefCell::new(Lines::new(MOST));
}

/// Highlights code in a grammar.
pub(super) fn paint(code: &str, syntax: &SyntaxReference) -> Option<String> {
    KNOWN.with_borrow_mut(|known| known.paint(code, syntax))
}

/// Classes of scopes, as far as somebody asked.
type Classes = HashMap<Scope, Option<&'static str>>;

/// Where the parser stands between two lines.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Standing {
    /// The grammar of the block.
    block: Scope,
    state: ParseState,
    stack: ScopeStack,
}

impl Standing {
    /// Before the first line.
    fn new(syntax: &SyntaxReference) -> Self {
        Self {
            block: syntax.scope,
            state: ParseState::new(syntax),
            stack: ScopeStack::new(),
        }
    }

    /// Appends a line's HTML and goes behind it.
    fn paint(&mut self, source: &str, classes: &mut Classes, html: &mut String) -> Option<()> {
        let mut line = String::with_capacity(source.len() + 2);
        line.push_str(source);
        let ended = end_of_statement(source).filter(|_| may_be_javascript(&self.stack, self.block));
        if let Some(at) = ended {
            line.insert(at, ';');
        }
        line.push('\n');
        let operations = self.state.parse_line(&line, grammars()).ok()?;
        let mut painter = Painter { html, class: "" };
        let mut done = 0;
        for (offset, operation) in operations {
            let inserted = usize::from(ended.is_some_and(|at| offset > at));
            let offset = (offset - inserted).min(source.len());
            if offset > done {
                painter.push(source.get(done..offset)?, class(&self.stack, classes));
                done = offset;
            }
            self.stack.apply(&operation).ok()?;
        }
        painter.push(source.get(done..)?, class(&self.stack, classes));
        painter.close();
        Some(())
    }
}

/// Lines by where the parser stood before them.
struct Lines {
    places: Vec<Place>,
    /// Indices of places by their scopes, so that few have to be compared.
    by_scopes: HashMap<Vec<Scope>, Vec<usize>>,
    classes: Classes,
    taken: usize,
    most: usize,
}

/// A place of the parser and the lines that were seen there.
struct Place {
    standing: Standing,
    lines: HashMap<Box<str>, Painted>,
}

struct Painted {
    html: Box<str>,
    /// Index of the place behind the line.
    next: usize,
}

impl Lines {
    fn new(most: usize) -> Self {
        Self {
            places: Vec::new(),
            by_scopes: HashMap::new(),
            classes: Classes::new(),
            taken: 0,
            most,
        }
    }

    fn paint(&mut self, code: &str, syntax: &SyntaxReference) -> Option<String> {
        let mut html = String::with_capacity(code.len() * 2);
        let mut standing = Standing::new(syntax);
        let mut at = self.place(&standing);
        // Whether `standing` is at the place `at`: as long as no line is known, the parser
        // goes on by itself and nothing is cloned.
        let mut is_there = true;
        for (index, line) in code.split('\n').enumerate() {
            if index > 0 {
                html.push('\n');
            }
            if let Some(known) = self.places.get(at)?.lines.get(line) {
                html.push_str(&known.html);
                at = known.next;
                is_there = false;
                continue;
            }
            if !is_there {
                standing.clone_from(&self.places.get(at)?.standing);
                is_there = true;
            }
            let from = html.len();
            standing.paint(line, &mut self.classes, &mut html)?;
            at = self.remember(at, line, html.get(from..)?, &standing);
        }
        Some(html)
    }

    /// Remembers a line and gives the place behind it.
    fn remember(&mut self, from: usize, line: &str, html: &str, behind: &Standing) -> usize {
        if self.taken > self.most {
            *self = Self::new(self.most);
            return self.place(behind);
        }
        let next = self.place(behind);
        if line.len() <= LONGEST
            && let Some(place) = self.places.get_mut(from)
        {
            self.taken += line.len() + html.len() + size_of::<(Box<str>, Painted)>();
            let painted = Painted {
                html: html.into(),
                next,
            };
            place.lines.insert(line.into(), painted);
        }
        next
    }

    /// The index of a place.
    fn place(&mut self, standing: &Standing) -> usize {
        let scopes = standing.stack.as_slice();
        let alike = self.by_scopes.get(scopes).into_iter().flatten();
        for index in alike {
            if self.places.get(*index).map(|place| &place.standing) == Some(standing) {
                return *index;
            }
        }
        let index = self.places.len();
        self.taken += PLACE + 2 * size_of_val(scopes);
        self.by_scopes
            .entry(scopes.to_vec())
            .or_default()
            .push(index);
        self.places.push(Place {
            standing: standing.clone(),
            lines: HashMap::new(),
        });
        index
    }
}

#[cfg(test)]
mod tests {
    use super::{Classes, Lines, Standing};
    use crate::content::highlight::syntax;
    use proptest::prelude::{Strategy, any, proptest};
    use proptest::sample::select;

    /// Lines that open and close what others stand in, in every language of [`LANGUAGES`].
    const LINES: [&str; 24] = [
        "",
        "}",
        "    let x = \"a<b\"; // 注",
        "/* open",
        "close */",
        "\"\"\"",
        "text with \"a quote",
        "<script>",
        "</script>",
        "<style>a { color: red }",
        "</style>",
        "x /*",
        "*/ y = c",
        "cat <<END",
        "END",
        "- a: [1, 'b']",
        "  key: |",
        "    long text",
        "`${a + `b`}`",
        "def f(x): return x",
        "SELECT a FROM b WHERE c = 'd",
        "<?php echo 1; ?>",
        "```js",
        "```",
    ];
    const LANGUAGES: [&str; 10] = [
        "rust", "python", "bash", "js", "html", "yaml", "sql", "php", "markdown", "ts",
    ];

    /// Every line parsed, nothing remembered.
    fn plainly(code: &str, language: &str) -> Option<String> {
        let mut standing = Standing::new(syntax(language).unwrap());
        let mut html = String::new();
        for (index, line) in code.split('\n').enumerate() {
            if index > 0 {
                html.push('\n');
            }
            standing.paint(line, &mut Classes::new(), &mut html)?;
        }
        Some(html)
    }

    fn blocks() -> impl Strategy<Value = Vec<(&'static str, Vec<&'static str>)>> {
        let lines = proptest::collection::vec(select(&LINES[..]), 0..12);
        proptest::collection::vec((select(&LANGUAGES[..]), lines), 1..8)
    }

    proptest! {
        #[test]
        fn what_is_remembered_is_what_is_parsed(blocks in blocks(), is_narrow in any::<bool>()) {
            // Narrow: it forgets all the time, in the middle of blocks too.
            let mut known = Lines::new(if is_narrow { 4_000 } else { 1 << 20 });
            for (language, lines) in blocks {
                let code = lines.join("\n");
                for _ in 0..2 {
                    let painted = known.paint(&code, syntax(language).unwrap());
                    assert_eq!(painted, plainly(&code, language), "{language}: {code}");
                }
            }
        }
    }

    #[test]
    fn what_is_remembered_stays_within_its_bounds() {
        let rust = syntax("rust").unwrap();
        let mut known = Lines::new(50_000);
        for number in 0..500 {
            let code = format!(
                "let a{number} = r{0}\"\n{number}\n\"{0};",
                "#".repeat(number % 30)
            );
            assert_eq!(known.paint(&code, rust), plainly(&code, "rust"));
            assert!(known.taken < 60_000, "{}", known.taken);
        }
        let long = format!("let a = \"{}\";", "b".repeat(400));
        assert!(known.paint(&long, rust).is_some());
        let lines = known.places.iter().flat_map(|place| place.lines.keys());
        assert!(lines.into_iter().all(|line| line.len() < 400));
    }
}

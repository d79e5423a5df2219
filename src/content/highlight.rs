//! Code → HTML with token classes. The one module that knows the highlighter.
//!
//! Takes code and a language's name, gives HTML in which each line is whole by itself. The
//! classes are [`CLASSES`]; a stylesheet colours them, in light and dark. Pure: the same code
//! gives the same HTML, so a result may be stored by the hash of its input.

mod lines;

use std::collections::HashMap;
use std::sync::OnceLock;
use syntect::parsing::{Scope, ScopeStack, SyntaxReference, SyntaxSet};

/// Every class that highlighted code may have, and what it is for.
pub const CLASSES: &[(&str, &str)] = &[
    ("hl-k", "keyword"),
    ("hl-s", "string"),
    ("hl-c", "comment"),
    ("hl-n", "number or other constant"),
    ("hl-f", "function"),
    ("hl-t", "type"),
    ("hl-v", "variable"),
    ("hl-o", "operator"),
    ("hl-a", "attribute or tag"),
    ("hl-d", "deleted line of a diff"),
    ("hl-i", "inserted line of a diff"),
];

/// Scope prefixes and the class of what they cover; the most exact prefix counts. An empty
/// class ends an outer one: code inside of a string is code.
const SCOPES: &[(&str, &str)] = &[
    ("comment", "c"),
    ("string", "s"),
    ("string.unquoted", ""),
    ("constant", "n"),
    ("constant.character.escape", "n"),
    ("keyword", "k"),
    ("keyword.operator", "o"),
    ("keyword.operator.word", "k"),
    ("storage", "k"),
    ("storage.type", "k"),
    ("entity.name", "t"),
    ("entity.name.function", "f"),
    ("entity.name.tag", "a"),
    ("entity.name.section", "k"),
    ("entity.other.attribute-name", "a"),
    ("entity.other.inherited-class", "t"),
    ("support.function", "f"),
    ("support.macro", "f"),
    ("support.type", "t"),
    ("support.class", "t"),
    ("support.constant", "n"),
    ("support.type.property-name", "a"),
    ("variable", ""),
    ("variable.language", "v"),
    ("variable.parameter", "v"),
    ("variable.other.constant", "n"),
    ("variable.function", "f"),
    ("variable.annotation", "a"),
    ("meta.interpolation", ""),
    ("meta.template.expression", ""),
    ("source", ""),
    ("markup.deleted", "d"),
    ("markup.inserted", "i"),
    ("markup.heading", "k"),
    ("markup.raw", "s"),
    ("meta.diff.header", "c"),
    ("meta.diff.range", "k"),
];

/// Names that authors write and the grammars do not have, with the grammar they mean. An
/// empty one is code without a grammar.
const ALIASES: &[(&str, &str)] = &[
    ("golang", "go"),
    ("shell", "bash"),
    ("sh", "bash"),
    ("zsh", "bash"),
    ("console", "bash"),
    ("shellsession", "bash"),
    ("terminal", "bash"),
    ("cmd", "bat"),
    ("dos", "bat"),
    ("bash-session", "bash"),
    ("csharp", "cs"),
    ("c#", "cs"),
    ("dotnet", "cs"),
    ("cplusplus", "cpp"),
    ("c++", "cpp"),
    ("cc", "cpp"),
    ("cxx", "cpp"),
    ("h", "c"),
    ("objc", "objective-c"),
    ("objectivec", "objective-c"),
    ("objecitvec", "objective-c"),
    ("obj-c", "objective-c"),
    ("oc", "objective-c"),
    ("yml", "yaml"),
    ("docker", "dockerfile"),
    ("jsx", "js"),
    ("mjs", "js"),
    ("node", "js"),
    ("nodejs", "js"),
    ("javascript", "js"),
    ("typescript", "ts"),
    ("rs", "rust"),
    ("py", "python"),
    ("python2", "python"),
    ("python3", "python"),
    ("py3", "python"),
    ("rb", "ruby"),
    ("kt", "kotlin"),
    ("ps", "powershell"),
    ("ps1", "powershell"),
    ("pwsh", "powershell"),
    ("conf", "ini"),
    ("cfg", "ini"),
    ("properties", "java properties"),
    ("json5", "json"),
    ("jsonc", "json"),
    ("patch", "diff"),
    ("md", "markdown"),
    ("html5", "html"),
    ("xhtml", "html"),
    ("svg", "xml"),
    ("mysql", "sql"),
    ("postgresql", "sql"),
    ("postgres", "sql"),
    ("plsql", "sql"),
    ("sqlite", "sql"),
    ("tex", "latex"),
    ("vb", "visual basic"),
    ("viml", "vim"),
    ("proto3", "proto"),
    ("protobuf", "proto"),
    ("make", "makefile"),
    ("hbs", "handlebars"),
    ("go-html-template", "html"),
    ("jinja", "jinja2"),
    ("njk", "jinja2"),
    ("text", ""),
    ("txt", ""),
    ("plain", ""),
    ("plaintext", ""),
    ("none", ""),
    ("nohighlight", ""),
    ("no-highlight", ""),
    ("raw", ""),
    ("code", ""),
    ("output", ""),
    ("log", ""),
    ("tree", ""),
    ("mermaid", ""),
    ("ascii", ""),
];

/// Longest line that is highlighted; grammars take very long on minified code.
const LONGEST_LINE: usize = 2_000;
/// Largest block that is highlighted.
const LARGEST: usize = 200_000;

/// The name under which a language is highlighted and shown: lower case, aliases resolved;
/// empty for plain text.
pub fn canonical(language: &str) -> String {
    let language = language.trim().to_lowercase();
    match ALIASES.iter().find(|(alias, _)| *alias == language) {
        Some((_, "")) if language == "mermaid" => language,
        Some((_, name)) => (*name).to_owned(),
        None => language,
    }
}

/// Whether there is a grammar for a canonical name.
pub fn is_known(language: &str) -> bool {
    language == "mermaid" || syntax(language).is_some()
}

/// Names that authors may write, for suggestions.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> = ALIASES
        .iter()
        .map(|(alias, _)| (*alias).to_owned())
        .collect();
    for syntax in grammars().syntaxes() {
        names.push(syntax.name.to_lowercase());
        names.extend(syntax.file_extensions.iter().cloned());
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// Highlights code in a language by its canonical name. Nothing when there is no grammar, or
/// the code is too large or its lines too long for one. Lines are joined with `\n`; no span
/// crosses a line end.
pub fn highlight(code: &str, language: &str) -> Option<String> {
    if code.len() > LARGEST || code.lines().any(|line| line.len() > LONGEST_LINE) {
        return None;
    }
    lines::paint(code, syntax(language)?)
}

/// Where the comments begin with which a line ends, when the first is a `/*` one.
///
/// The JavaScript grammar never comes to an end on a statement without a semicolon that such
/// comments follow, on its own line or a later one: two of its contexts hand the place to each
/// other for ever. A semicolon that only the grammar sees, put here, ends the statement.
fn end_of_statement(line: &str) -> Option<usize> {
    line.match_indices("/*").map(|(at, _)| at).find(|at| {
        let mut rest = line.get(*at..).unwrap_or_default();
        while let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
            rest = rest.trim_start();
        }
        rest.is_empty() || rest.starts_with("//")
    })
}

/// Whether the next line may be JavaScript: in a block of it, or in one that can hold scripts.
fn may_be_javascript(stack: &ScopeStack, block: Scope) -> bool {
    static SCOPES: OnceLock<Vec<Scope>> = OnceLock::new();
    let scopes = SCOPES.get_or_init(|| {
        ["source.js", "text"]
            .iter()
            .filter_map(|name| Scope::new(name).ok())
            .collect()
    });
    let holds = |scope: &Scope| scopes.iter().any(|known| known.is_prefix_of(*scope));
    holds(&block) || stack.as_slice().iter().any(holds)
}

/// Writes tokens; neighbours of one class become one span.
struct Painter<'h> {
    html: &'h mut String,
    class: &'static str,
}

impl Painter<'_> {
    fn push(&mut self, text: &str, class: &'static str) {
        if text.is_empty() {
            return;
        }
        if class != self.class {
            self.close();
            if !class.is_empty() {
                self.html.push_str("<span class=\"hl-");
                self.html.push_str(class);
                self.html.push_str("\">");
            }
            self.class = class;
        }
        for c in text.chars() {
            match c {
                '&' => self.html.push_str("&amp;"),
                '<' => self.html.push_str("&lt;"),
                '>' => self.html.push_str("&gt;"),
                c => self.html.push(c),
            }
        }
    }

    fn close(&mut self) {
        if !self.class.is_empty() {
            self.html.push_str("</span>");
        }
        self.class = "";
    }
}

fn class(stack: &ScopeStack, known: &mut HashMap<Scope, Option<&'static str>>) -> &'static str {
    stack
        .as_slice()
        .iter()
        .rev()
        .find_map(|scope| *known.entry(*scope).or_insert_with(|| class_of(*scope)))
        .unwrap_or("")
}

fn class_of(scope: Scope) -> Option<&'static str> {
    static PREFIXES: OnceLock<Vec<(Scope, &'static str)>> = OnceLock::new();
    PREFIXES
        .get_or_init(|| {
            SCOPES
                .iter()
                .filter_map(|(prefix, class)| Some((Scope::new(prefix).ok()?, *class)))
                .collect()
        })
        .iter()
        .filter(|(prefix, _)| prefix.is_prefix_of(scope))
        .max_by_key(|(prefix, _)| prefix.len())
        .map(|(_, class)| *class)
}

fn grammars() -> &'static SyntaxSet {
    static SET: OnceLock<SyntaxSet> = OnceLock::new();
    SET.get_or_init(two_face::syntax::extra_newlines)
}

fn syntax(language: &str) -> Option<&'static SyntaxReference> {
    static INDEX: OnceLock<HashMap<String, usize>> = OnceLock::new();
    if language.is_empty() {
        return None;
    }
    let set = grammars();
    let index = INDEX.get_or_init(|| {
        let mut index = HashMap::new();
        for (at, syntax) in set.syntaxes().iter().enumerate() {
            index.entry(syntax.name.to_lowercase()).or_insert(at);
        }
        for (at, syntax) in set.syntaxes().iter().enumerate() {
            for extension in &syntax.file_extensions {
                index.entry(extension.to_lowercase()).or_insert(at);
            }
        }
        index
    });
    index.get(language).and_then(|at| set.syntaxes().get(*at))
}

#[cfg(test)]
mod tests {
    use super::{canonical, highlight, is_known};

    #[test]
    fn rust_gets_a_few_classes() {
        assert_eq!(
            highlight("fn main() {\n    let x = \"a<b\"; // 注\n}", "rust").as_deref(),
            Some(
                "<span class=\"hl-k\">fn</span> <span class=\"hl-f\">main</span>() {\n    \
                 <span class=\"hl-k\">let</span> x <span class=\"hl-o\">=</span> \
                 <span class=\"hl-s\">\"a&lt;b\"</span>; <span class=\"hl-c\">// 注</span>\n}"
            )
        );
    }

    #[test]
    fn names_that_authors_write_lead_to_a_grammar() {
        for name in [
            "golang",
            "shell",
            "csharp",
            "c++",
            "objc",
            "yml",
            "docker",
            "jsx",
            "tsx",
            "vue",
            "ts",
            "typescript",
            "python3",
            "json",
            "toml",
            "ini",
            "nginx",
            "sql",
            "html",
            "css",
            "scss",
            "kotlin",
            "swift",
            "php",
            "ruby",
            "lua",
            "r",
            "diff",
            "makefile",
            "java",
            "xml",
            "powershell",
            "bat",
            "markdown",
            "latex",
            "protobuf",
            "graphql",
            "dart",
            "scala",
            "properties",
            "jinja",
            "perl",
            "haskell",
            "vim",
            "cmake",
            "groovy",
            "zig",
            "elixir",
        ] {
            assert!(is_known(&canonical(name)), "{name}");
        }
        assert_eq!(canonical("Text"), "");
        assert!(!is_known("blub"));
    }

    /// The grammar alone would loop for ever on each of these.
    #[test]
    fn comments_after_an_open_statement_of_javascript_come_to_an_end() {
        let comment = "<span class=\"hl-c\">/* 注 */</span>";
        assert_eq!(
            highlight("x /* 注 */\ny", "js"),
            Some(format!("x {comment}\ny"))
        );
        assert_eq!(highlight("x/* 注 */", "js"), Some(format!("x{comment}")));
        for (code, language) in [
            ("x = a\n  /*\n   * b\n   */\ny = c\n", "js"),
            ("x /* a */ /* b */ // c", "js"),
            ("x /*", "js"),
            ("{\n  ...\n\n  /* 16 seats */\n  \"a\": 1,\n}", "js"),
            ("<script>\nx\n  /* a */\n</script>", "html"),
            ("<script>x /*\n*/</script>", "html"),
            (
                "<template><p>a</p></template>\n<script>\nx /*\n*/\n</script>",
                "vue",
            ),
            ("<script>\nx /*\n*/\n</script>", "php"),
            ("```js\nx /* a */\n```", "markdown"),
        ] {
            let html = highlight(code, language).unwrap_or_default();
            let text = html.replace("</span>", "");
            let text = text.split("<span class=\"hl-");
            let text: String = text
                .enumerate()
                .map(|(at, part)| if at == 0 { part } else { &part[3..] })
                .collect();
            assert_eq!(text.replace("&lt;", "<").replace("&gt;", ">"), code);
        }
    }

    #[test]
    fn very_long_lines_stay_plain() {
        assert_eq!(highlight(&"x=1;".repeat(1000), "js"), None);
    }
}

//! Tokens → tree: takes the tokens of a template that the engine has accepted, gives its
//! [`Node`]s and the template that it extends. Refuses nothing: what it does not understand
//! reads as unknown.

use super::lex::{Lexeme, Token, lex};
use super::tree::{Node, Parameter};
use std::ops::Range;

/// A template taken apart.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// Template that it extends.
    pub(super) extends: Option<String>,
    pub(super) nodes: Vec<Node>,
}

/// Expressions and tags nest at most so deep; what is deeper reads as unknown.
pub(super) const DEEPEST: usize = 64;

/// Takes a template apart.
pub(super) fn parse(source: &str) -> Parsed {
    let mut parser = Parser {
        lexemes: lex(source),
        at: 0,
        depth: 0,
        extends: None,
    };
    let mut nodes = Vec::new();
    while parser.at < parser.lexemes.len() {
        nodes.extend(parser.nodes(&[]));
        // An end tag without a beginning: pass over it.
        parser.at += 1;
    }
    Parsed {
        extends: parser.extends,
        nodes,
    }
}

/// Reads tokens one after another.
pub(super) struct Parser {
    pub(super) lexemes: Vec<Lexeme>,
    pub(super) at: usize,
    pub(super) depth: usize,
    extends: Option<String>,
}

impl Parser {
    pub(super) fn token(&self) -> Option<&Token> {
        self.lexemes.get(self.at).map(|lexeme| &lexeme.token)
    }

    pub(super) fn range(&self) -> Range<usize> {
        self.lexemes
            .get(self.at)
            .map_or(0..0, |lexeme| lexeme.range.clone())
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        matches!(self.token(), Some(Token::Sign(found)) if *found == sign)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.token(), Some(Token::Word(found)) if found == word)
    }

    pub(super) fn eat_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.at += usize::from(found);
        found
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn word(&mut self) -> Option<String> {
        match self.token() {
            Some(Token::Word(word)) => {
                let word = word.clone();
                self.at += 1;
                Some(word)
            }
            _ => None,
        }
    }

    /// The word that the next tag begins with.
    fn next_tag(&self) -> Option<&str> {
        match self.lexemes.get(self.at + 1).map(|lexeme| &lexeme.token) {
            Some(Token::Word(word)) => Some(word),
            Some(Token::Sign("</")) => Some("</"),
            _ => None,
        }
    }

    /// Passes over the rest of a tag.
    fn close(&mut self) {
        while let Some(token) = self.token() {
            let closes = *token == Token::Close;
            self.at += 1;
            if closes {
                return;
            }
        }
    }

    /// Nodes up to a tag that begins with one of `ends`; that tag is not eaten.
    fn nodes(&mut self, ends: &[&str]) -> Vec<Node> {
        let mut nodes = Vec::new();
        self.depth += 1;
        while let Some(token) = self.token() {
            match token {
                Token::OpenValue => {
                    self.at += 1;
                    nodes.push(Node::Value(self.value()));
                    self.close();
                }
                Token::OpenTag => {
                    let tag = self.next_tag().unwrap_or_default();
                    if ends.contains(&tag) {
                        break;
                    }
                    let known_end = tag == "</" || tag.starts_with("end") || tag == "else";
                    if (known_end || tag == "elif") && ends.is_empty() {
                        break;
                    }
                    if self.depth > DEEPEST {
                        self.close();
                        continue;
                    }
                    self.at += 1;
                    nodes.extend(self.tag());
                }
                _ => self.at += 1,
            }
        }
        self.depth -= 1;
        nodes
    }

    /// One tag with its body and end tag.
    fn tag(&mut self) -> Option<Node> {
        if self.eat_sign("<") {
            return Some(self.component_with_body());
        }
        let word = self.word()?;
        match word.as_str() {
            "set" | "set_global" => self.set(),
            "if" => Some(self.branches()),
            "for" => self.for_loop(),
            "block" => {
                let name = self.word()?;
                self.close();
                let body = self.body("endblock");
                Some(Node::Block(name, body))
            }
            "include" => {
                let name = self.text();
                self.close();
                name.map(Node::Include)
            }
            "extends" => {
                self.extends = self.text().or(self.extends.take());
                self.close();
                None
            }
            "filter" => {
                let arguments = self.filters();
                self.close();
                let mut body = arguments;
                body.extend(self.body("endfilter"));
                Some(Node::Group(body))
            }
            "component" => self.component(),
            _ => {
                self.close();
                None
            }
        }
    }

    fn text(&mut self) -> Option<String> {
        match self.token() {
            Some(Token::Text(text)) => {
                let text = text.clone();
                self.at += 1;
                Some(text)
            }
            _ => None,
        }
    }

    fn body(&mut self, end: &str) -> Vec<Node> {
        let body = self.nodes(&[end]);
        self.close();
        body
    }

    fn set(&mut self) -> Option<Node> {
        let name = self.word()?;
        if self.eat_sign("=") {
            let value = self.value();
            self.close();
            return Some(Node::Set(name, value));
        }
        let mut body = Vec::new();
        if self.eat_sign("|") {
            body = self.filters();
        }
        self.close();
        body.extend(self.body("endset"));
        Some(Node::SetBlock(name, body))
    }

    /// Arguments of the filters of a section.
    fn filters(&mut self) -> Vec<Node> {
        let mut nodes = Vec::new();
        while self.word().is_some() {
            for argument in self.arguments() {
                nodes.push(Node::Value(argument.value));
            }
            if !self.eat_sign("|") {
                break;
            }
        }
        nodes
    }

    fn branches(&mut self) -> Node {
        let mut branches = Vec::new();
        let mut condition = Some(self.value());
        loop {
            self.close();
            let mut branch: Vec<Node> = condition.take().map(Node::Value).into_iter().collect();
            branch.extend(self.nodes(&["elif", "else", "endif"]));
            branches.push(branch);
            // At the opening sign of the tag that ended the branch.
            let tag = self.next_tag().unwrap_or_default().to_owned();
            self.at += 2;
            match tag.as_str() {
                "elif" => condition = Some(self.value()),
                "else" => {}
                _ => {
                    self.close();
                    return Node::If(branches);
                }
            }
            if self.at >= self.lexemes.len() {
                return Node::If(branches);
            }
        }
    }

    fn for_loop(&mut self) -> Option<Node> {
        let (key, value) = self.loop_names()?;
        let target = self.value();
        self.close();
        let body = self.nodes(&["endfor", "else"]);
        let mut otherwise = Vec::new();
        if self.next_tag() == Some("else") {
            self.close();
            otherwise = self.nodes(&["endfor"]);
        }
        self.close();
        Some(Node::For {
            key,
            value,
            target,
            body,
            otherwise,
        })
    }

    /// `value in` or `key, value in`.
    pub(super) fn loop_names(&mut self) -> Option<(Option<String>, String)> {
        let first = self.word()?;
        let names = if self.eat_sign(",") {
            (Some(first), self.word()?)
        } else {
            (None, first)
        };
        self.eat_word("in");
        Some(names)
    }

    fn component(&mut self) -> Option<Node> {
        let component = self.dotted()?;
        let mut parameters = Vec::new();
        self.eat_sign("(");
        while !self.is_sign(")") && self.token().is_some_and(|token| *token != Token::Close) {
            let spread = self.eat_sign("...");
            let implicit = self.eat_sign("@");
            if let Some(name) = self.word() {
                parameters.push(Parameter {
                    name,
                    implicit: implicit && !spread,
                    rest: spread,
                });
                if self.eat_sign(":") {
                    let _type = self.word();
                }
                if self.eat_sign("=") {
                    let _default = self.operand();
                }
                self.eat_sign(",");
            } else {
                self.at += 1;
            }
        }
        self.close();
        let body = self.body("endcomponent");
        Some(Node::Component {
            name: component,
            parameters,
            body,
        })
    }

    pub(super) fn dotted(&mut self) -> Option<String> {
        let mut name = self.word()?;
        while self.eat_sign(".") {
            name.push('.');
            name.push_str(&self.word()?);
        }
        Some(name)
    }

    /// `{% <name attributes> %} … {% </name> %}` after the first sign.
    fn component_with_body(&mut self) -> Node {
        let _name = self.dotted();
        let attributes = self.attributes();
        self.close();
        let mut nodes: Vec<Node> = attributes
            .into_iter()
            .map(|attribute| Node::Value(attribute.value))
            .collect();
        nodes.extend(self.nodes(&["</"]));
        self.close();
        Node::Group(nodes)
    }
}

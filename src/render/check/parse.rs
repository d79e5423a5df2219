//! Tokens → tree: takes the tokens of a template that the engine has accepted, gives its
//! [`Node`]s and the template that it extends. Refuses nothing: what it does not understand
//! reads as unknown.

use super::lex::{Lexeme, Token, lex};
use super::tree::{Argument, Head, Node, Operand, Parameter, Step, Value};
use std::ops::Range;

/// A template taken apart.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// Template that it extends.
    pub(super) extends: Option<String>,
    pub(super) nodes: Vec<Node>,
}

/// Expressions and tags nest at most so deep; what is deeper reads as unknown.
const DEEPEST: usize = 64;

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

struct Parser {
    lexemes: Vec<Lexeme>,
    at: usize,
    depth: usize,
    extends: Option<String>,
}

impl Parser {
    fn token(&self) -> Option<&Token> {
        self.lexemes.get(self.at).map(|lexeme| &lexeme.token)
    }

    fn range(&self) -> Range<usize> {
        self.lexemes
            .get(self.at)
            .map_or(0..0, |lexeme| lexeme.range.clone())
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.token(), Some(Token::Sign(found)) if *found == sign)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.token(), Some(Token::Word(found)) if found == word)
    }

    fn eat_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.at += usize::from(found);
        found
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self) -> Option<String> {
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
    fn loop_names(&mut self) -> Option<(Option<String>, String)> {
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
        self.dotted()?;
        let mut parameters = Vec::new();
        self.eat_sign("(");
        while !self.is_sign(")") && self.token().is_some_and(|token| *token != Token::Close) {
            let spread = self.eat_sign("...");
            let implicit = self.eat_sign("@");
            if let Some(name) = self.word() {
                parameters.push(Parameter {
                    name,
                    implicit: implicit && !spread,
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
        Some(Node::Component { parameters, body })
    }

    fn dotted(&mut self) -> Option<String> {
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

    fn attributes(&mut self) -> Vec<Argument> {
        let mut attributes = Vec::new();
        loop {
            let range = self.range();
            if self.eat_sign("{") {
                self.eat_sign("...");
                let value = self.value();
                self.eat_sign("}");
                attributes.push(Argument {
                    name: String::new(),
                    range,
                    value,
                });
                continue;
            }
            let Some(name) = self.word() else {
                return attributes;
            };
            let value = if self.eat_sign("=") {
                if self.eat_sign("{") {
                    let value = self.value();
                    self.eat_sign("}");
                    value
                } else {
                    single(self.operand_head())
                }
            } else {
                single(Head::Variable(name.clone(), range.clone()))
            };
            attributes.push(Argument { name, range, value });
        }
    }

    fn arguments(&mut self) -> Vec<Argument> {
        let mut arguments = Vec::new();
        if !self.eat_sign("(") {
            return arguments;
        }
        loop {
            let range = self.range();
            let Some(name) = self.word() else {
                break;
            };
            self.eat_sign("=");
            let value = self.value();
            arguments.push(Argument { name, range, value });
            if !self.eat_sign(",") {
                break;
            }
        }
        self.eat_sign(")");
        arguments
    }

    /// An expression: operands and operators, flat.
    fn value(&mut self) -> Value {
        let mut value = Value::default();
        self.depth += 1;
        if self.depth > DEEPEST {
            self.depth -= 1;
            return single(Head::Unknown);
        }
        loop {
            while self.eat_word("not") || self.eat_sign("-") {}
            value.operands.push(self.operand());
            let Some(operator) = self.operator() else {
                break;
            };
            value.operators.push(operator);
        }
        self.depth -= 1;
        value
    }

    fn operator(&mut self) -> Option<&'static str> {
        const SIGNS: [&str; 13] = [
            "+", "-", "*", "/", "//", "**", "%", "==", "!=", ">", ">=", "<", "<=",
        ];
        let found = match self.token()? {
            Token::Sign("~") => "~",
            Token::Sign(sign) => SIGNS.into_iter().find(|known| known == sign)?,
            Token::Word(word) => match word.as_str() {
                "and" => "and",
                "or" => "or",
                "in" => "in",
                "if" => "if",
                "else" => "else",
                "not" => {
                    self.at += 1;
                    self.eat_word("in");
                    return Some("in");
                }
                _ => return None,
            },
            _ => return None,
        };
        self.at += 1;
        Some(found)
    }

    fn operand(&mut self) -> Operand {
        let head = self.operand_head();
        let mut steps = Vec::new();
        loop {
            if self.eat_sign(".") || self.eat_sign("?.") {
                let range = self.range();
                match self.word() {
                    Some(name) => steps.push(Step::Field(name, range)),
                    None => break,
                }
            } else if self.is_sign("[") || self.is_sign("?[") {
                self.at += 1;
                steps.push(self.subscript());
            } else if self.eat_sign("|") {
                match self.word() {
                    Some(name) => {
                        let arguments = self.arguments();
                        steps.push(Step::Filter(name, arguments));
                    }
                    None => break,
                }
            } else if self.eat_word("is") {
                self.eat_word("not");
                match self.word() {
                    Some(name) => {
                        let arguments = self.arguments();
                        steps.push(Step::Test(name, arguments));
                    }
                    None => break,
                }
            } else {
                break;
            }
        }
        Operand { head, steps }
    }

    fn subscript(&mut self) -> Step {
        let range = self.range();
        if let Some(Token::Text(key)) = self.token() {
            let key = key.clone();
            let closes = self
                .lexemes
                .get(self.at + 1)
                .is_some_and(|next| next.token == Token::Sign("]"));
            if closes {
                self.at += 2;
                return Step::Key(key, range);
            }
        }
        let mut values = Vec::new();
        let mut slice = false;
        while self.token().is_some_and(|token| *token != Token::Close) && !self.is_sign("]") {
            if self.eat_sign(":") {
                slice = true;
            } else {
                let before = self.at;
                values.push(self.value());
                if self.at == before {
                    self.at += 1;
                }
            }
        }
        self.eat_sign("]");
        match values.pop() {
            Some(index) if !slice && values.is_empty() => Step::Index(Box::new(index)),
            last => {
                values.extend(last);
                Step::Slice(values)
            }
        }
    }

    fn operand_head(&mut self) -> Head {
        let range = self.range();
        match self.token().cloned() {
            Some(Token::Word(word)) => {
                self.at += 1;
                if self.is_sign("(") {
                    let arguments = self.arguments();
                    return Head::Call(word, arguments);
                }
                match word.as_str() {
                    "true" | "True" | "false" | "False" | "none" | "None" | "null" => {
                        Head::Constant
                    }
                    _ => Head::Variable(word, range),
                }
            }
            Some(Token::Text(_)) => {
                self.at += 1;
                Head::Text
            }
            Some(Token::Number) => {
                self.at += 1;
                Head::Constant
            }
            Some(Token::Sign("(")) => {
                self.at += 1;
                let value = self.value();
                self.eat_sign(")");
                Head::Group(Box::new(value))
            }
            Some(Token::Sign("[")) => {
                self.at += 1;
                self.items("]")
            }
            Some(Token::Sign("{")) => {
                self.at += 1;
                self.items("}")
            }
            Some(Token::Sign("<")) => {
                self.at += 1;
                let _name = self.dotted();
                let attributes = self.attributes();
                self.eat_sign("/");
                self.eat_sign(">");
                Head::Component(attributes)
            }
            Some(Token::Close) | None => Head::Unknown,
            Some(_) => {
                self.at += 1;
                Head::Unknown
            }
        }
    }

    fn items(&mut self, end: &str) -> Head {
        let mut items = Vec::new();
        while self.token().is_some_and(|token| *token != Token::Close) && !self.is_sign(end) {
            self.eat_sign("...");
            let before = self.at;
            let item = self.value();
            if items.is_empty() && self.eat_word("for") {
                let each = self.each(item);
                self.eat_sign(end);
                return each;
            }
            items.push(item);
            let separated = self.eat_sign(",") | self.eat_sign(":");
            if !separated && self.at == before {
                self.at += 1;
            }
        }
        self.eat_sign(end);
        Head::Items(items)
    }

    /// `for key, value in target if condition` after `for`.
    fn each(&mut self, item: Value) -> Head {
        let Some((key, value)) = self.loop_names() else {
            return Head::Unknown;
        };
        let mut target = self.value();
        // The flat reading takes `if condition` for operators of the target.
        let condition = target
            .operators
            .iter()
            .position(|operator| *operator == "if")
            .map(|at| {
                let operands = target.operands.split_off(at + 1);
                let operators = target.operators.split_off(at).split_off(1);
                Box::new(Value {
                    operands,
                    operators,
                })
            });
        Head::Each {
            item: Box::new(item),
            key,
            value,
            target: Box::new(target),
            condition,
        }
    }
}

fn single(head: Head) -> Value {
    Value {
        operands: vec![Operand {
            head,
            steps: Vec::new(),
        }],
        operators: Vec::new(),
    }
}

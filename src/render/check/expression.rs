//! Tokens → expressions: the half of the parser that reads what stands inside a tag.

use super::lex::Token;
use super::parse::{DEEPEST, Parser};
use super::tree::{Argument, Head, Operand, Step, Value};

impl Parser {
    pub(super) fn attributes(&mut self) -> Vec<Argument> {
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

    pub(super) fn arguments(&mut self) -> Vec<Argument> {
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
    pub(super) fn value(&mut self) -> Value {
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

    pub(super) fn operand(&mut self) -> Operand {
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

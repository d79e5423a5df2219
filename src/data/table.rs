//! CSV → a list of mappings, every cell with its place.

use super::{Entry, Node, Value};
use crate::diag::{Code, Diagnostic, Place, Position};
use std::sync::Arc;

/// Reads CSV whose first row names the columns. Commas, semicolons or tabs separate,
/// whichever the first row has most of. An empty cell is [`Value::Null`]; all cells are plain
/// scalars. Rows of another length than the first are reported and left out.
pub fn parse(file: &Arc<str>, text: &str) -> (Node, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut rows = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let delimiter = delimiter(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut header: Option<Vec<(String, Position)>> = None;
    let mut places = Places::new(text, delimiter);
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                diagnostics.push(
                    Diagnostic::new(Code::InvalidConfig, format!("invalid CSV: {error}"))
                        .at(Place::file(Arc::clone(file))),
                );
                break;
            }
        };
        let start = record.position().map_or(0, csv::Position::byte);
        let cells = places.cells(usize::try_from(start).unwrap_or(0), record.len());
        let first = cells.first().copied().unwrap_or_default();
        let row = record.iter().map(str::trim).zip(cells);
        let Some(names) = &header else {
            header = Some(columns(file, row, &mut diagnostics));
            continue;
        };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if record.len() != names.len() {
            diagnostics.push(
                Diagnostic::new(
                    Code::InvalidValue,
                    format!(
                        "this row has {} cells, the first row {}",
                        record.len(),
                        names.len()
                    ),
                )
                .at(Place::at(Arc::clone(file), first))
                .hint("put a cell that contains the separator in double quotes"),
            );
            continue;
        }
        let entries = names
            .iter()
            .zip(row)
            .filter(|((name, _), _)| !name.is_empty())
            .map(|((name, _), (cell, position))| Entry {
                key: name.clone(),
                position,
                value: Node {
                    position,
                    value: value(cell),
                },
            })
            .collect();
        rows.push(Node {
            position: first,
            value: Value::Map(entries),
        });
    }
    let node = Node {
        position: Position {
            line: 1,
            column: 1,
            length: 0,
        },
        value: Value::List(rows),
    };
    (node, diagnostics)
}

fn columns<'a>(
    file: &Arc<str>,
    row: impl Iterator<Item = (&'a str, Position)>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(String, Position)> {
    let mut names: Vec<(String, Position)> = Vec::new();
    for (name, position) in row {
        if let Some((_, first)) = names
            .iter()
            .find(|(known, _)| known == name && !name.is_empty())
        {
            diagnostics.push(
                Diagnostic::new(
                    Code::DuplicateKey,
                    format!("the column `{name}` stands twice; the first one counts"),
                )
                .at(Place::at(Arc::clone(file), position))
                .related("first used here", Place::at(Arc::clone(file), *first)),
            );
            names.push((String::new(), position));
            continue;
        }
        names.push((name.to_owned(), position));
    }
    names
}

fn value(cell: &str) -> Value {
    if cell.is_empty() {
        return Value::Null;
    }
    Value::Scalar {
        text: cell.to_owned(),
        plain: true,
    }
}

/// The separator of which the first row has most.
fn delimiter(text: &str) -> u8 {
    let row = text.lines().next().unwrap_or_default();
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(|wanted| row.bytes().filter(|byte| byte == wanted).count())
        .unwrap_or(b',')
}

/// Finds where cells stand; the CSV crate only says where a row begins.
struct Places<'a> {
    text: &'a str,
    delimiter: char,
    at: usize,
    line: u32,
    column: u32,
}

impl<'a> Places<'a> {
    fn new(text: &'a str, delimiter: u8) -> Self {
        Self {
            text,
            delimiter: char::from(delimiter),
            at: 0,
            line: 1,
            column: 1,
        }
    }

    /// The places of the cells of the row that begins at a byte offset. Rows come in order.
    fn cells(&mut self, start: usize, count: usize) -> Vec<Position> {
        while self.at < start && self.step().is_some() {}
        let mut cells = Vec::with_capacity(count);
        let mut quoted = false;
        let mut cell = self.here();
        while cells.len() < count {
            let Some(c) = self
                .text
                .get(self.at..)
                .and_then(|rest| rest.chars().next())
            else {
                break;
            };
            if c == '"' {
                quoted = !quoted;
            }
            if !quoted && (c == self.delimiter || c == '\n' || c == '\r') {
                cells.push(cell);
                if c != self.delimiter {
                    break;
                }
                self.step();
                cell = self.here();
                continue;
            }
            if cell.line == self.line && c != '\n' {
                cell.length += 1;
            }
            self.step();
        }
        cells.resize(count, cell);
        cells
    }

    fn step(&mut self) -> Option<char> {
        let c = self.text.get(self.at..)?.chars().next()?;
        self.at += c.len_utf8();
        if c == '\n' {
            self.line = self.line.saturating_add(1);
            self.column = 1;
        } else {
            self.column = self.column.saturating_add(1);
        }
        Some(c)
    }

    fn here(&self) -> Position {
        Position {
            line: self.line,
            column: self.column,
            length: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::data::{Node, Value};
    use proptest::prelude::{any, proptest};
    use std::sync::Arc;

    fn read(text: &str) -> (Node, Vec<String>) {
        let (node, found) = parse(&Arc::from("data/companies.csv"), text);
        let lines = found
            .iter()
            .map(|d| {
                let at = d
                    .place
                    .as_ref()
                    .map(|place| place.position)
                    .unwrap_or_default();
                format!(
                    "{}:{} {}: {}",
                    at.line,
                    at.column,
                    d.code.as_str(),
                    d.message
                )
            })
            .collect();
        (node, lines)
    }

    #[test]
    fn rows_become_mappings_whatever_separates_the_cells() {
        for text in [
            "name,city\n甲,云岚\n\"B, Ltd\",\n",
            "\u{feff}name;city\r\n甲;云岚\r\n\"B, Ltd\";\r\n",
            "name\tcity\n甲\t云岚\nB, Ltd\t",
        ] {
            let (node, found) = read(text);
            assert_eq!(found, Vec::<String>::new());
            assert_eq!(
                node.to_json().to_string(),
                r#"[{"name":"甲","city":"云岚"},{"name":"B, Ltd","city":null}]"#
            );
        }
    }

    #[test]
    fn every_cell_knows_its_place() {
        let (node, _) = read("a,b\n\"甲\n乙\",x\n丙,y z\n");
        let Value::List(rows) = &node.value else {
            panic!("a list")
        };
        let at = |row: usize, key: &str| {
            let position = rows[row].get(key).expect(key).position;
            (position.line, position.column, position.length)
        };
        assert_eq!(at(0, "a"), (2, 1, 2));
        assert_eq!(at(0, "b"), (3, 4, 1));
        assert_eq!(at(1, "a"), (4, 1, 1));
        assert_eq!(at(1, "b"), (4, 3, 3));
    }

    #[test]
    fn rows_of_another_length_and_repeated_columns_are_named() {
        let (node, found) = read("a,b,a\n1,2,3\n1,2\n\n,,\n4,5,6\n");
        assert_eq!(
            found,
            [
                "1:5 duplicate-key: the column `a` stands twice; the first one counts",
                "3:1 invalid-value: this row has 2 cells, the first row 3",
            ]
        );
        assert_eq!(
            node.to_json().to_string(),
            r#"[{"a":1,"b":2},{"a":4,"b":5}]"#
        );
        assert_eq!(read("").0.to_json().to_string(), "[]");
    }

    proptest! {
        #[test]
        fn no_table_panics(text in any::<String>(), cells in "([a\",;\t\r\n]|甲){0,40}") {
            let _ = read(&text);
            let _ = read(&cells);
        }
    }
}

//! Tables: takes their events, writes them in a box that a keyboard can scroll.

use super::write::Writer;
use pulldown_cmark::Alignment;

/// A table that is being written.
#[derive(Debug, Default)]
pub(super) struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    head: bool,
    body: bool,
}

impl Writer<'_> {
    /// A table begins.
    pub(super) fn begin_table(&mut self, alignments: &[Alignment], list: &[(String, String)]) {
        self.begin_block();
        let name = self.scene.words.table;
        let open = format!(
            "<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"{name}\"><table"
        );
        self.tables.push(Table {
            alignments: alignments.to_vec(),
            ..Table::default()
        });
        self.enter_with(&open, list, ">\n", "</table></div>\n");
    }

    /// Its head begins.
    pub(super) fn begin_head(&mut self) {
        if let Some(table) = self.tables.last_mut() {
            table.head = true;
            table.column = 0;
        }
        self.enter("<thead>\n<tr>", "</tr>\n</thead>\n");
    }

    /// Its head ends.
    pub(super) fn end_head(&mut self) {
        if let Some(table) = self.tables.last_mut() {
            table.head = false;
        }
        self.leave();
    }

    /// A row begins, and the table's body before the first one.
    pub(super) fn begin_row(&mut self) {
        let mut first = false;
        if let Some(table) = self.tables.last_mut() {
            first = !table.body;
            table.body = true;
            table.column = 0;
        }
        if first {
            self.enter("<tbody>\n", "</tbody>\n");
        }
        self.enter("<tr>", "</tr>\n");
    }

    /// The table ends.
    pub(super) fn end_table(&mut self) {
        if self.tables.pop().is_some_and(|table| table.body) {
            self.leave();
        }
        self.leave();
        self.end_of_block();
    }

    /// A cell begins.
    pub(super) fn cell(&mut self) {
        let Some(table) = self.tables.last_mut() else {
            return self.enter("<td>", "</td>");
        };
        let align = match table.alignments.get(table.column) {
            Some(Alignment::Left) => " class=\"left\"",
            Some(Alignment::Center) => " class=\"center\"",
            Some(Alignment::Right) => " class=\"right\"",
            _ => "",
        };
        table.column += 1;
        if table.head {
            self.enter(&format!("<th scope=\"col\"{align}>"), "</th>");
        } else {
            self.enter(&format!("<td{align}>"), "</td>");
        }
        self.last = None;
    }
}

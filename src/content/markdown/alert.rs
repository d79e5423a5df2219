//! `> [!NOTE]` in any language: takes a word, gives its kind; takes a kind and a language,
//! gives the title. Also the other few words that a body needs in the page's language.

/// The five kinds of GitHub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alert {
    /// By the way.
    Note,
    /// Does it better.
    Tip,
    /// Must be known.
    Important,
    /// May go wrong.
    Warning,
    /// Will hurt.
    Caution,
}

/// Reads `[!word]` at the start of a text; gives the kind, the word when it is not one of the
/// five English ones (it is shown then), and the length.
pub(super) fn read(text: &str) -> Option<(Alert, Option<&str>, usize)> {
    let inner = text.strip_prefix("[!")?;
    let end = inner.find(']')?;
    let word = inner[..end].trim();
    let kind = from_word(word)?;
    let mut length = end + 3;
    // Obsidian folds alerts with a sign.
    if inner[end + 1..].starts_with(['+', '-']) {
        length += 1;
    }
    let english = ["note", "tip", "important", "warning", "caution"];
    let shown = (!english.contains(&word.to_lowercase().as_str())).then_some(word);
    Some((kind, shown, length))
}

/// The kind that a word names.
pub(super) fn from_word(word: &str) -> Option<Alert> {
    Some(match word.to_lowercase().as_str() {
        "note"
        | "info"
        | "todo"
        | "abstract"
        | "summary"
        | "default"
        | "primary"
        | "说明"
        | "說明"
        | "备注"
        | "備註"
        | "备注："
        | "信息"
        | "資訊"
        | "примечание"
        | "заметка"
        | "справка" => Alert::Note,
        "tip" | "hint" | "success" | "done" | "提示" | "技巧" | "小贴士" | "小貼士" | "建议"
        | "建議" | "совет" | "подсказка" => Alert::Tip,
        "important" | "重要" | "重点" | "重點" | "важно" => Alert::Important,
        "warning" | "attention" | "question" | "警告" | "注意" | "предупреждение" | "внимание" => {
            Alert::Warning
        }
        "caution" | "danger" | "error" | "failure" | "bug" | "小心" | "当心" | "當心" | "危险"
        | "危險" | "осторожно" | "опасно" => Alert::Caution,
        _ => return None,
    })
}

impl Alert {
    /// The last part of its class.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Tip => "tip",
            Self::Important => "important",
            Self::Warning => "warning",
            Self::Caution => "caution",
        }
    }

    /// Its title in a language.
    pub(super) fn title(self, language: &str) -> &'static str {
        let [note, tip, important, warning, caution] = match tongue(language) {
            Tongue::Hans => ["说明", "提示", "重要", "注意", "当心"],
            Tongue::Hant => ["說明", "提示", "重要", "注意", "當心"],
            Tongue::Russian => ["Примечание", "Совет", "Важно", "Внимание", "Осторожно"],
            Tongue::English => ["Note", "Tip", "Important", "Warning", "Caution"],
        };
        match self {
            Self::Note => note,
            Self::Tip => tip,
            Self::Important => important,
            Self::Warning => warning,
            Self::Caution => caution,
        }
    }
}

/// Names of things in a body, for assistive software.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    /// A table.
    pub(super) table: &'static str,
    /// A block of code.
    pub(super) code: &'static str,
    /// A formula that stands on its own.
    pub(super) formula: &'static str,
    /// The list of footnotes.
    pub(super) footnotes: &'static str,
    /// Back from a footnote.
    pub(super) back: &'static str,
}

/// The words of a language.
pub(super) fn words(language: &str) -> Words {
    let [table, code, formula, footnotes, back] = match tongue(language) {
        Tongue::Hans => ["表格", "代码", "公式", "脚注", "返回正文"],
        Tongue::Hant => ["表格", "程式碼", "公式", "註腳", "返回正文"],
        Tongue::Russian => ["Таблица", "Код", "Формула", "Сноски", "Назад к тексту"],
        Tongue::English => ["Table", "Code", "Formula", "Footnotes", "Back to the text"],
    };
    Words {
        table,
        code,
        formula,
        footnotes,
        back,
    }
}

enum Tongue {
    Hans,
    Hant,
    Russian,
    English,
}

fn tongue(language: &str) -> Tongue {
    let tag = language.to_ascii_lowercase();
    let mut parts = tag.split(['-', '_']);
    match parts.next() {
        Some("zh") if parts.any(|part| matches!(part, "hant" | "tw" | "hk" | "mo")) => Tongue::Hant,
        Some("zh") => Tongue::Hans,
        Some("ru") => Tongue::Russian,
        _ => Tongue::English,
    }
}

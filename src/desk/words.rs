//! What the desk says, in three languages, Chinese in both scripts: takes what a browser says of
//! its reader's languages, gives the words.

/// All words of the desk in one language. `{}` stands for what is filled in.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Words {
    /// BCP 47 tag.
    pub tag: &'static str,
    pub(super) desk: &'static str,
    pub(super) intro: &'static str,
    pub(super) nothing: &'static str,
    pub(super) next_due: &'static str,
    pub(super) no_accounts: &'static str,
    pub(super) mistakes: &'static str,
    pub(super) not_ready: &'static str,
    pub(super) no_secrets: &'static str,
    pub(super) to_post: &'static str,
    pub(super) changed: &'static str,
    pub(super) begun: &'static str,
    pub(super) later: &'static str,
    pub(super) remove: &'static str,
    pub(super) refused: &'static str,
    pub(super) posted: &'static str,
    pub(super) posted_at: &'static str,
    pub(super) page: &'static str,
    pub(super) title: &'static str,
    pub(super) summary: &'static str,
    pub(super) text: &'static str,
    pub(super) tags: &'static str,
    pub(super) cover: &'static str,
    pub(super) images: &'static str,
    pub(super) image_text: &'static str,
    pub(super) link: &'static str,
    pub(super) call: &'static str,
    pub(super) call_link: &'static str,
    pub(super) code: &'static str,
    pub(super) no_links: &'static str,
    pub(super) shortened: &'static str,
    pub(super) edits: &'static str,
    pub(super) preview: &'static str,
    pub(super) copy: &'static str,
    pub(super) copy_rich: &'static str,
    pub(super) copied: &'static str,
    pub(super) not_copied: &'static str,
    pub(super) download: &'static str,
    pub(super) of: &'static str,
    pub(super) bytes: &'static str,
    pub(super) characters: &'static str,
    pub(super) drift_posted: &'static str,
    pub(super) drift_pasted: &'static str,
    pub(super) drift_open: &'static str,
    pub(super) reload: &'static str,
    pub(super) address: &'static str,
    pub(super) address_hint: &'static str,
    pub(super) address_any: &'static str,
    pub(super) record: &'static str,
    pub(super) recorded: &'static str,
    pub(super) no_address: &'static str,
    pub(super) other_host: &'static str,
    pub(super) not_waiting: &'static str,
    pub(super) page_gone: &'static str,
    pub(super) failed: &'static str,
    pub(super) old_form: &'static str,
    pub(super) nowhere: &'static str,
}

const SIMPLIFIED: Words = Words {
    tag: "zh-Hans",
    desk: "发稿台",
    intro: "这些平台没有发布接口，由人来粘贴。复制、粘贴、发布，再把文章地址填回来。",
    nothing: "现在没有要发的。",
    next_due: "下一篇到期：{}",
    no_accounts: "`site.yaml` 里没有由人发布的账号；在 `accounts:` 下添加，例如 `zhihu: {platform: zhihu}`。",
    mistakes: "内容里有 {} 处错误，先改好再发；`guidepost check` 会列出它们。",
    not_ready: "这个账号还不能用：{}",
    no_secrets: "这个账号有接口，但这里没有设置 {}，所以由人发布。如果别的机器会自动发布它，就不要在这里发。",
    to_post: "待发布",
    changed: "页面已改",
    begun: "结果未知",
    later: "未到期",
    remove: "请手动撤下",
    refused: "不能发布",
    posted: "已发布",
    posted_at: "已发布的文章",
    page: "查看页面",
    title: "标题",
    summary: "摘要",
    text: "正文",
    tags: "标签",
    cover: "封面",
    images: "图片",
    image_text: "复制说明",
    link: "链接",
    call: "社群邀请",
    call_link: "邀请链接",
    code: "二维码",
    no_links: "这个平台不允许外部链接，正文里没有链接。",
    shortened: "为了不超过字数限制，有内容被截短了。",
    edits: "在这里的改动只用于复制，不会保存。",
    preview: "手机预览",
    copy: "复制",
    copy_rich: "复制富文本",
    copied: "已复制：{}",
    not_copied: "浏览器不允许复制，请选中文字后按 Ctrl+C",
    download: "下载",
    of: "{} / {}",
    bytes: "字节",
    characters: "字符",
    drift_posted: "发布之后页面改过了。请更新平台上的文章，再记录一次。",
    drift_pasted: "粘贴之后页面改过了。请重新复制；如果直接记录，这篇会继续显示为“页面已改”。",
    drift_open: "打开之后页面改过了。",
    reload: "重新载入",
    address: "发布后的地址",
    address_hint: "以 {} 结尾的域名下的地址。",
    address_any: "这里的内容可能没有地址，可以留空。",
    record: "记录为已发布",
    recorded: "已记录。",
    no_address: "“{}”不是地址；请填写文章发布后的完整地址，以 https:// 开头。",
    other_host: "“{}”不是{}的地址；那里的地址以 {} 结尾。",
    not_waiting: "这篇现在不需要记录：已经记录过，或页面不再发往这个账号。",
    page_gone: "这篇的页面已经不在了。",
    failed: "没有记录：{}",
    old_form: "这个表单来自服务器的上一次运行，什么也没有记录。请再按一次。",
    nowhere: "这里没有内容。",
};

const TRADITIONAL: Words = Words {
    tag: "zh-Hant",
    desk: "發稿台",
    intro: "這些平台沒有供程式發布的介面，要由人來貼上。複製、貼上、發布，再把文章的網址填回來。",
    nothing: "現在沒有要發的。",
    next_due: "下一篇到期：{}",
    no_accounts: "`site.yaml` 裡沒有由人發布的帳號；請在 `accounts:` 下新增，例如 `zhihu: {platform: zhihu}`。",
    mistakes: "內容裡有 {} 處錯誤，先改好再發；`guidepost check` 會列出來。",
    not_ready: "這個帳號還不能用：{}",
    no_secrets: "這個帳號有 API，但這裡沒有設定 {}，所以由人發布。如果別的機器會自動發布，就不要在這裡發。",
    to_post: "待發布",
    changed: "頁面已改",
    begun: "結果不明",
    later: "未到期",
    remove: "請手動撤下",
    refused: "無法發布",
    posted: "已發布",
    posted_at: "已發布的文章",
    page: "檢視頁面",
    title: "標題",
    summary: "摘要",
    text: "內文",
    tags: "標籤",
    cover: "封面",
    images: "圖片",
    image_text: "複製說明",
    link: "連結",
    call: "社群邀請",
    call_link: "邀請連結",
    code: "QR 碼",
    no_links: "這個平台不允許外部連結，內文裡沒有連結。",
    shortened: "為了不超過字數限制，有內容被截短了。",
    edits: "在這裡的修改只用於複製，不會儲存。",
    preview: "手機預覽",
    copy: "複製",
    copy_rich: "連同格式複製",
    copied: "已複製：{}",
    not_copied: "瀏覽器不允許複製，請選取文字後按 Ctrl+C",
    download: "下載",
    of: "{} / {}",
    bytes: "位元組",
    characters: "字元",
    drift_posted: "發布之後頁面改過了。請更新平台上的文章，再記錄一次。",
    drift_pasted: "貼上之後頁面改過了。請重新複製；如果直接記錄，這篇會繼續顯示為「頁面已改」。",
    drift_open: "開啟之後頁面改過了。",
    reload: "重新載入",
    address: "發布後的網址",
    address_hint: "以 {} 結尾的網域下的網址。",
    address_any: "這裡的內容可能沒有網址，可以留空。",
    record: "記錄為已發布",
    recorded: "已記錄。",
    no_address: "「{}」不是網址；請填寫文章發布後的完整網址，以 https:// 開頭。",
    other_host: "「{}」不是{}的網址；那裡的網址以 {} 結尾。",
    not_waiting: "這篇現在不需要記錄：已經記錄過，或頁面不再發往這個帳號。",
    page_gone: "這篇的頁面已經不在了。",
    failed: "沒有記錄：{}",
    old_form: "這份表單來自伺服器上一次的執行，什麼也沒有記錄。請再按一次。",
    nowhere: "這裡沒有內容。",
};

const ENGLISH: Words = Words {
    tag: "en",
    desk: "Desk",
    intro: "These platforms have no door for programs, so a person pastes. Copy, paste, post, and enter the address of what you posted.",
    nothing: "Nothing to post now.",
    next_due: "Next due: {}",
    no_accounts: "`site.yaml` has no account that a person posts to; add one under `accounts:`, such as `zhihu: {platform: zhihu}`.",
    mistakes: "The content has {} mistakes; mend them before posting. `guidepost check` lists them.",
    not_ready: "This account is not ready: {}",
    no_secrets: "This account has an API, but {} is not set here, so a person posts. Do not, if another machine posts to it by itself.",
    to_post: "to post",
    changed: "page changed",
    begun: "outcome unknown",
    later: "not yet due",
    remove: "take away by hand",
    refused: "cannot be posted",
    posted: "posted",
    posted_at: "Posted",
    page: "See the page",
    title: "Title",
    summary: "Summary",
    text: "Text",
    tags: "Tags",
    cover: "Cover",
    images: "Images",
    image_text: "Copy description",
    link: "Link",
    call: "Invitation",
    call_link: "Link of the invitation",
    code: "QR code",
    no_links: "This platform forbids links elsewhere; the text has none.",
    shortened: "Something was left out to keep within the limits.",
    edits: "What you change here is copied and not kept.",
    preview: "As on a phone",
    copy: "Copy",
    copy_rich: "Copy rich text",
    copied: "Copied: {}",
    not_copied: "The browser does not let us copy; select the text and press Ctrl+C",
    download: "Download",
    of: "{} of {}",
    bytes: "bytes",
    characters: "characters",
    drift_posted: "The page changed since you posted it. Bring the post up to date, then record it again.",
    drift_pasted: "The page changed since you pasted it. Copy it again; recorded as it is, the post stays marked as changed.",
    drift_open: "The page changed since you opened this.",
    reload: "Reload",
    address: "Address of the post",
    address_hint: "An address whose host ends in {}.",
    address_any: "What you post here may have no address; then leave this empty.",
    record: "Record as posted",
    recorded: "Recorded.",
    no_address: "“{}” is no address; enter the whole address of the post, beginning with https://.",
    other_host: "“{}” is not {}; an address there ends in {}.",
    not_waiting: "Nothing of this post waits to be recorded: it was recorded already, or its page no longer goes to this account.",
    page_gone: "The page of this post is gone.",
    failed: "Not recorded: {}",
    old_form: "This form was made by an earlier run of the server, and nothing was recorded. Send it again.",
    nowhere: "Nothing is here.",
};

const RUSSIAN: Words = Words {
    tag: "ru",
    desk: "Стол публикаций",
    intro: "У этих площадок нет входа для программ, поэтому публикует человек: скопируйте, вставьте, опубликуйте и впишите адрес публикации.",
    nothing: "Сейчас публиковать нечего.",
    next_due: "Следующая публикация: {}",
    no_accounts: "В `site.yaml` нет учётных записей, куда публикует человек; добавьте её в `accounts:`, например `zhihu: {platform: zhihu}`.",
    mistakes: "Ошибок в содержимом: {}. Исправьте их до публикации; `guidepost check` покажет их.",
    not_ready: "Эта учётная запись не готова: {}",
    no_secrets: "У этой учётной записи есть API, но {} здесь не задано, поэтому публикует человек. Не делайте этого, если туда публикует другая машина.",
    to_post: "к публикации",
    changed: "страница изменилась",
    begun: "исход неизвестен",
    later: "ещё не срок",
    remove: "уберите вручную",
    refused: "нельзя опубликовать",
    posted: "опубликовано",
    posted_at: "Опубликовано",
    page: "Открыть страницу",
    title: "Заголовок",
    summary: "Кратко",
    text: "Текст",
    tags: "Метки",
    cover: "Обложка",
    images: "Изображения",
    image_text: "Копировать описание",
    link: "Ссылка",
    call: "Приглашение",
    call_link: "Ссылка приглашения",
    code: "QR-код",
    no_links: "Площадка запрещает внешние ссылки, в тексте их нет.",
    shortened: "Что-то пропущено, чтобы уложиться в пределы площадки.",
    edits: "Правки здесь попадут в копию, но не сохранятся.",
    preview: "Как на телефоне",
    copy: "Копировать",
    copy_rich: "Копировать с оформлением",
    copied: "Скопировано: {}",
    not_copied: "Браузер не даёт скопировать; выделите текст и нажмите Ctrl+C",
    download: "Скачать",
    of: "{} из {}",
    bytes: "байт",
    characters: "знаков",
    drift_posted: "Страница изменилась после публикации. Обновите публикацию и запишите её снова.",
    drift_pasted: "Страница изменилась после того, как вы её вставили. Скопируйте заново; если записать так, публикация останется помеченной как изменившаяся.",
    drift_open: "Страница изменилась, пока была открыта.",
    reload: "Обновить",
    address: "Адрес публикации",
    address_hint: "Адрес на сайте, имя которого кончается на {}.",
    address_any: "У такой публикации может не быть адреса; тогда оставьте поле пустым.",
    record: "Записать как опубликованное",
    recorded: "Записано.",
    no_address: "«{}» — не адрес; впишите полный адрес публикации, начиная с https://.",
    other_host: "«{}» — не {}; адреса там кончаются на {}.",
    not_waiting: "Записывать нечего: публикация уже записана, или её страница больше не идёт в эту учётную запись.",
    page_gone: "Страницы этой публикации больше нет.",
    failed: "Не записано: {}",
    old_form: "Эта форма осталась от прошлого запуска сервера, ничего не записано. Отправьте её ещё раз.",
    nowhere: "Здесь ничего нет.",
};

/// The words in the language that the reader prefers of ours, by `Accept-Language`; English
/// where none of ours is asked for.
pub fn words(languages: &str) -> &'static Words {
    let mut best: (u32, &'static Words) = (0, &ENGLISH);
    for part in languages.split(',') {
        let mut pieces = part.split(';').map(str::trim);
        let tag = pieces.next().unwrap_or_default().to_ascii_lowercase();
        let words = match tag.split('-').next().unwrap_or_default() {
            "zh" if is_traditional(&tag) => &TRADITIONAL,
            "zh" => &SIMPLIFIED,
            "en" => &ENGLISH,
            "ru" => &RUSSIAN,
            _ => continue,
        };
        let weight = pieces
            .find_map(|piece| piece.strip_prefix("q="))
            .map_or(1000, thousandths);
        if weight > best.0 {
            best = (weight, words);
        }
    }
    best.1
}

/// Whether a Chinese language tag in lower case means traditional script: what it says itself,
/// else what its region writes.
fn is_traditional(tag: &str) -> bool {
    let says = |wanted: &[&str]| tag.split('-').any(|part| wanted.contains(&part));
    says(&["hant"]) || !says(&["hans"]) && says(&["tw", "hk", "mo"])
}

/// `0.8` → 800; what is no such number weighs nothing.
fn thousandths(text: &str) -> u32 {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = format!("{part:0<3}");
    let part = digits.get(..3).and_then(|part| part.parse::<u32>().ok());
    match (whole.parse::<u32>(), part) {
        (Ok(whole), Some(part)) => whole.min(1) * 1000 + part,
        _ => 0,
    }
}

/// A sentence with its `{}` filled in, in order.
pub(super) fn fill(sentence: &str, values: &[&str]) -> String {
    let mut parts = sentence.split("{}");
    let mut text = parts.next().unwrap_or_default().to_owned();
    let mut values = values.iter();
    for part in parts {
        text.push_str(values.next().unwrap_or(&""));
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{fill, words};

    #[test]
    fn the_reader_chooses_the_language() {
        for (languages, tag) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
            ("de, ru;q=0.7, en;q=0.6", "ru"),
            ("en;q=0.5,ru;q=0.75", "ru"),
            ("ru;q=0,fr", "en"),
            ("ru;q=many,zh-CN;q=0.1", "zh-Hans"),
            ("zh-HK,zh;q=0.9", "zh-Hant"),
            ("zh-tw", "zh-Hant"),
            ("en;q=0.2,zh-Hant-MO", "zh-Hant"),
            ("zh-Hans-HK,zh-Hant;q=0.9", "zh-Hans"),
            ("zh,zh-TW;q=0.9", "zh-Hans"),
            ("zh-SG", "zh-Hans"),
            ("", "en"),
        ] {
            assert_eq!(words(languages).tag, tag, "{languages}");
        }
    }

    /// Characters of the simplified words that traditional script writes otherwise.
    const ONLY_SIMPLIFIED: &str = "个为们会内写别务动单发号图处头开录数显来标没浏现码签经结继续维节览记许设误说请账贴载过运还这选链错页预题";

    #[test]
    fn every_language_has_every_sentence_with_its_gaps() {
        let told = |languages: &str| serde_json::to_value(words(languages)).unwrap();
        let english = told("en");
        for languages in ["zh-Hans", "zh-Hant", "ru"] {
            let other = told(languages);
            assert_eq!(other["tag"], languages);
            for (key, sentence) in english.as_object().unwrap() {
                let gaps = |text: &serde_json::Value| text.as_str().unwrap().matches("{}").count();
                assert_eq!(gaps(&other[key]), gaps(sentence), "{languages}: {key}");
                assert_ne!(other[key], "", "{languages}: {key}");
                // A language of its own says nothing as another does, but for bare signs.
                assert!(other[key] != *sentence || key == "of", "{languages}: {key}");
            }
        }
        let (simplified, traditional) = (told("zh-Hans"), told("zh-Hant"));
        for (key, sentence) in traditional.as_object().unwrap() {
            let sentence = sentence.as_str().unwrap();
            assert!(
                !sentence.contains(|c| ONLY_SIMPLIFIED.contains(c)),
                "{key}: {sentence}"
            );
        }
        let of_it = |c| ONLY_SIMPLIFIED.contains(c);
        assert!(simplified["intro"].as_str().unwrap().contains(of_it));
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        assert_eq!(fill("{} of {}", &["{}", "2"]), "{} of 2");
    }
}

"""Texts and captions as Telegram's own TDLib reads them: markup, entities, error texts."""
import ctypes
import json
import threading

from refusal import bad_request

KINDS = {
    'Bold': 'bold', 'Italic': 'italic', 'Underline': 'underline', 'Strikethrough': 'strikethrough', 'Spoiler': 'spoiler',
    'Code': 'code', 'Pre': 'pre', 'PreCode': 'pre', 'TextUrl': 'text_link', 'Url': 'url', 'Hashtag': 'hashtag',
    'Cashtag': 'cashtag', 'Mention': 'mention', 'MentionName': 'text_mention', 'EmailAddress': 'email',
    'PhoneNumber': 'phone_number', 'BotCommand': 'bot_command', 'BlockQuote': 'blockquote',
    'ExpandableBlockQuote': 'expandable_blockquote', 'CustomEmoji': 'custom_emoji',
}
PARSE_MODES = {
    'html': {'@type': 'textParseModeHTML'},
    'markdown': {'@type': 'textParseModeMarkdown', 'version': 1},
    'markdownv2': {'@type': 'textParseModeMarkdown', 'version': 2},
}
# Nothing is found inside these: no link in code.
COVERING = {'code', 'pre', 'text_link', 'text_mention'}

library = None
library_lock = threading.Lock()


def load(path):
    """Loads libtdjson and returns its version."""
    global library
    library = ctypes.CDLL(path)
    library.td_execute.restype, library.td_execute.argtypes = ctypes.c_char_p, [ctypes.c_char_p]
    execute({'@type': 'setLogVerbosityLevel', 'new_verbosity_level': 0})
    return execute({'@type': 'getOption', 'name': 'version'})['value']


def execute(query):
    with library_lock:
        return json.loads(library.td_execute(json.dumps(query).encode()))


def utf16_length(text):
    return len(text.encode('utf-16-le')) // 2


def entity(found):
    """TDLib's entity in the Bot API's form; None where the Bot API has no such kind."""
    kind = found['type']['@type'].removeprefix('textEntityType')
    if kind not in KINDS:
        return None
    made = {'type': KINDS[kind], 'offset': found['offset'], 'length': found['length']}
    if kind == 'TextUrl':
        made['url'] = found['type']['url']
    if kind == 'PreCode':
        made['language'] = found['type']['language']
    if kind == 'MentionName':
        made['user'] = {'id': found['type']['user_id'], 'is_bot': False, 'first_name': ''}
    if kind == 'CustomEmoji':
        made['custom_emoji_id'] = str(found['type']['custom_emoji_id'])
    return made


def parsed(text, parse_mode, given):
    """Text and entities after markup, or with the entities that came with it."""
    mode = (parse_mode or 'none').lower()
    if mode == 'none':
        if given and not isinstance(given, list):
            raise bad_request("Can't parse entities JSON object")
        return text, [dict(each) for each in given or []]
    if mode not in PARSE_MODES:
        raise bad_request('Unsupported parse_mode')
    result = execute({'@type': 'parseTextEntities', 'text': text, 'parse_mode': PARSE_MODES[mode]})
    if result['@type'] == 'error':
        raise bad_request(result['message'])
    return result['text'], [made for made in map(entity, result['entities']) if made]


def trimmed(text, entities):
    """Without white space around; entities move and shrink with it."""
    cut = utf16_length(text[:len(text) - len(text.lstrip())])
    text = text.strip()
    size = utf16_length(text)
    moved = []
    for each in entities:
        start, end = max(0, each['offset'] - cut), min(size, each['offset'] + each['length'] - cut)
        if end > start:
            moved.append(dict(each, offset=start, length=end - start))
    return text, moved


def found_in(text, entities):
    """Links, hashtags and the like that Telegram sees by itself."""
    covered = [(each['offset'], each['offset'] + each['length']) for each in entities if each['type'] in COVERING]
    for made in map(entity, execute({'@type': 'getTextEntities', 'text': text})['entities']):
        if made and not any(start < made['offset'] + made['length'] and made['offset'] < end for start, end in covered):
            yield made


def formatted(text, parse_mode, given, limit, too_long, empty=None):
    """Text and entities as they are stored; `empty` is the complaint where a text is required."""
    if len(text.encode()) > 1 << 15:
        raise bad_request('Text is too long')
    text, entities = trimmed(*parsed(text, parse_mode, given)) if text else ('', [])
    if not text:
        if empty:
            raise bad_request(empty)
        return '', []
    if utf16_length(text) > limit:
        raise bad_request(too_long)
    entities += list(found_in(text, entities))
    return text, sorted(entities, key=lambda each: (each['offset'], -each['length']))

"""Chats, messages and files, in memory and in one folder. Whoever changes them holds `lock`."""
import itertools
import pathlib
import re
import struct
import threading
import time
import urllib.parse
import urllib.request

from refusal import Refusal, bad_request

BOT = {'id': 1000000001, 'is_bot': True, 'first_name': 'Test Bot', 'username': 'test_bot', 'can_join_groups': True,
       'can_read_all_group_messages': False, 'supports_inline_queries': False}
CHATS = {
    -1001000000001: {'id': -1001000000001, 'title': 'Test channel', 'username': 'test_channel', 'type': 'channel'},
    -1001000000002: {'id': -1001000000002, 'title': 'Other channel', 'username': 'other_channel', 'type': 'channel'},
    -1001000000003: {'id': -1001000000003, 'title': 'Test group', 'type': 'supergroup'},
    1001: {'id': 1001, 'first_name': 'Reader', 'type': 'private'},
}
FORBIDDEN = {-1001000000002}
MEGABYTE = 1 << 20

lock = threading.RLock()
folder = pathlib.Path('.')
messages, last_ids, files, pinned, calls = {}, {}, {}, {}, []
file_numbers = itertools.count(1)


def reset():
    for each in (messages, last_ids, files, pinned, calls):
        each.clear()


def chat(chat_id, write=True):
    wanted = str(chat_id or '').strip()
    if not wanted:
        raise Refusal(400, 'Bad Request: chat_id is empty')
    if wanted.startswith('@'):
        found = next((each for each in CHATS.values() if each.get('username', '').lower() == wanted[1:].lower()), None)
    else:
        found = CHATS.get(int(wanted)) if re.fullmatch(r'-?\d+', wanted) else None
    if not found:
        raise bad_request('chat not found')
    if write and found['id'] in FORBIDDEN:
        raise Refusal(403, 'Forbidden: bot is not a member of the channel chat')
    return found


def message(found_chat, message_id, what):
    """One message of that chat; `what` is the deed that needs it."""
    wanted = str(message_id or '')
    found = messages.get(found_chat['id'], {}).get(int(wanted)) if wanted.isdigit() else None
    if not found:
        raise bad_request(f'message to {what} not found')
    return found


def add_message(found_chat, content, reply):
    box = messages.setdefault(found_chat['id'], {})
    replied = box.get(int(reply.get('message_id', 0))) if reply else None
    if reply and not replied and str(reply.get('allow_sending_without_reply', '')).lower() not in ('true', '1'):
        raise bad_request('message to be replied not found')
    number = last_ids[found_chat['id']] = last_ids.get(found_chat['id'], 0) + 1
    made = {'message_id': number}
    if found_chat['type'] == 'channel':
        made['sender_chat'] = found_chat
    else:
        made['from'] = {key: BOT[key] for key in ('id', 'is_bot', 'first_name', 'username')}
    made.update(chat=found_chat, date=int(time.time()))
    made.update((key, value) for key, value in content.items() if value not in (None, [], ''))
    if replied:
        made['reply_to_message'] = {key: value for key, value in replied.items() if key != 'reply_to_message'}
    box[number] = made
    return made


def keep(data, name, kind):
    """Stores a file and returns what the Bot API says of it."""
    number = next(file_numbers)
    made = {'file_id': f'AgACtest{kind}{number:06}', 'file_unique_id': f'AQADtest{number:06}', 'file_size': len(data)}
    path = f'{kind}s/file_{number}{pathlib.Path(name or "").suffix or ".bin"}'
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data)
    files[made['file_id']] = dict(made, file_path=path)
    return made


def fetched(url, field):
    """Telegram fetches such addresses itself; here only from this machine."""
    parts = urllib.parse.urlsplit(url)
    try:
        if parts.hostname not in ('127.0.0.1', 'localhost'):
            raise OSError('only this machine is asked')
        with urllib.request.urlopen(url, timeout=5) as answer:
            if field == 'photo' and not answer.headers.get_content_type().startswith('image/'):
                raise bad_request('Wrong type of the web page content')
            return answer.read(5 * MEGABYTE + 1), pathlib.Path(parts.path).name
    except OSError:
        raise bad_request('Failed to get HTTP URL content') from None


def known_or_new(value, uploads, field):
    """(known file, None, None) for a file id, (None, bytes, name) for an upload or an address."""
    value = str(value or '')
    attached = value.removeprefix('attach://') if value.startswith('attach://') else field
    if attached in uploads:
        name, data = uploads[attached]
        return None, data, name
    if not value:
        raise bad_request(f'there is no {field} in the request')
    if re.match(r'https?://', value):
        return None, *fetched(value, field)
    if value not in files:
        raise bad_request('Wrong file identifier/HTTP URL specified')
    return {key: part for key, part in files[value].items() if key != 'file_path'}, None, None


def photo(value, uploads):
    """The sizes of a photo; the limits are those of the public Bot API reference."""
    known, data, name = known_or_new(value, uploads, 'photo')
    if known:
        return [known]
    if not data:
        raise bad_request('file must be non-empty')
    if len(data) > 20 * MEGABYTE:
        raise Refusal(413, 'Request Entity Too Large')
    if len(data) > 10 * MEGABYTE:
        raise bad_request('PHOTO_INVALID_DIMENSIONS')
    try:
        width, height = image_size(data)
    except (ValueError, struct.error, IndexError):
        raise bad_request('IMAGE_PROCESS_FAILED') from None
    if width + height > 10000 or max(width, height) > 20 * min(width, height):
        raise bad_request('PHOTO_INVALID_DIMENSIONS')
    return [dict(keep(data, name, 'photo'), width=width, height=height)]


def document(value, uploads):
    known, data, name = known_or_new(value, uploads, 'document')
    if known:
        return known
    if len(data) > 50 * MEGABYTE:
        raise Refusal(413, 'Request Entity Too Large')
    return dict(keep(data, name, 'document'), file_name=name)


def image_size(data):
    """Width and height of a PNG, GIF, WebP or JPEG; ValueError for anything else."""
    if data.startswith(b'\x89PNG\r\n\x1a\n'):
        return struct.unpack('>II', data[16:24])
    if data[:6] in (b'GIF87a', b'GIF89a'):
        return struct.unpack('<HH', data[6:10])
    if data[:4] == b'RIFF' and data[8:12] == b'WEBP':
        return webp_size(data)
    if data.startswith(b'\xff\xd8'):
        return jpeg_size(data)
    raise ValueError('no picture')


def webp_size(data):
    if data[12:16] == b'VP8X':
        return 1 + int.from_bytes(data[24:27], 'little'), 1 + int.from_bytes(data[27:30], 'little')
    if data[12:16] == b'VP8L':
        bits = int.from_bytes(data[21:25], 'little')
        return (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1
    return struct.unpack('<HH', data[26:30])


def jpeg_size(data):
    position = 2
    while True:
        marker, length = data[position + 1], struct.unpack('>H', data[position + 2:position + 4])[0]
        if 0xc0 <= marker <= 0xcf and marker not in (0xc4, 0xc8, 0xcc):
            height, width = struct.unpack('>HH', data[position + 5:position + 9])
            return width, height
        position += 2 + length

"""The methods of the Bot API that a publisher uses. Each takes the arguments and the uploaded files."""
import itertools
import json
import time

import store
from refusal import Refusal, bad_request
from text import formatted

NOT_MODIFIED = ('message is not modified: specified new message content and reply markup are exactly the same '
                'as a current content and reply markup of the message')
album_numbers = itertools.count(10 ** 13)


def parsed_json(value, what):
    if value is None or isinstance(value, (dict, list)):
        return value
    if value == '':
        return None
    try:
        return json.loads(value)
    except ValueError:
        raise bad_request(f"Can't parse {what} JSON object") from None


def is_true(value):
    return value is True or str(value).lower() in ('true', 'yes', '1')


def text_of(arguments):
    text = str(arguments.get('text', ''))
    if not text:
        raise bad_request('Message text is empty')
    given = parsed_json(arguments.get('entities'), 'entities')
    return formatted(text, arguments.get('parse_mode'), given, 4096, 'message is too long', 'text must be non-empty')


def caption_of(arguments):
    given = parsed_json(arguments.get('caption_entities'), 'entities')
    return formatted(str(arguments.get('caption') or ''), arguments.get('parse_mode'), given, 1024, 'message caption is too long')


def keyboard_of(arguments):
    markup = parsed_json(arguments.get('reply_markup'), 'reply keyboard markup')
    if markup is not None and not isinstance(markup, dict):
        raise bad_request('Object expected as reply markup')
    return markup if markup and 'inline_keyboard' in markup else None


def preview_of(arguments):
    options = parsed_json(arguments.get('link_preview_options'), 'link preview options')
    if options is not None and not isinstance(options, dict):
        raise bad_request('Object expected as link preview options')
    return options or ({'is_disabled': True} if is_true(arguments.get('disable_web_page_preview')) else None)


def add(chat, arguments, **content):
    reply = parsed_json(arguments.get('reply_parameters'), 'reply parameters')
    if not reply and arguments.get('reply_to_message_id'):
        reply = {'message_id': arguments['reply_to_message_id']}
    if is_true(arguments.get('protect_content')):
        content['has_protected_content'] = True
    return store.add_message(chat, content, reply)


def message_to(what, arguments):
    return store.message(store.chat(arguments.get('chat_id')), arguments.get('message_id'), what)


def change(message, arguments, **content):
    content['reply_markup'] = keyboard_of(arguments)
    if all((value or None) == message.get(key) for key, value in content.items()):
        raise bad_request(NOT_MODIFIED)
    for key, value in content.items():
        message.pop(key, None)
        if value:
            message[key] = value
    message['edit_date'] = int(time.time())
    return message


def get_me(arguments, uploads):
    return store.BOT


def get_updates(arguments, uploads):
    return []


def get_webhook_info(arguments, uploads):
    return {'url': '', 'has_custom_certificate': False, 'pending_update_count': 0}


def send_chat_action(arguments, uploads):
    return bool(store.chat(arguments.get('chat_id')))


def send_message(arguments, uploads):
    chat = store.chat(arguments.get('chat_id'))
    text, entities = text_of(arguments)
    return add(chat, arguments, text=text, entities=entities, link_preview_options=preview_of(arguments),
               reply_markup=keyboard_of(arguments))


def send_photo(arguments, uploads):
    chat = store.chat(arguments.get('chat_id'))
    caption, entities = caption_of(arguments)
    above = is_true(arguments.get('show_caption_above_media')) or None
    return add(chat, arguments, photo=store.photo(arguments.get('photo'), uploads), caption=caption, caption_entities=entities,
               reply_markup=keyboard_of(arguments), show_caption_above_media=above)


def send_document(arguments, uploads):
    chat = store.chat(arguments.get('chat_id'))
    caption, entities = caption_of(arguments)
    return add(chat, arguments, document=store.document(arguments.get('document'), uploads), caption=caption,
               caption_entities=entities, reply_markup=keyboard_of(arguments))


def send_media_group(arguments, uploads):
    chat = store.chat(arguments.get('chat_id'))
    media = parsed_json(arguments.get('media'), 'media')
    if not isinstance(media, list):
        raise bad_request("Can't parse media JSON object")
    if not 2 <= len(media) <= 10:
        raise bad_request('there must be 2-10 media in the request')
    ready = []
    for each in media:
        if each.get('type') != 'photo':
            raise bad_request("Can't use the media of the specified type in the album")
        caption, entities = caption_of(each)
        ready.append(dict(photo=store.photo(each.get('media'), uploads), caption=caption, caption_entities=entities))
    album = str(next(album_numbers))
    return [add(chat, arguments, media_group_id=album, **content) for content in ready]


def edit_message_text(arguments, uploads):
    message = message_to('edit', arguments)
    text, entities = text_of(arguments)
    if 'text' not in message:
        raise bad_request('there is no text in the message to edit')
    return change(message, arguments, text=text, entities=entities, link_preview_options=preview_of(arguments))


def edit_message_caption(arguments, uploads):
    message = message_to('edit', arguments)
    caption, entities = caption_of(arguments)
    if 'text' in message:
        raise bad_request('there is no caption in the message to edit')
    return change(message, arguments, caption=caption, caption_entities=entities)


def edit_message_media(arguments, uploads):
    message = message_to('edit', arguments)
    media = parsed_json(arguments.get('media'), 'media') or {}
    photo = store.photo(media.get('media'), uploads)
    caption, entities = caption_of(media)
    return change(message, arguments, photo=photo, caption=caption, caption_entities=entities,
                  text=None, entities=None, link_preview_options=None)


def delete_message(arguments, uploads):
    message = message_to('delete', arguments)
    del store.messages[message['chat']['id']][message['message_id']]
    return True


def delete_messages(arguments, uploads):
    chat = store.chat(arguments.get('chat_id'))
    wanted = parsed_json(arguments.get('message_ids'), 'message identifiers')
    if not isinstance(wanted, list) or not wanted:
        raise bad_request('message identifiers are not specified')
    if len(wanted) > 100:
        raise bad_request('too many message identifiers specified')
    for number in wanted:
        store.messages.get(chat['id'], {}).pop(int(number), None)
    return True


def pin_chat_message(arguments, uploads):
    message = message_to('pin', arguments)
    store.pinned[message['chat']['id']] = message['message_id']
    return True


def unpin_chat_message(arguments, uploads):
    store.pinned.pop(store.chat(arguments.get('chat_id'))['id'], None)
    return True


def get_chat(arguments, uploads):
    chat = store.chat(arguments.get('chat_id'), write=False)
    pinned = store.messages.get(chat['id'], {}).get(store.pinned.get(chat['id']))
    more = {'pinned_message': pinned} if pinned else {}
    return dict(chat, accent_color_id=0, max_reaction_count=11, **more)


def get_chat_member(arguments, uploads):
    store.chat(arguments.get('chat_id'))
    if str(arguments.get('user_id')) != str(store.BOT['id']):
        raise bad_request('user not found')
    return {'user': store.BOT, 'status': 'administrator', 'can_post_messages': True, 'can_edit_messages': True,
            'can_delete_messages': True}


def get_file(arguments, uploads):
    wanted = str(arguments.get('file_id', ''))
    if not wanted:
        raise Refusal(400, 'Bad Request: file_id not specified')
    if wanted not in store.files:
        raise Refusal(400, 'Bad Request: wrong file_id or the file is temporarily unavailable')
    return store.files[wanted]


# The Bot API does not look at capitals: sendMessage is send_message.
METHODS = {method.__name__.replace('_', ''): method for method in (
    get_me, get_updates, get_webhook_info, get_chat, get_chat_member, get_file, send_chat_action, send_message, send_photo,
    send_document, send_media_group, edit_message_text, edit_message_caption, edit_message_media, delete_message,
    delete_messages, pin_chat_message, unpin_chat_message)}

"""Telegram's Bot API on this machine. Arguments: address port libtdjson.so folder token.

Real: texts, captions, parse modes (HTML, MarkdownV2, Markdown) and entity offsets go through Telegram's own TDLib, the library
that the official Bot API server is built on, and its error texts come back unchanged. Imitated, after the public reference and
the official server's source: chats, storage, limits, error bodies.

The bot may post to @test_channel (-1001000000001), the group -1001000000003 and the private chat 1001; at @other_channel
(-1001000000002) it is no member. For tests, outside the Bot API:
    GET  /_control/messages   what is stored, by chat
    GET  /_control/calls      every call with its arguments
    POST /_control/reset      forgets both
"""
import json
import pathlib
import re
import sys
import traceback
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import store
import text
from methods import METHODS
from refusal import Refusal

NOT_FOUND = Refusal(404, 'Not Found')


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        body = self.request_body()
        try:
            if control := re.fullmatch(r'/_control/(\w+)', path):
                return self.answer(200, self.control(control[1]))
            if file := re.fullmatch(r'/file/bot([^/]+)/(.+)', path):
                return self.answer(200, self.file(*file.groups()), 'application/octet-stream')
            if call := re.fullmatch(r'/bot([^/]+)/([^/]+)', path):
                return self.answer(200, {'ok': True, 'result': self.call(*call.groups(), body)})
            raise NOT_FOUND
        except Refusal as refusal:
            self.answer(refusal.code, refusal.body())
        except Exception as error:
            traceback.print_exc()
            self.answer(500, Refusal(500, f'Internal Server Error: {error}').body())

    do_GET = do_POST

    def answer(self, status, value, kind='application/json'):
        body = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def call(self, token, method, body):
        if not re.fullmatch(r'\d+:[\w-]{35}', token):
            raise Refusal(401, 'Unauthorized: invalid token specified')
        if token != TOKEN:
            raise Refusal(401, 'Unauthorized')
        arguments, uploads = self.arguments(body)
        with store.lock:
            sizes = {name: len(data) for name, (_, data) in uploads.items()}
            store.calls.append({'method': method, 'arguments': arguments, 'files': sizes})
            if method.lower() not in METHODS:
                raise Refusal(404, 'Not Found: method not found')
            # A copy: the stored message may change while the answer is on its way.
            return json.loads(json.dumps(METHODS[method.lower()](arguments, uploads)))

    def file(self, token, path):
        with store.lock:
            known = any(file['file_path'] == path for file in store.files.values())
        if token != TOKEN or not known:
            raise NOT_FOUND
        return (store.folder / path).read_bytes()

    def control(self, what):
        with store.lock:
            if what == 'messages':
                return {str(chat): list(box.values()) for chat, box in store.messages.items()}
            if what == 'calls':
                return list(store.calls)
            if what == 'reset' and self.command == 'POST':
                store.reset()
                return {'ok': True}
        raise NOT_FOUND

    def request_body(self):
        if self.headers.get('Transfer-Encoding', '').lower() != 'chunked':
            return self.rfile.read(int(self.headers.get('Content-Length') or 0))
        body = b''
        while size := int(self.rfile.readline().split(b';')[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def arguments(self, body):
        """Arguments out of address and body, and the uploaded files: name → (file name, bytes)."""
        query = urllib.parse.urlsplit(self.path).query
        arguments = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        kind = self.headers.get('Content-Type', '')
        if kind.startswith('multipart/form-data'):
            fields, uploads = parts_of(kind, body)
            return {**arguments, **fields}, uploads
        if kind.startswith('application/json') and body:
            try:
                arguments.update(json.loads(body))
            except ValueError:
                raise Refusal(400, "Bad Request: can't parse JSON object") from None
        elif kind.startswith('application/x-www-form-urlencoded'):
            arguments.update(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
        return arguments, {}


def parts_of(kind, body):
    boundary = re.search(r'boundary="?([^";]+)', kind)
    if not boundary:
        raise Refusal(400, 'Bad Request: boundary not found')
    fields, uploads = {}, {}
    for part in (b'\r\n' + body).split(b'\r\n--' + boundary[1].encode())[1:-1]:
        head, _, data = part.partition(b'\r\n\r\n')
        head = head.decode('utf-8', 'replace')
        name = re.search(r'[; ]name="([^"]*)"', head)
        file_name = re.search(r'filename\*?="?(?:UTF-8\'\')?([^";\r\n]*)', head, re.IGNORECASE)
        if name and file_name:
            uploads[name[1]] = (urllib.parse.unquote(file_name[1]), data)
        elif name:
            fields[name[1]] = data.decode()
    return fields, uploads


if __name__ == '__main__':
    address, port, library, folder, TOKEN = sys.argv[1:]
    store.folder = pathlib.Path(folder)
    print('TDLib', text.load(library), flush=True)
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer((address, int(port)), Handler).serve_forever()

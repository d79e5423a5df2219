"""A reverse proxy that misbehaves on order. Arguments: address port (of the control).

A test makes a proxy of its own, so that tests at the same time do not disturb each other:

    POST   /proxies             {"target": "http://127.0.0.1:17320"}  →  201 {"control": …, "url": …, "target": …}
    GET    control              {"url", "target", "rules", "held": 1, "requests": [log]}
    PUT    control/rules        [rule, …] replaces the rules; their counts begin anew
    GET    control/held?count=1&seconds=10   waits until so many requests are held; 504 if they do not come
    POST   control/release      the held requests go on
    POST   control/drop         the held requests lose their connection, without an answer
    DELETE control              closes the proxy; what it holds is dropped

A rule: {"do": …, "method": "POST", "path": "/posts", "nth": 1, "times": 1, …}. `method` and `path` are regular expressions,
the first for the whole method, the second to be found in path and query; without them every request matches. The rule acts on
the `nth` request that matches and on `times` requests from there (0: on all of them). The first rule whose turn it is acts.

    hold-before   waits before forwarding: after `release` the target gets the request, after `drop` never
    hold-answer   forwards, then waits: after `release` the client gets the answer, after `drop` nothing
    drop-before   closes the connection without forwarding
    drop-after    forwards, then closes the connection without an answer
    status        answers `status` with `headers` and `body`, e.g. 429 and {"Retry-After": "1"}
    html          answers `status` (502 unless given) with an HTML error page
    garbage       answers 200 and application/json with a body that is no JSON
    cut           forwards, then answers with half of the target's body and closes the connection

`status`, `html` and `garbage` do not forward unless "forward" is true: then the target did it, and the client sees the fault.

Each log entry tells method, path, bytes of the body, fault (what was done, null without a fault), target_status (null: the
target never saw it), status (null: the client got no answer) and state: held, forwarding, answered, dropped, client-gone,
target-failed. Requests that ask for another protocol (WebSocket) are not proxied.
"""
import http.client
import itertools
import json
import re
import socket
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAULTS = {'hold-before', 'hold-answer', 'drop-before', 'drop-after', 'status', 'html', 'garbage', 'cut'}
# Between two neighbours only, never passed on.
HOP_BY_HOP = {'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer',
              'transfer-encoding', 'upgrade'}
PAGE = b'<!DOCTYPE html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>'
GARBAGE = b'{"id": 1, "content": <<<'
TARGET_SECONDS = 300

address, control_port = sys.argv[1], int(sys.argv[2])
proxies = {}
numbers = itertools.count(1)


class Dropped(Exception):
    """The connection is to be closed without an answer."""


class Rule:
    def __init__(self, order):
        if order.get('do') not in FAULTS:
            raise ValueError(f'no such fault: {order.get("do")}')
        self.order, self.seen = order, 0
        self.method = re.compile(order.get('method', '.*'))
        self.path = re.compile(order.get('path', ''))
        self.first, self.times = int(order.get('nth', 1)), int(order.get('times', 1))

    def counts(self, method, path):
        """Whether the rule's turn has come with this request."""
        if not (self.method.fullmatch(method) and self.path.search(path)):
            return False
        self.seen += 1
        return self.seen >= self.first and (self.times == 0 or self.seen < self.first + self.times)


class Proxy:
    """One target behind faults. `change` guards all that follows it."""

    def __init__(self, number, target):
        self.number, self.target = number, urllib.parse.urlsplit(target)
        self.change = threading.Condition()
        self.rules, self.requests, self.held = [], [], {}
        self.server = Server((address, 0), Between)
        self.server.proxy = self
        self.url = f'http://{address}:{self.server.server_port}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def facts(self):
        with self.change:
            return {'control': f'http://{address}:{control_port}/proxies/{self.number}', 'url': self.url,
                    'target': self.target.geturl(), 'rules': [dict(rule.order, seen=rule.seen) for rule in self.rules],
                    'held': self.waiting(), 'requests': self.requests.copy()}

    def waiting(self):
        return sum(verdict is None for verdict in self.held.values())

    def set_rules(self, orders):
        rules = [Rule(order) for order in orders]
        with self.change:
            self.rules = rules

    def begin(self, entry):
        """Notes a request and tells what to do with it: an order, or {}."""
        with self.change:
            self.requests.append(entry)
            turns = [rule for rule in self.rules if rule.counts(entry['method'], entry['path'])]
            order = turns[0].order if turns else {}
            entry['fault'] = order.get('do')
            return order

    def hold(self, entry):
        with self.change:
            before, entry['state'] = entry['state'], 'held'
            self.held[id(entry)] = None
            self.change.notify_all()
            self.change.wait_for(lambda: self.held[id(entry)] is not None)
            if self.held.pop(id(entry)) == 'drop':
                raise Dropped
            entry['state'] = before

    def judge(self, verdict):
        with self.change:
            self.held = {key: known or verdict for key, known in self.held.items()}
            self.change.notify_all()

    def wait_until_held(self, count, seconds):
        with self.change:
            return self.change.wait_for(lambda: self.waiting() >= count, seconds)

    def close(self):
        self.judge('drop')
        self.server.shutdown()
        self.server.server_close()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True

    def log_message(self, *arguments):
        pass

    def body(self):
        if self.headers.get('Transfer-Encoding', '').lower() != 'chunked':
            return self.rfile.read(int(self.headers.get('Content-Length') or 0))
        body = b''
        while size := int(self.rfile.readline().split(b';')[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def answer(self, status, headers, body, send=None):
        """Sends an answer; `send` is how much of the body really goes out."""
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP and name.lower() != 'content-length':
                self.send_header(name, value)
        if status not in (204, 304):
            self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body if send is None else body[:send])


class Between(Handler):
    """What the client under test talks to."""

    def handle_request(self):
        entry = {'method': self.command, 'path': self.path, 'bytes': 0, 'fault': None, 'target_status': None, 'status': None,
                 'state': 'forwarding'}
        self.proxy = self.server.proxy
        try:
            body = self.body()
            entry['bytes'] = len(body)
            self.follow(self.proxy.begin(entry), entry, body)
        except Dropped:
            self.cut_off()
            self.note(entry, state='dropped')
        except (http.client.HTTPException, socket.timeout) as error:
            self.cut_off()
            self.note(entry, state='target-failed', error=str(error))
        except OSError as error:
            self.cut_off()
            self.note(entry, state='client-gone' if entry['target_status'] else 'target-failed', error=str(error))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_request
    do_PROPFIND = do_MKCOL = do_MOVE = do_COPY = handle_request

    def note(self, entry, **facts):
        with self.proxy.change:
            entry.update(facts)

    def cut_off(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def follow(self, order, entry, body):
        fault = order.get('do')
        if fault == 'drop-before':
            raise Dropped
        if fault == 'hold-before':
            self.proxy.hold(entry)
        made = self.made_up(order)
        if made and not order.get('forward'):
            return self.finish(entry, *made)
        status, headers, answer = self.forward(body)
        self.note(entry, target_status=status)
        if fault == 'drop-after':
            raise Dropped
        if fault == 'hold-answer':
            self.proxy.hold(entry)
        if fault == 'cut':
            self.finish(entry, status, headers, answer, send=len(answer) // 2)
            return self.cut_off()
        return self.finish(entry, *(made or (status, headers, answer)))

    def finish(self, entry, status, headers, body, send=None):
        self.answer(status, headers, body, send)
        self.note(entry, status=status, state='answered')

    def made_up(self, order):
        """The answer that the order wants in place of the target's; None where it wants none."""
        if order.get('do') == 'status':
            return order.get('status', 503), list(order.get('headers', {}).items()), order.get('body', '').encode()
        if order.get('do') == 'html':
            return order.get('status', 502), [('Content-Type', 'text/html; charset=utf-8')], PAGE
        if order.get('do') == 'garbage':
            return 200, [('Content-Type', 'application/json')], GARBAGE
        return None

    def forward(self, body):
        target = self.proxy.target
        connection = http.client.HTTPConnection(target.hostname, target.port or 80, timeout=TARGET_SECONDS)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            connection.putheader('Host', target.netloc)
            for name, value in self.headers.items():
                if name.lower() not in HOP_BY_HOP | {'host', 'content-length', 'expect'}:
                    connection.putheader(name, value)
            if body or self.command in ('POST', 'PUT', 'PATCH'):
                connection.putheader('Content-Length', str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


class Control(Handler):
    """Where tests order faults."""

    def do_GET(self):
        parts = urllib.parse.urlsplit(self.path)
        words = parts.path.strip('/').split('/')
        body = self.body()
        try:
            status, value = self.control(words, dict(urllib.parse.parse_qsl(parts.query)), json.loads(body or b'null'))
        except (ValueError, KeyError, TypeError, AttributeError, re.error) as error:
            status, value = 400, {'error': f'{type(error).__name__}: {error}'}
        self.answer(status, [('Content-Type', 'application/json')], json.dumps(value).encode())

    do_POST = do_PUT = do_DELETE = do_GET

    def control(self, words, query, body):
        deed = (self.command, *words[2:])
        if words == ['proxies'] and self.command == 'POST':
            number = str(next(numbers))
            proxies[number] = Proxy(number, body['target'])
            return 201, proxies[number].facts()
        if words == ['proxies']:
            return 200, [proxy.facts()['control'] for proxy in list(proxies.values())]
        proxy = proxies.get(words[1]) if words[0] == 'proxies' else None
        if not proxy:
            return 404, {'error': 'no such proxy'}
        if deed == ('GET',):
            return 200, proxy.facts()
        if deed == ('GET', 'held'):
            came = proxy.wait_until_held(int(query.get('count', 1)), float(query.get('seconds', 10)))
            return (200 if came else 504), proxy.facts()
        if deed == ('PUT', 'rules'):
            proxy.set_rules(body)
        elif deed in (('POST', 'release'), ('POST', 'drop')):
            proxy.judge(words[2])
        elif deed == ('DELETE',):
            proxies.pop(words[1])
            proxy.close()
        else:
            return 404, {'error': 'no such deed'}
        return 200, proxy.facts()


if __name__ == '__main__':
    Server((address, control_port), Control).serve_forever()

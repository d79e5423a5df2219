"""Self-test of the fault proxy against a target of its own. Argument: the control. Prints PASS and FAIL lines."""
import http.client
import json
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

control = sys.argv[1]
failed = False
taken = []


class Target(BaseHTTPRequestHandler):
    """Notes each body that reaches it and answers it back."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        taken.append(body.decode())
        self.send_response(201)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def expect(label, want, got):
    global failed
    failed = failed or want != got
    print(f'PASS flaky {label}' if want == got else f'FAIL flaky {label}: want {want!r} got {got!r}')


def ask(method, url, value=None):
    data = None if value is None else json.dumps(value).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, method=method)) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return {'status': error.code}


def send(url, body, path='/posts'):
    """What a client sees of one POST: (status, Retry-After, body), or what broke."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request('POST', path, body.encode())
        answer = connection.getresponse()
        return answer.status, answer.getheader('Retry-After'), answer.read().decode()
    except http.client.IncompleteRead as error:
        return 'cut', len(error.partial)
    except (http.client.HTTPException, ConnectionError):
        return 'no answer'
    finally:
        connection.close()


def state(proxy, number=-1):
    entry = ask('GET', proxy['control'])['requests'][number]
    return entry['state'], entry['target_status'], entry['status']


def until(wanted, seconds=10):
    end = time.monotonic() + seconds
    while not wanted() and time.monotonic() < end:
        time.sleep(0.02)
    return wanted()


def client_in_the_back(proxy, body):
    code = f'import urllib.request; urllib.request.urlopen({proxy["url"] + "/posts"!r}, {body.encode()!r})'
    return subprocess.Popen([sys.executable, '-c', code], stderr=subprocess.DEVNULL)


def check(proxy, rules):
    url = proxy['url']
    expect('passes-through', (201, None, 'plain'), send(url, 'plain'))
    rules([{'do': 'drop-before'}])
    expect('drop-before', ('no answer', False), (send(url, 'before'), 'before' in taken))
    expect('drop-before-log', ('dropped', None, None), state(proxy))
    rules([{'do': 'drop-after'}])
    expect('drop-after', ('no answer', True), (send(url, 'after'), 'after' in taken))
    expect('drop-after-log', ('dropped', 201, None), state(proxy))
    rules([{'do': 'status', 'status': 429, 'headers': {'Retry-After': '3'}, 'body': 'slow down'}])
    expect('too-many-requests', (429, '3', 'slow down'), send(url, 'flood'))
    expect('only-once', 201, send(url, 'again')[0])
    rules([{'do': 'html', 'status': 503, 'forward': True}])
    expect('error-page-after-the-deed', (503, True), (send(url, 'page')[0], 'page' in taken))
    rules([{'do': 'garbage'}])
    expect('garbage', (200, False), (send(url, 'garbage')[0], 'garbage' in taken))
    rules([{'do': 'cut'}])
    expect('cut-body', ('cut', 4), send(url, '12345678'))
    rules([{'do': 'status', 'status': 503, 'method': 'POST', 'path': '^/posts$', 'nth': 2, 'times': 2}])
    seen = [send(url, 'x', path)[0] for path in ('/media', '/posts', '/posts', '/media', '/posts', '/posts')]
    expect('nth-matching-request', [201, 201, 503, 201, 503, 201], seen)
    expect('nothing-held', 504, ask('GET', f'{proxy["control"]}/held?seconds=0.1')['status'])
    for verdict, reaches in (('drop', False), ('release', True)):
        rules([{'do': 'hold-before'}])
        client = client_in_the_back(proxy, f'hold {verdict}')
        expect(f'held-before-{verdict}', 1, ask('GET', f'{proxy["control"]}/held').get('held'))
        client.send_signal(signal.SIGKILL)
        client.wait()
        ask('POST', f'{proxy["control"]}/{verdict}')
        until(lambda: state(proxy)[0] not in ('held', 'forwarding'))
        expect(f'client-killed-then-{verdict}', reaches, f'hold {verdict}' in taken)
    rules([{'do': 'hold-answer'}])
    client = client_in_the_back(proxy, 'hold answer')
    expect('held-answer', 1, ask('GET', f'{proxy["control"]}/held').get('held'))
    expect('held-answer-target-has-it', True, 'hold answer' in taken)
    ask('POST', f'{proxy["control"]}/release')
    expect('held-answer-released', 0, client.wait(timeout=10))
    expect('held-answer-log', ('answered', 201, 201), state(proxy))


target = ThreadingHTTPServer(('127.0.0.1', 0), Target)
threading.Thread(target=target.serve_forever, daemon=True).start()
made = ask('POST', control, {'target': f'http://127.0.0.1:{target.server_port}'})
check(made, lambda orders: ask('PUT', f'{made["control"]}/rules', orders))
ask('DELETE', made['control'])
expect('deleted', 404, ask('GET', made['control'])['status'])
expect('unknown-fault', 400, ask('PUT', f'{ask("POST", control, {"target": made["target"]})["control"]}/rules', [{'do': 'dance'}])['status'])
sys.exit(failed)

"""SMTP server that only keeps. Arguments: address port folder certificate key user password.

Plain and STARTTLS on the port, TLS from the first byte on the next one. Each message becomes NNNN.eml, byte for byte, and
NNNN.json with its envelope. What the first letters of a recipient order: reject… is refused for good (550), defer… for
now (451); a message to lost… is kept, and then the connection closes without an answer.
"""
import asyncio
import itertools
import json
import pathlib
import signal
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

address, port, folder, certificate, key, user, password = sys.argv[1:]
port, folder = int(port), pathlib.Path(folder)
folder.mkdir(parents=True, exist_ok=True)
numbers = itertools.count(1 + max((int(path.stem) for path in folder.glob('*.eml')), default=0))
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)


class Sink:
    async def handle_RCPT(self, server, session, envelope, recipient, options):
        if recipient.startswith('reject'):
            return '550 5.1.1 no such mailbox'
        if recipient.startswith('defer'):
            return '451 4.2.1 try again later'
        envelope.rcpt_tos.append(recipient)
        return '250 2.1.5 OK'

    async def handle_DATA(self, server, session, envelope):
        name = f'{next(numbers):04}'
        (folder / f'{name}.eml').write_bytes(envelope.original_content)
        login = session.auth_data.login.decode() if isinstance(session.auth_data, LoginPassword) else None
        facts = {
            'file': f'{name}.eml', 'from': envelope.mail_from, 'to': envelope.rcpt_tos, 'smtputf8': bool(envelope.smtp_utf8),
            'tls': server.transport.get_extra_info('sslcontext') is not None, 'hello': session.host_name, 'user': login,
        }
        # Renamed last: whoever sees the .json can read both files whole.
        (folder / f'{name}.part').write_text(json.dumps(facts, ensure_ascii=False))
        (folder / f'{name}.part').rename(folder / f'{name}.json')
        if any(recipient.startswith('lost') for recipient in envelope.rcpt_tos):
            server.transport.abort()
        return f'250 2.0.0 kept as {name}'


def check_login(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
    return AuthResult(success=right, handled=False, auth_data=data if right else None)


async def main():
    loop = asyncio.get_running_loop()
    common = dict(handler=Sink(), authenticator=check_login, auth_required=True, auth_require_tls=False,
                  enable_SMTPUTF8=True, hostname='localhost', data_size_limit=10 << 20)
    await loop.create_server(lambda: SMTP(tls_context=context, **common), address, port)
    await loop.create_server(lambda: SMTP(**common), address, port + 1, ssl=context)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


asyncio.run(main())

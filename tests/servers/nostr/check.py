"""Publishes, replaces and deletes at a relay. Arguments: relay secret-key. Prints `LABEL yes`, or what came instead."""
import asyncio
import sys
import time

from aionostr.event import Event
from aionostr.key import PrivateKey
from aionostr.relay import Manager

NOTE, DELETION, ARTICLE = 1, 5, 30023
relay, secret = sys.argv[1:]
author = PrivateKey(bytes.fromhex(secret)).public_key.hex()
now = int(time.time())
run = str(time.time_ns())


def signed(kind, content, tags, moment=now):
    event = Event(pubkey=author, kind=kind, content=content, tags=tags, created_at=moment)
    event.sign(secret)
    return event


def report(label, wanted, got):
    print(label, 'yes' if wanted == got else got)


async def main():
    async with Manager([relay]) as manager:
        async def contents(**query):
            return [event.content async for event in manager.get_events(query, only_stored=True)]

        async def publish(event):
            await manager.add_event(event, check_response=True)

        note = signed(NOTE, f'你好 мир {run}', [['t', f'招聘{run}']])
        await publish(note)
        report('publish', [note.content], await contents(ids=[note.id]))
        report('find-by-tag', [note.content], await contents(authors=[author], **{'#t': [f'招聘{run}']}))
        for version, moment in (('# v1', now - 5), ('# v2', now)):
            await publish(signed(ARTICLE, version, [['d', run], ['title', '标题']], moment))
        report('replace-article', ['# v2'], await contents(kinds=[ARTICLE], authors=[author], **{'#d': [run]}))
        await publish(signed(DELETION, '', [['e', note.id]], now + 1))
        # The relay deletes a moment after it has answered.
        for _ in range(50):
            if not (left := await contents(ids=[note.id])):
                break
            await asyncio.sleep(0.1)
        report('delete', [], left)


asyncio.run(main())

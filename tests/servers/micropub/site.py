"""A small site with a Micropub endpoint. Arguments: address port folder.

The protocol is django-indieweb's: tokens and scopes, forms and JSON, what is refused, the media endpoint, queries. Ours is
what it leaves to a site: where posts are kept, the address of each (by `mp-slug`, with a number behind it when that is
taken, as WordPress does), the cleaning of their HTML (by nh3, which drops comments) and their pages.

    GET  /                  names the endpoint in a <link>, relative to itself
    GET  /SLUG/             a post's page; 410 when it was deleted
    GET  /control/posts/    all posts as they are kept, for a look that goes past the protocol
    POST /control/posts/    {"url": …, "properties": {…}}: another hand's edit; without properties the post is removed
"""
import json
import pathlib
import re
import sys
import threading
import urllib.parse

import django
import nh3
from django.conf import settings

ADDRESS, PORT, FOLDER = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
BASE = f'http://{ADDRESS}:{PORT}'
FOLDER.mkdir(parents=True, exist_ok=True)
sys.modules['site_of_trials'] = sys.modules[__name__]
settings.configure(
    ALLOWED_HOSTS=['*'],
    SECRET_KEY='trial-key-of-a-server-on-this-machine-only',
    USE_TZ=True,
    SITE_ID=1,
    ROOT_URLCONF='site_of_trials',
    DEFAULT_AUTO_FIELD='django.db.models.BigAutoField',
    DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': str(FOLDER / 'tokens.db')}},
    INSTALLED_APPS=['django.contrib.contenttypes', 'django.contrib.auth', 'django.contrib.sites', 'indieweb'],
    MEDIA_ROOT=str(FOLDER / 'media'),
    MEDIA_URL='/media/',
    INDIEWEB_MICROPUB_HANDLER='site_of_trials.Posts',
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse, JsonResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402
from django.views.static import serve  # noqa: E402
from indieweb.handlers import MicropubContentHandler, MicropubEntry, MicropubEntryList  # noqa: E402
from indieweb.models import Token  # noqa: E402

LOCK = threading.Lock()
FILE = FOLDER / 'posts.json'
TARGETS = [{'uid': 'https://archive.example/', 'name': 'an archive'}]


def at(name):
    return f'{BASE}/{urllib.parse.quote(name)}/'


def load():
    return json.loads(FILE.read_text()) if FILE.exists() else []


def save(posts):
    FILE.with_suffix('.new').write_text(json.dumps(posts, ensure_ascii=False))
    FILE.with_suffix('.new').replace(FILE)


def cleaned(properties):
    for value in properties.get('content', []):
        if isinstance(value, dict) and 'html' in value:
            value['html'] = nh3.clean(value['html'])
    return properties


class Posts(MicropubContentHandler):
    """Posts in a file, the last one last; the deleted ones stay and are marked."""

    def _there(self, posts, url):
        for post in posts:
            if post['url'] == url and not post['deleted']:
                return post
        raise ValueError(f'no post at {url}')

    def create_entry(self, properties, user):
        with LOCK:
            posts = load()
            wish = (properties.get('mp-slug') or [str(len(posts) + 1)])[0]
            slug = re.sub(r'[^\w-]+', '-', wish).strip('-').lower()
            taken = {post['url'] for post in posts}
            url, number = at(slug), 1
            while url in taken:
                number += 1
                url = at(f'{slug}-{number}')
            commands = {'mp-slug', 'mp-syndicate-to'}
            kept = {key: value for key, value in properties.items() if key not in commands}
            post = {'url': url, 'properties': cleaned(kept), 'deleted': False,
                    'syndicated': properties.get('mp-syndicate-to', [])}
            save([*posts, post])
        return MicropubEntry(url=post['url'], properties=post['properties'])

    def update_entry(self, url, updates, user):
        with LOCK:
            posts = load()
            post = self._there(posts, url)
            properties = post['properties']
            properties.update(updates.get('replace', {}))
            for key, values in updates.get('add', {}).items():
                properties.setdefault(key, []).extend(values)
            gone = updates.get('delete', [])
            for key in list(gone):
                left = [] if isinstance(gone, list) else [value for value in properties.get(key, []) if value not in gone[key]]
                if left:
                    properties[key] = left
                else:
                    properties.pop(key, None)
            post['properties'] = cleaned(properties)
            save(posts)
        return MicropubEntry(url=url, properties=properties)

    def _mark(self, url, deleted):
        with LOCK:
            posts = load()
            for post in posts:
                if post['url'] == url and post['deleted'] != deleted:
                    post['deleted'] = deleted
                    save(posts)
                    return MicropubEntry(url=url, properties=post['properties'])
        raise ValueError(f'no such post at {url}')

    def delete_entry(self, url, user):
        self._mark(url, True)

    def undelete_entry(self, url, user):
        return self._mark(url, False)

    def get_entry(self, url, user):
        with LOCK:
            posts = load()
        found = [post for post in posts if post['url'] == url and not post['deleted']]
        return MicropubEntry(url=url, properties=found[0]['properties']) if found else None

    def list_entries(self, user, *, limit=None, offset=0, filter=None):
        with LOCK:
            posts = [post for post in reversed(load()) if not post['deleted']]
        chosen = posts[offset:][:limit]
        return MicropubEntryList(entries=[MicropubEntry(url=post['url'], properties=post['properties']) for post in chosen],
                                 total=len(posts))

    def get_config(self, user):
        return {**super().get_config(user), 'syndicate-to': TARGETS}


def home(request):
    return HttpResponse('<!doctype html><title>A site</title><link rel="micropub" href="indieweb/micropub/">')


def page(request, slug):
    with LOCK:
        found = [post for post in load() if post['url'] == at(slug)]
    if not found:
        return HttpResponse('nothing here', status=404)
    if found[-1]['deleted']:
        return HttpResponse('gone', status=410)
    content = found[-1]['properties'].get('content', [''])[0]
    return HttpResponse(content.get('html', '') if isinstance(content, dict) else content)


@csrf_exempt
def control(request):
    if request.method != 'POST':
        with LOCK:
            return JsonResponse([post for post in load() if not post['deleted']], safe=False)
    wish = json.loads(request.body)
    if 'properties' not in wish:
        Posts().delete_entry(wish['url'], None)
    else:
        Posts().update_entry(wish['url'], {'replace': wish['properties']}, None)
    return JsonResponse({})


urlpatterns = [
    path('', home),
    path('indieweb/', include('indieweb.urls')),
    path('media/<path:path>', serve, {'document_root': settings.MEDIA_ROOT}),
    path('control/posts/', control),
    path('<str:slug>/', page),
]


def token(name, scope):
    """A token of that name, the same after a restart."""
    file = FOLDER / f'token-{name}'
    if not file.exists():
        owner, _ = User.objects.get_or_create(username='yunlan')
        kept = Token.objects.create(owner=owner, client_id=f'https://{name}.example/', me=f'{BASE}/', scope=scope)
        file.write_text(kept.key)
    return file.read_text()


call_command('migrate', verbosity=0)
(FOLDER / 'tokens').write_text(
    f"MICROPUB_TOKEN={token('writer', 'create update delete undelete media')}\nMICROPUB_READER_TOKEN={token('reader', 'read')}\n")


class Quiet(WSGIRequestHandler):
    def log_message(self, *words):
        pass


server = ThreadedWSGIServer((ADDRESS, PORT), Quiet)
server.set_app(get_wsgi_application())
server.serve_forever()

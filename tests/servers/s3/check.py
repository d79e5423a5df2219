"""The self-test of the server, with a client that is none of ours: one line `label ok`, or what came instead."""

import hashlib
import sys

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

url, key, secret, reader_key, reader_secret = sys.argv[1:]
settings = Config(s3={'addressing_style': 'path'}, retries={'max_attempts': 1})


def client(key, secret):
    return boto3.client('s3', endpoint_url=url, region_name='us-east-1', aws_access_key_id=key,
                        aws_secret_access_key=secret, config=settings)


def status(call):
    try:
        call()
        return 200
    except ClientError as error:
        return error.response['ResponseMetadata']['HTTPStatusCode']


def check(label, got, want=True):
    print(label, 'ok' if got == want else repr(got).replace('\n', ' ')[:200])


s3 = client(key, secret)
body = '<h1>你好 мир</h1>'.encode()
name = 'self-test/статья/本地 企业.html'
put = s3.put_object(Bucket='site', Key=name, Body=body, ContentType='text/html; charset=utf-8', CacheControl='max-age=60')
check('etag-is-md5', put['ETag'].strip('"'), hashlib.md5(body).hexdigest())
found = s3.get_object(Bucket='site', Key=name)
check('get', found['Body'].read(), body)
check('headers', (found['ContentType'], found.get('CacheControl')), ('text/html; charset=utf-8', 'max-age=60'))
listed = s3.list_objects_v2(Bucket='site', Prefix='self-test/')
check('list', [item['Key'] for item in listed['Contents']], [name])
check('condition', status(lambda: s3.put_object(Bucket='site', Key=name, Body=b'x', IfNoneMatch='*')), 412)
s3.delete_object(Bucket='site', Key=name)
check('delete', s3.list_objects_v2(Bucket='site', Prefix='self-test/')['KeyCount'], 0)
check('wrong-secret', status(lambda: client(key, 'wrong').put_object(Bucket='site', Key='x', Body=b'x')), 403)
check('reader-may-not', status(lambda: client(reader_key, reader_secret).put_object(Bucket='site', Key='x', Body=b'x')), 403)
check('missing-bucket', status(lambda: s3.put_object(Bucket='absent', Key='x', Body=b'x')), 404)
for name in ('public/seen', 'hidden'):
    s3.put_object(Bucket='site', Key=name, Body=b'x')
    nobody = client(key, secret)
    nobody.meta.events.register('choose-signer.s3.*', lambda **_: UNSIGNED)
    check('world-' + name, status(lambda: nobody.get_object(Bucket='site', Key=name)), 200 if '/' in name else 403)
    s3.delete_object(Bucket='site', Key=name)
for number in range(5):
    s3.put_object(Bucket='small', Key=str(number), Body=b'x')
check('quota', status(lambda: s3.put_object(Bucket='small', Key='5', Body=b'x')), 403)
for number in range(5):
    s3.delete_object(Bucket='small', Key=str(number))

"""Looks into a bucket with a client that is none of ours.

look.py REGION ENDPOINT KEY SECRET list PREFIX    one JSON object: name → {bytes (base64), type, cache}
look.py REGION ENDPOINT KEY SECRET put NAME       standard input becomes that object
look.py REGION ENDPOINT KEY SECRET delete NAME
"""

import base64
import json
import sys

import boto3
from botocore.config import Config

region, endpoint, key, secret, verb, name = sys.argv[1:]
s3 = boto3.client('s3', endpoint_url=endpoint, region_name=region, aws_access_key_id=key,
                  aws_secret_access_key=secret, config=Config(s3={'addressing_style': 'path'}))
if verb == 'list':
    found = {}
    for page in s3.get_paginator('list_objects_v2').paginate(Bucket='site', Prefix=name):
        for item in page.get('Contents', []):
            it = s3.get_object(Bucket='site', Key=item['Key'])
            found[item['Key'][len(name):]] = {
                'bytes': base64.b64encode(it['Body'].read()).decode(),
                'type': it.get('ContentType', ''),
                'cache': it.get('CacheControl', ''),
            }
    print(json.dumps(found))
elif verb == 'put':
    s3.put_object(Bucket='site', Key=name, Body=sys.stdin.buffer.read())
else:
    s3.delete_object(Bucket='site', Key=name)

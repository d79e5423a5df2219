"""Makes the buckets of the first user, and says who else may look into them.

setup.py ENDPOINT KEY SECRET
"""

import json
import sys

import boto3
from botocore.config import Config

endpoint, key, secret = sys.argv[1:]
s3 = boto3.client('s3', endpoint_url=endpoint, region_name='us-east-1', aws_access_key_id=key,
                  aws_secret_access_key=secret, config=Config(s3={'addressing_style': 'path'}))
for bucket in ('site', 'small'):
    s3.create_bucket(Bucket=bucket)
objects = 'arn:aws:s3:::site/'
reader = {'AWS': 'arn:aws:iam:::user/reader'}
s3.put_bucket_policy(Bucket='site', Policy=json.dumps({'Version': '2012-10-17', 'Statement': [
    {'Effect': 'Allow', 'Principal': reader, 'Action': 's3:ListBucket', 'Resource': objects[:-1]},
    {'Effect': 'Allow', 'Principal': reader, 'Action': 's3:GetObject', 'Resource': objects + '*'},
    {'Effect': 'Allow', 'Principal': '*', 'Action': 's3:GetObject', 'Resource': objects + 'public/*'},
]}))

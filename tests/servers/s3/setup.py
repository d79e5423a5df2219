"""Makes the bucket and the two users while the server asks for no signature yet; prints their keys."""

import json
import sys

import boto3

login = dict(endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='x', aws_secret_access_key='x')
iam = boto3.client('iam', **login)
for user, action, prefix in (('publisher', '*', 'S3_'), ('reader', ['s3:GetObject', 's3:ListBucket'], 'S3_READER_')):
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)['AccessKey']
    policy = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': action, 'Resource': '*'}]}
    iam.put_user_policy(UserName=user, PolicyName='trial', PolicyDocument=json.dumps(policy))
    print(f'{prefix}KEY={key["AccessKeyId"]}')
    print(f'{prefix}SECRET={key["SecretAccessKey"]}')
boto3.client('s3', **login).create_bucket(Bucket='site')

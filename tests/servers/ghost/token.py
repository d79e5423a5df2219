"""Prints a token for Ghost's Admin API that lives five minutes. Argument: the Admin API key, ID:SECRET."""
import base64
import hashlib
import hmac
import json
import sys
import time


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


key, secret = sys.argv[1].split(':')
now = int(time.time())
parts = ({'alg': 'HS256', 'typ': 'JWT', 'kid': key}, {'iat': now, 'exp': now + 300, 'aud': '/admin/'})
signed = '.'.join(encoded(json.dumps(part).encode()) for part in parts)
signature = hmac.new(bytes.fromhex(secret), signed.encode(), hashlib.sha256).digest()
print(f'{signed}.{encoded(signature)}')

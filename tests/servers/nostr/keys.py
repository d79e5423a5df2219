"""Prints a fresh pair of keys as lines of the env file."""
import secrets

from aionostr.key import PrivateKey

key = PrivateKey(secrets.token_bytes(32))
print(f'NOSTR_SECRET_KEY={key.hex()}')
print(f'NOSTR_PUBLIC_KEY={key.public_key.hex()}')

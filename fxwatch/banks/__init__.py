"""The banks' side of the work: their keys, the signature on what they are told, receipts, and lists to take along."""

from fxwatch.banks.keys import add_key, digest_of, revoke_key
from fxwatch.banks.signing import public_keys, rotate_signing, signing_key

__all__ = ["add_key", "digest_of", "public_keys", "revoke_key", "rotate_signing", "signing_key"]

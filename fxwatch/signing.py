"""Signatures on what banks are told: Ed25519 over the canonical spelling of the whole answer. The only room of `cryptography` and `nacl`.

A document is sealed by two more fields, `key_id` and `signature`; the signature covers everything but itself. Whoever has the
public key proves the document without asking anybody, years later and on any machine.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fxwatch.canonical import canonical, canonical_of_plain
from fxwatch.terms import Language

ALGORITHM = "Ed25519"


@dataclass(frozen=True)
class PublicKey:
    """A key that proves signatures.

    `public` is base64 of its 32 bytes; it signed from `valid_from` to `valid_to` (UTC, ISO 8601 with `Z`; None while it
    still signs).
    """

    key_id: str
    public: str
    valid_from: str
    valid_to: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """The key as it is published."""
        return {"algorithm": ALGORITHM, **asdict(self)}


def keys_from(published: Any) -> list[PublicKey]:
    """The keys of a published list: `{"keys": [{"key_id", "public", "valid_from", "valid_to"}, …]}`.

    Raises:
        ValueError: it is none.
    """
    rows = published.get("keys") if isinstance(published, dict) else None
    if not isinstance(rows, list) or not rows:
        raise ValueError('it has no list "keys"')
    names = ("key_id", "public", "valid_from")
    if not all(isinstance(row, dict) and all(isinstance(row.get(name), str) for name in names) for row in rows):
        raise ValueError(f"a key has no {', '.join(names)}")
    return [PublicKey(row["key_id"], row["public"], row["valid_from"], row.get("valid_to")) for row in rows]


@dataclass(frozen=True)
class Proof:
    """What a verification found: a sentence in English and in Chinese."""

    ok: bool
    key_id: str | None
    english: str
    chinese: str

    def say(self, language: Language) -> str:
        """The finding in the reader's language."""
        return self.chinese if language == "zh" else self.english


class SigningKey:
    """A private key with the names it is known by."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        raw = private.public_key().public_bytes_raw()
        self.public = base64.b64encode(raw).decode()
        self.key_id = key_id_of(raw)
        self._sign = _signer(private)

    @classmethod
    def new(cls) -> "SigningKey":
        """A key that nobody had before."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, pem: bytes) -> "SigningKey":
        """The key that a file holds.

        Raises:
            ValueError: it holds none, or one of another kind.
        """
        private = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(private, Ed25519PrivateKey):
            raise ValueError(f"it is no {ALGORITHM} key")
        return cls(private)

    def pem(self) -> bytes:
        """The key as a file holds it."""
        return self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def sign(self, data: bytes) -> str:
        """The signature over some bytes, in base64."""
        return base64.b64encode(self._sign(data)).decode()


def _signer(private: Ed25519PrivateKey) -> Callable[[bytes], bytes]:
    """What signs with a key. libsodium, where it is here, signs in two thirds of OpenSSL's time, and the same bytes."""
    try:
        from nacl.bindings import crypto_sign
    except ImportError:
        return private.sign
    pair = private.private_bytes_raw() + private.public_key().public_bytes_raw()
    return lambda data: crypto_sign(data, pair)[:64]


def key_id_of(raw: bytes) -> str:
    """The name of a public key: 16 hexadecimal digits of its SHA-256, so that no other key can bear it by chance."""
    return hashlib.sha256(raw).hexdigest()[:16]


def seal(told: Mapping[str, Any], key: SigningKey) -> dict[str, Any]:
    """A document with its seal. It holds texts, whole numbers, lists and dicts alone."""
    named = {**told, "key_id": key.key_id}
    return {**named, "signature": key.sign(canonical_of_plain(named).encode())}


def seal_bytes(told: Mapping[str, Any], key: SigningKey) -> bytes:
    """`seal` as the bytes that leave: the canonical spelling that was signed, with the signature behind it."""
    signed = canonical_of_plain({**told, "key_id": key.key_id}).encode()
    return with_signature(signed, key.sign(signed))


def with_signature(signed: bytes, signature: str) -> bytes:
    """What was signed, a JSON object, with its signature as the last field."""
    return signed[:-1] + b',"signature":"' + signature.encode() + b'"}'


def proof_of(document: Mapping[str, Any], keys: Iterable[PublicKey]) -> Proof:
    """Whether a document says what its signer signed, with a key that was in use at the moment it was made.

    Args:
        document: with `known_at`, `key_id` and `signature`, as it came; fields in any order.
        keys: those that are trusted.
    """
    named, signature = document.get("key_id"), document.get("signature")
    if not isinstance(named, str) or not isinstance(signature, str):
        return Proof(
            False,
            None,
            "It bears no signature: key_id or signature is missing.",
            "没有签名：缺少 key_id 或 signature。",
        )
    known = {key.key_id: key for key in keys}
    if (key := known.get(named)) is None:
        return Proof(
            False,
            named,
            f"It names the signing key {named}, which is none of the {len(known)} known. Take the newest list of public keys.",
            f"所用签名密钥 {named} 不在已知的 {len(known)} 个公钥之列。请取用最新的公钥清单。",
        )
    if not _fits({name: value for name, value in document.items() if name != "signature"}, signature, key):
        return Proof(
            False,
            named,
            f"The signature does not fit: it was changed after it was signed, or not signed by {named}.",
            f"签名不符：内容在签名后被改动，或并非由密钥 {named} 签署。",
        )
    return _in_time(document.get("known_at"), key)


def _fits(signed: Mapping[str, Any], signature: str, key: PublicKey) -> bool:
    try:
        raw = base64.b64decode(key.public, validate=True)
        told = base64.b64decode(signature, validate=True)
        if key_id_of(raw) != key.key_id:
            return False
        Ed25519PublicKey.from_public_bytes(raw).verify(told, canonical(signed).encode())
    except (InvalidSignature, binascii.Error, ValueError, TypeError):
        return False
    return True


def _in_time(known_at: Any, key: PublicKey) -> Proof:
    try:
        moment = datetime.fromisoformat(known_at)
        begins, ends = (datetime.fromisoformat(at) if at else None for at in (key.valid_from, key.valid_to))
        is_in_time = (begins is None or moment >= begins) and (ends is None or moment <= ends)
    except (TypeError, ValueError):
        is_in_time = False
    if not is_in_time:
        until, until_zh = (f" to {key.valid_to}", f"至 {key.valid_to}") if key.valid_to else ("", "起")
        return Proof(
            False,
            key.key_id,
            f"It says that it was made at {known_at}; the key {key.key_id} signed from {key.valid_from}{until}.",
            f"所称时刻为 {known_at}；密钥 {key.key_id} 的有效期为 {key.valid_from} {until_zh}。",
        )
    return Proof(True, key.key_id, f"The signature of {key.key_id} holds.", f"签名有效（密钥 {key.key_id}）。")

"""Signatures: whoever has the public key proves a document, and nobody changes a letter of it unseen."""

import base64
import json
import sys

import pytest

from fxwatch.canonical import canonical
from fxwatch.signing import PublicKey, SigningKey, keys_from, proof_of, seal, seal_bytes

TOLD = {
    "entity_id": "100000016",
    "name": '渤海 "Lines"\n',
    "grade": "B",
    "known_at": "2026-03-31T04:00:00.000000Z",
    "receipt": 7,
}
KEY = SigningKey.new()
FROM = "2026-03-01T00:00:00.000000Z"


def published(key: SigningKey = KEY, begins: str = FROM, ends: str | None = None) -> PublicKey:
    return PublicKey(key.key_id, key.public, begins, ends)


def test_a_sealed_document_is_proved_by_the_public_key_whatever_the_order_of_its_fields():
    sealed = seal(TOLD, KEY)
    assert proof_of(sealed, [published()]).ok
    assert proof_of(dict(reversed(sealed.items())), [published(SigningKey.new()), published()]).ok
    assert {k: v for k, v in sealed.items() if k not in ("key_id", "signature")} == TOLD


def test_the_bytes_that_leave_are_the_sealed_document_in_its_canonical_spelling():
    left = seal_bytes(TOLD, KEY)
    assert json.loads(left) == seal(TOLD, KEY)
    signed = {k: v for k, v in seal(TOLD, KEY).items() if k != "signature"}
    assert left.startswith(canonical(signed).encode()[:-1] + b',"signature":"')


def test_whichever_library_signs_the_bytes_are_the_same(monkeypatch):
    same = SigningKey.from_pem(KEY.pem())
    monkeypatch.setitem(sys.modules, "nacl.bindings", None)
    slower = SigningKey.from_pem(KEY.pem())
    assert slower._sign == slower._private.sign
    assert {key.sign(told) for told in (b"told",) for key in (KEY, same, slower)} == {KEY.sign(b"told")}


@pytest.mark.parametrize(
    "change",
    [
        {"grade": "A"},
        {"receipt": 8},
        {"receipt": "7"},
        {"receipt": 7.0},
        {"more": None},
        {"known_at": "2026-03-31T04:00:00.000001Z"},
        {"signature": base64.b64encode(bytes(64)).decode()},
        {"signature": "no base64"},
        {"name": "\ud800"},
    ],
)
def test_a_document_that_was_changed_is_refused(change):
    proof = proof_of(seal(TOLD, KEY) | change, [published()])
    assert not proof.ok
    assert proof.english
    assert proof.chinese


@pytest.mark.parametrize("gone", ["grade", "key_id", "signature", "known_at"])
def test_a_document_that_lost_a_field_is_refused(gone):
    assert not proof_of({k: v for k, v in seal(TOLD, KEY).items() if k != gone}, [published()]).ok


def test_a_signature_of_another_key_is_refused_even_under_the_name_of_ours():
    other = SigningKey.new()
    assert "none of the 1 known" in proof_of(seal(TOLD, other), [published()]).english
    signed = {**TOLD, "key_id": KEY.key_id}
    forged = {**signed, "signature": other.sign(canonical(signed).encode())}
    assert not proof_of(forged, [published()]).ok
    # A list in which somebody put his own key under our key's name.
    assert not proof_of(forged, [PublicKey(KEY.key_id, other.public, FROM)]).ok


@pytest.mark.parametrize(
    ("begins", "ends", "holds"),
    [
        ("2026-03-31T04:00:00.000000Z", None, True),
        ("2026-03-31T04:00:00.000001Z", None, False),
        (FROM, "2026-03-31T04:00:00.000000Z", True),
        (FROM, "2026-03-31T03:59:59.999999Z", False),
    ],
)
def test_a_key_proves_what_it_signed_while_it_was_in_use(begins, ends, holds):
    assert proof_of(seal(TOLD, KEY), [published(begins=begins, ends=ends)]).ok is holds


def test_a_key_comes_back_out_of_its_file():
    again = SigningKey.from_pem(KEY.pem())
    assert (again.key_id, again.public, again.sign(b"x")) == (KEY.key_id, KEY.public, KEY.sign(b"x"))
    with pytest.raises(ValueError, match=r"."):
        SigningKey.from_pem(b"no key")


def test_a_published_list_of_keys_is_read_back_and_anything_else_is_refused():
    keys = [published(), published(SigningKey.new(), ends="2026-04-01T00:00:00.000000Z")]
    assert keys_from(json.loads(json.dumps({"keys": [key.as_dict() for key in keys]}))) == keys
    for other in ({}, [], {"keys": []}, {"keys": "x"}, {"keys": [{"key_id": "x"}]}, None):
        with pytest.raises(ValueError, match="key"):
            keys_from(other)

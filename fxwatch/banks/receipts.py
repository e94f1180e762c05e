"""Receipts: what a bank was told, word for word, and whether a paper that somebody shows is one of ours."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fxwatch.banks.signing import public_keys
from fxwatch.canonical import canonical, read_strictly
from fxwatch.errors import FileRefused, NotFound
from fxwatch.recording import fold
from fxwatch.signing import Proof, PublicKey, keys_from, proof_of

if TYPE_CHECKING:
    from fxwatch.home import Home

MOST_NUMBER = 2**63 - 1  # what a database takes
_MOST_BYTES = 1 << 28


def question(home: "Home", number: int, *, bank: str | None = None) -> dict[str, Any]:
    """What is on record under a receipt's number.

    Args:
        home: where.
        number: the receipt's.
        bank: the institution code of the bank that wants to see it; None for the bureau, which sees every one.

    Returns:
        receipt, at, day, bank, by, key, asked, entity_id, on, grade, answer (as it was spelt and signed), signature.

    Raises:
        NotFound: there is none, or another bank asked. Nobody can tell the two apart.
    """
    fold(home)
    found = home.register.question(number) if 0 < number <= MOST_NUMBER else None
    if found is None or bank not in (None, found["bank"]):
        raise NotFound(f"There is no receipt {number}.", f"没有回执 {number}。")
    return found


def receipt(home: "Home", number: int, *, bank: str | None = None) -> dict[str, Any]:
    """The signed answer under a number, as it left; errors as for `question`.

    What was answered before answers were signed comes without signature.
    """
    return as_answered(question(home, number, bank=bank))


def as_answered(found: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of a question on record, as it left."""
    answer: dict[str, Any] = json.loads(found["answer"])
    return answer | {"signature": found["signature"]} if found["signature"] else answer


def read_document(path: Path) -> dict[str, Any]:
    """An answer or a daily file that somebody kept as a file.

    Raises:
        FileRefused: it cannot be read, or holds no JSON object.
    """
    found = _json(path)
    if not isinstance(found, dict):
        raise FileRefused(
            f"{path} holds no answer: it is JSON, but no object with entity, grade and signature.",
            f"{path} 中没有答复：内容不是带签名的 JSON 对象。",
        )
    return found


def each_signed(document: dict[str, Any]) -> list[dict[str, Any]]:
    """What of a document bears a signature of its own: each answer of a list, or the document itself.

    Raises:
        FileRefused: it is a list of answers with something else in it, or with nothing.
    """
    if "answers" not in document:
        return [document]
    answers = document["answers"]
    if not isinstance(answers, list) or not answers or not all(isinstance(one, dict) for one in answers):
        raise FileRefused(
            "The file holds a list of answers with none in it, or with something that is no answer.",
            "文件中的答复清单为空，或含有并非答复的内容。",
        )
    return answers


def read_keys(path: Path) -> list[PublicKey]:
    """The public keys that a file holds, as `fxwatch keys signing --out` and `GET /v1/signing-keys` write them.

    Raises:
        FileRefused: it cannot be read, or holds something else.
    """
    try:
        return keys_from(_json(path))
    except ValueError as fault:
        raise FileRefused(
            f"{path} holds no public keys: {fault}. Take the list from: fxwatch keys signing --out {path.name}",
            f"{path} 中没有公钥：{fault}。请用 fxwatch keys signing --out {path.name} 取得。",
        ) from fault


def verify(document: Mapping[str, Any], keys: Iterable[PublicKey]) -> Proof:
    """Whether a document is as it was signed, by trusted keys alone: no network, no home."""
    return proof_of(document, keys)


def verify_on_record(home: "Home", document: Mapping[str, Any]) -> Proof:
    """Whether a document is as it was signed, and the register says that it was told.

    A key that was stolen can sign anything; it cannot put anything on record.
    """
    proof = proof_of(document, public_keys(home))
    if not proof.ok or _is_on_record(home, document):
        return proof
    return Proof(
        False,
        proof.key_id,
        f"The signature of {proof.key_id} fits, but nothing like it is on record here: another register signed it, or its key is in wrong hands.",
        f"签名与密钥 {proof.key_id} 相符，但本登记簿中没有相应记录：由其他登记簿签发，或密钥已外泄。",
    )


def _is_on_record(home: "Home", document: Mapping[str, Any]) -> bool:
    if isinstance(number := document.get("download"), int) and 0 < number <= MOST_NUMBER:
        signed = {name: value for name, value in document.items() if name != "signature"}
        return home.register.download_digest(number) == hashlib.sha256(canonical(signed).encode()).hexdigest()
    if not isinstance(number := document.get("receipt"), int):
        return False
    try:
        return receipt(home, number) == dict(document)
    except NotFound:
        return False


def _json(path: Path) -> Any:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise FileRefused(
                f"{path} is larger than any answer or daily file ({_MOST_BYTES >> 20} MiB).",
                f"{path} 超过任何答复或名单文件的大小（{_MOST_BYTES >> 20} MiB）。",
            )
        return read_strictly(path.read_text("utf-8"))
    except OSError as fault:
        raise FileRefused(f"{path} cannot be read: {fault.strerror}.", f"无法读取 {path}:{fault.strerror}。") from fault
    except (ValueError, RecursionError) as fault:
        raise FileRefused(f"{path} holds no JSON: {fault}.", f"{path} 不是 JSON:{fault}。") from fault

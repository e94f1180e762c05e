"""How the door is opened: TLS, a proxy that is named, a clean end, a start that is quick."""

import shutil
import ssl
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from fxwatch.recording import FOLDER
from tests.api.served import HONEST, Bureau, serving


def test_it_speaks_tls_with_a_certificate_of_its_own(own: Bureau, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, which makes the certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*words, *names, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    tls = ("--tls-cert", str(certificate), "--tls-key", str(key))
    with serving(own.path, own.keys, more=tls, trust=ssl.create_default_context(cafile=str(certificate))) as door:
        assert door.url.startswith("https://")
        assert door.grade()["grade"] == "A"
        # Who speaks plainly is not understood, and others are answered on.
        with pytest.raises(httpx.HTTPError):
            httpx.get(door.url.replace("https", "http"))
        assert door.grade()["grade"] == "A"


def test_a_certificate_that_cannot_be_read_is_a_sentence(own: Bureau, tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("no certificate")
    with (
        pytest.raises(AssertionError) as told,
        serving(own.path, own.keys, more=("--tls-cert", str(tmp_path / "cert.pem"))),
    ):
        pass
    assert "cert.pem" in str(told.value)
    assert "Traceback" not in str(told.value)


def test_behind_a_proxy_that_is_named_it_answers_the_same(own: Bureau) -> None:
    with serving(own.path, own.keys, environment={"FXWATCH_API_PROXIES": "127.0.0.1, 10.0.0.0/8"}) as door:
        told = door.get(
            f"/v1/entities/{HONEST}/grade", headers={"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
        )
        assert told.status_code == 200


def test_a_clean_end_leaves_every_record_in_the_register_and_no_gap_in_the_numbers(own: Bureau) -> None:
    receipts = []
    for _ in range(3):
        with serving(own.path, own.keys) as door:
            receipts += [door.grade()["receipt"] for _ in range(5)]
        assert door.process.returncode in (0, -15, 143)
        assert not list((own.path / FOLDER).iterdir())
    assert own.home.register.questions()["receipt"].to_list() == receipts == list(range(1, 16))
    assert own.home.check(HONEST, bank="120000000001").receipt == 16
    assert own.home.register.answering() == 0


def test_a_question_in_hand_is_answered_before_the_end(own: Bureau) -> None:
    with serving(own.path, own.keys) as door:
        began = time.monotonic()
        body = {"entity_ids": [HONEST] * 1000}
        with httpx.Client(base_url=door.url, timeout=30) as client:
            import threading

            found: list[httpx.Response] = []
            headers = door.headers("bank")
            asking = threading.Thread(
                target=lambda: found.append(client.post("/v1/grades:check", json=body, headers=headers))
            )
            asking.start()
            time.sleep(0.02)
            door.process.terminate()
            asking.join(20)
        assert found[0].status_code == 200
        assert len(found[0].json()["answers"]) == 1000
        assert time.monotonic() - began < 20

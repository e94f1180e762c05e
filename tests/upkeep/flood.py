"""A service process of the flood: writes acts, questions and accounts as fast as it can, and says what was acknowledged.

`python flood.py WHERE LEDGER NAME SEED`: after each call has returned, one line is appended to the ledger: what, its number,
and how long the caller waited, in milliseconds.
"""

import os
import random
import sys
import time
from datetime import date
from pathlib import Path

from fxwatch.register import Register

POOL = 1_000
DAY = date(2026, 3, 31)


def notice(register: Register, name: str, hit_id: str) -> str:
    """Decide about one hit of the pool, unless somebody was first."""
    with register.writing("a notice") as writing:
        if hit_id in writing.decided([hit_id]):
            return "second 0"
        number = writing.next_notice()
        hit = {"hit_id": hit_id, "rule": "large", "entity_id": "LAW", "raised_on": "2026-03-02", "digest": "d"}
        payload = {"notice": f"N{number}", "number": number, "policy": None, "hits": [hit]}
        signed = {"by": name, "role": "regulator", "day": DAY, "why": name, "entity_id": "LAW"}
        act = writing.append("notice_issued", subject=f"notice:N{number}", payload=payload, **signed)
    return f"act {act.number}"


def question(register: Register, name: str) -> str:
    told = {"by": name, "asked": "law", "entity_id": "LAW", "on": DAY, "day": DAY, "grade": "A", "answer": name}
    with register.writing("a question") as writing:
        receipt = writing.next_receipt()
        writing.record_question(receipt=receipt, bank=name, **told)
    return f"receipt {receipt}"


def account(register: Register, name: str, number: int) -> str:
    return f"act {register.set_account(f'{name}-{number}', ['analyst'], by='li', why=name, day=DAY).number}"


def main(where: str, ledger: str, name: str, seed: str) -> None:
    register = Register.open(where if "://" in where else Path(where))
    handle = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    dice, number = random.Random(seed), 0
    while True:
        number += 1
        began = time.perf_counter()
        what = dice.random()
        if what < 0.4:
            done = notice(register, name, f"h{dice.randrange(POOL)}")
        elif what < 0.8:
            done = question(register, name)
        else:
            done = account(register, name, dice.randrange(20))
        waited = (time.perf_counter() - began) * 1000
        os.write(handle, f"{done} {waited:.3f}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])

"""What the banks' door asks of the register, in a file and on PostgreSQL."""

from datetime import date

import polars as pl

from fxwatch.register import Register
from tests.desk import entries

DAY = date(2026, 3, 31)
NORTH, SOUTH = "120000000001", "440000000001"


def add(register: Register, name: str, bank: str = NORTH) -> str:
    with register.writing("a key") as writing:
        number = writing.next_key()
        content = {"key": f"K{number}", "number": number, "bank": bank, "name": name, "scope": "bank"}
        content |= {"per_second": 5, "expires_on": "2026-12-31", "digest": f"{number:064x}"}
        signed = {"by": "li", "role": "administrator", "day": DAY, "why": ""}
        writing.append("key_added", subject=f"key:K{number}", payload=content, **signed)
    return f"K{number}"


def reported(*rows: tuple[str, str, date]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"bank": pl.String, "entity_id": pl.String, "last_day": pl.Date}, orient="row")


def ask(register: Register, bank: str, entity: str, on: date = DAY, day: date = DAY) -> None:
    with register.writing("a question") as writing:
        told = {"by": "core", "asked": entity, "entity_id": entity, "on": on, "day": day, "grade": "A", "answer": "{}"}
        writing.record_question(receipt=writing.next_receipt(), bank=bank, **told)


def take(
    register: Register, lines: list[tuple[str, str]], day: date = DAY, kind: str = "file", bank: str = NORTH
) -> int:
    with register.writing("a list") as writing:
        number = writing.next_download()
        same = writing.same_list(bank, day, str(lines))
        row = {"number": number, "day": day, "bank": bank, "by": "core", "key": "K1", "kind": kind}
        row |= {"digest": f"d{number}", "list_digest": str(lines), "list_of": same or number}
        writing.record_download(row, lines)
    return number


def test_keys_are_numbered_found_and_borne_out_by_the_chain(register):
    assert [add(register, "core"), add(register, "batch", SOUTH)] == ["K1", "K2"]
    first, second = register.live_keys()
    assert (first.key, first.per_second, first.expires_on, first.revoked_at) == ("K1", 5, date(2026, 12, 31), None)
    assert register.key_by_digest(second.digest) == second
    assert register.key_by_digest("0" * 64) is None
    assert register.keys()["name"].to_list() == ["core", "batch"]
    with register.writing("a key") as writing:
        signed = {"by": "li", "role": "administrator", "day": DAY, "why": "lost"}
        writing.append("key_revoked", subject="key:K1", payload={"key": "K1"}, **signed)
        assert writing.key("K1").revoked_at is not None
    assert register.live_keys() == [second]
    assert register.verify().ok


def test_public_keys_stay_with_the_moments_between_which_they_signed(register):
    with register.writing("a signing key") as writing:
        writing.add_signing_key("k1", "p1", by="li", day=DAY)
        began = writing.moment
    with register.writing("a signing key") as writing:
        writing.add_signing_key("k2", "p2", by="li", day=DAY)
        content = {"key_id": "k1", "valid_to": "2026-04-01T00:00:00.000000"}
        signed = {"by": "li", "role": "administrator", "day": DAY, "why": ""}
        writing.append("signing_key_retired", subject="signing_key:k1", payload=content, **signed)
    first, second = register.signing_keys()
    assert (first["key_id"], first["valid_from"], first["valid_to"]) == (
        *("k1", began.isoformat(timespec="microseconds"), "2026-04-01T00:00:00.000000"),
    )
    assert (second["key_id"], second["valid_to"]) == ("k2", None)
    assert register.verify().ok


def test_the_state_moves_with_every_act_and_every_other_writing(register):
    before = register.state()
    assert register.state() == before
    ask(register, NORTH, "SHIP")
    asked = register.state()
    assert (asked.last_act, asked.moment > before.moment) == (before.last_act, True)
    add(register, "core")
    assert register.state().last_act == before.last_act + 1


def test_what_banks_reported_is_replaced_and_only_what_differs_is_written(register):
    rows = reported((NORTH, "SHIP", DAY), (NORTH, "LAW", DAY), (SOUTH, "SHIP", date(2026, 1, 1)))
    assert [register.put_reported(rows) for _ in range(2)] == [3, 0]
    later = reported((NORTH, "SHIP", DAY), (NORTH, "INN", DAY), (SOUTH, "SHIP", DAY))
    assert register.put_reported(later) == 4  # one new, one gone, one of another day: out and in
    with register.facts() as facts:
        assert [e.entity_id for e in facts.entities_of(NORTH, DAY)] == ["INN", "SHIP"]
        assert [e.entity_id for e in facts.entities_of(SOUTH, DAY)] == ["SHIP"]
    assert register.put_reported(reported()) == 3


def test_what_some_banks_reported_of_some_is_told_without_the_others(register):
    everybody = [(bank, f"E{n}", DAY) for bank in (NORTH, SOUTH) for n in range(1_000)]  # more than one statement takes
    register.put_reported(reported(*everybody, (NORTH, "OTHER", DAY)))
    some = reported((NORTH, "E0", date(2026, 5, 1)), (SOUTH, "E999", DAY))
    whom = reported(*everybody).filter(pl.col("entity_id") != "E5").select("bank", "entity_id")
    # One of another day, out and in; one stays; all the others of whom it is told are gone.
    assert register.put_reported(some, register.reported_of(whom)) == 2 + 1_996
    assert register.put_reported(some, register.reported_of(whom)) == 0
    with register.facts() as facts:
        assert [e.entity_id for e in facts.entities_of(NORTH, date(2020, 1, 1))] == ["E0", "E5", "OTHER"]
        assert [e.entity_id for e in facts.entities_of(SOUTH, date(2020, 1, 1))] == ["E5", "E999"]


def test_a_banks_entities_are_those_it_reported_or_asked_about_since_a_day(register):
    register.enrol(entries("SHIP", "LAW"), source="x", day=date(2020, 1, 1))
    register.put_reported(reported((NORTH, "SHIP", DAY), (NORTH, "OLD", date(2026, 3, 30)), (SOUTH, "LAW", DAY)))
    ask(register, NORTH, "NOBODY")
    ask(register, NORTH, "PAST", day=date(2026, 3, 30))
    ask(register, NORTH, "SHIP")
    with register.facts() as facts:
        assert facts.entities_of(NORTH, DAY) == [("NOBODY", None, None), ("SHIP", "name of SHIP", "2020-01-01")]


def test_downloads_are_found_by_bank_and_by_entity(register):
    numbers = [take(register, [("SHIP", "B"), ("LAW", "A")]), take(register, [("SHIP", "B"), ("LAW", "A")])]
    numbers += [take(register, [("SHIP", "C")], kind="changes"), take(register, [("SHIP", "A")], bank=SOUTH)]
    assert numbers == [1, 2, 3, 4]
    assert register.downloads(bank=NORTH)["entities"].to_list() == [2, 2, 1]
    assert register.downloads(entity_id="SHIP").select("number", "grade").rows() == [
        (1, "B"),
        (2, "B"),
        (3, "C"),
        (4, "A"),
    ]
    assert register.downloads(entity_id="LAW")["number"].to_list() == [1, 2]
    assert (register.download_digest(3), register.download_digest(5)) == ("d3", None)


def test_what_a_daily_file_told_is_told_once_for_a_day(register):
    for _ in range(2):
        take(register, [("SHIP", "B")])
    take(register, [("LAW", "A")], kind="changes")
    take(register, [("INN", "A")], day=date(2026, 3, 29))
    assert register.told_by_file(DAY, DAY).rows() == [(NORTH, DAY, "SHIP")]
    assert register.told_by_file(date(2026, 3, 29), DAY).height == 2


def test_a_question_counts_on_the_day_on_which_it_was_asked_about_that_day(register):
    for _ in range(2):
        ask(register, NORTH, "SHIP")
    ask(register, NORTH, "LAW", on=date(2026, 3, 30))
    ask(register, SOUTH, "INN", on=date(2026, 3, 30), day=date(2026, 3, 30))
    assert register.asked_on_the_day(DAY, DAY).rows() == [(NORTH, "SHIP", DAY)]
    assert register.asked_on_the_day(date(2026, 3, 30), DAY).height == 2


def test_counts_of_everybody_are_those_of_each(register):
    with register.writing("notices") as writing:
        for number, entity in enumerate(("SHIP", "SHIP", "LAW"), start=1):
            hit = {"hit_id": f"h{number}", "rule": "r", "entity_id": entity, "raised_on": "2026-03-01", "digest": "d"}
            payload = {"notice": f"N{number}", "number": number, "policy": None, "hits": [hit]}
            signed = {"by": "li", "role": "regulator", "day": DAY, "why": "x", "entity_id": entity}
            writing.append("notice_issued", subject=f"notice:N{number}", payload=payload, **signed)
        breach = {"breach_no": "B1", "entity_id": "LAW", "day": "2026-03-30", "provision": "39"}
        signed = {"by": "li", "role": "regulator", "day": DAY, "why": "x", "entity_id": "LAW"}
        writing.append(
            "breach_recorded", subject="breach:B1", payload=breach | {"description": None, "reference": None}, **signed
        )
    with register.facts() as facts:
        assert facts.all_counts(date(2026, 1, 1), DAY) == {"SHIP": (0, 2), "LAW": (1, 1)}
        assert facts.all_counts(DAY, DAY) == {"SHIP": (0, 2), "LAW": (0, 1)}
        for entity in ("SHIP", "LAW"):
            assert facts.counts(entity, DAY, DAY) == facts.all_counts(DAY, DAY)[entity]
        assert [(e.entity_id, e.is_breach, e.day) for e in facts.events()] == [
            *(("SHIP", False, DAY), ("SHIP", False, DAY), ("LAW", False, DAY), ("LAW", True, date(2026, 3, 30))),
        ]

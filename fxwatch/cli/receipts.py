"""What banks asked and were told: receipts, their proof, and whether the banks asked at all."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fxwatch.cli.door import Door, Json, Limit, Out, day_of
from fxwatch.cli.output import SHOWN, cell, print_json, show
from fxwatch.errors import RequestError
from fxwatch.terms import label

if TYPE_CHECKING:
    from fxwatch.signing import Proof

receipt = typer.Typer(no_args_is_help=True, help="What a bank was told, and its proof.")

First = Annotated[str | None, typer.Option("--from", help="The first day.")]
Last = Annotated[str | None, typer.Option("--to", help="The last day.")]
Bank = Annotated[str | None, typer.Option(help="Only this bank: its 12-character institution code.")]


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    app.add_typer(receipt, name="receipt")
    app.command()(questions)
    app.command()(unasked)


@receipt.command("show")
def show_receipt(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The receipt's number.")],
    out: Annotated[Path | None, typer.Option("--out", help="Write the signed answer to FILE.json.")] = None,
    as_json: Json = False,
) -> None:
    """Show what a bank was told under a receipt, who asked and when; --json and --out give the signed answer as it left."""
    from fxwatch.banks.receipts import as_answered, question
    from fxwatch.home import replace_text

    door: Door = context.obj
    found = question(door.home, number)
    answer = as_answered(found)
    if out is not None:
        import json

        replace_text(out, json.dumps(answer, ensure_ascii=False, indent=2) + "\n")
    if as_json:
        print_json(answer)
    else:
        print(_said(door, found, answer))


def _said(door: Door, found: dict[str, Any], answer: dict[str, Any]) -> str:
    documents = door.say(", ", "、").join(label(d, door.language) for d in answer["documents"])
    name, grade = answer["name"] or door.say("not on the roll", "不在名录"), label(answer["grade"], door.language)
    signed = answer.get("key_id") or door.say("nobody: answers were not signed yet", "无（当时尚未签名）")
    return door.say(
        f"Receipt {found['receipt']}: on {found['day']} at {found['at']} UTC {found['bank']} ({found['by']}) asked about {found['asked']}.\n"
        f"Told: {answer['entity_id']} {name}, grade {grade} on {answer['on']}; {documents}.\n"
        f"Known at {answer['known_at']}, valid until {answer['valid_until']}, signed by {signed}.",
        f"回执 {found['receipt']}：{found['day']}（{found['at']} UTC）由 {found['bank']}（{found['by']}）查询 {found['asked']}。\n"
        f"答复：{answer['entity_id']} {name}，{answer['on']} 等级 {grade}；{documents}。\n"
        f"依据时刻 {answer['known_at']}，有效至 {answer['valid_until']}，签名密钥 {signed}。",
    )


@receipt.command()
def verify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="An answer or a daily file, as JSON.")],
    keys: Annotated[
        Path | None, typer.Option(help="Public keys, as `keys signing --out` writes them; without it, the home's.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Prove that an answer is what was signed: offline by --keys, or by the home, which also looks whether it is on record.

    Of a list of answers, as grades:check gives it, each is proved.
    """
    from fxwatch.banks.receipts import each_signed, read_document, read_keys, verify, verify_on_record
    from fxwatch.home import is_home

    door: Door = context.obj
    document = read_document(file)
    trusted = read_keys(keys) if keys is not None else None
    if trusted is None and not is_home(door.path):
        raise RequestError(
            f"There is no fxwatch home in {door.path} whose keys could be taken. Give the public keys with --keys KEYS.json, as the bureau publishes them at /v1/signing-keys.",
            f"{door.path} 中没有可取公钥的 fxwatch 库。请用 --keys KEYS.json 给出公钥，监管部门公布于 /v1/signing-keys。",
        )
    told = []
    for signed in each_signed(document):
        proof = verify(signed, trusted) if trusted is not None else verify_on_record(door.home, signed)
        told.append(
            {"ok": proof.ok, "key_id": proof.key_id, "why": proof.say(door.language), "told": _told(signed, proof)}
        )
        if not as_json:
            print(proof.say(door.language))
            if proof.ok:
                print(_proved(door, signed, is_offline=trusted is not None))
    if as_json:
        print_json(told if "answers" in document else told[0])
    raise typer.Exit(0 if all(one["ok"] for one in told) else 1)


def _told(signed: dict[str, Any], proof: "Proof") -> dict[str, Any] | None:
    """What a document says in a few words; nothing of one that was not proved."""
    left_out = ("entities", "moves", "signature")
    return {name: value for name, value in signed.items() if name not in left_out} if proof.ok else None


def _proved(door: Door, document: dict[str, Any], *, is_offline: bool) -> str:
    """What a document that was proved says, and what stands behind it."""
    said = {name: cell(value) for name, value in document.items() if not isinstance(value, list | dict)}
    if "receipt" in document:
        documents = door.say(", ", "、").join(label(cell(d), door.language) for d in document.get("documents", []))
        grade = label(said.get("grade", ""), door.language)
        name = said.get("name") or door.say("not on the roll", "不在名录")
        what = door.say(
            f"Receipt {said['receipt']}: {said.get('entity_id')} {name}, grade {grade} on {said.get('on')}; {documents}. "
            f"Known at {said.get('known_at')}, valid until {said.get('valid_until')}, signed with {said.get('key_id')}.",
            f"回执 {said['receipt']}：{said.get('entity_id')} {name}，{said.get('on')} 等级 {grade}；{documents}。"
            f"依据时刻 {said.get('known_at')}，有效至 {said.get('valid_until')}，签名密钥 {said.get('key_id')}。",
        )
    else:
        lines = len(document.get("entities", document.get("moves", [])))
        what = door.say(
            f"List {said.get('download')} of bank {said.get('bank')} of {said.get('on')}: {lines:,} lines. "
            f"Known at {said.get('known_at')}, signed with {said.get('key_id')}.",
            f"银行 {said.get('bank')} {said.get('on')} 的名单 {said.get('download')}：{lines:,} 行。"
            f"依据时刻 {said.get('known_at')}，签名密钥 {said.get('key_id')}。",
        )
    where = (
        door.say("Proved by the given public keys alone.", "仅以所给公钥验证。")
        if is_offline
        else door.say("It is on record here.", "本登记簿中有此记录。")
    )
    return f"{what}\n{where}"


def questions(
    context: typer.Context,
    bank: Bank = None,
    entity: Annotated[str | None, typer.Option(help="Only about this entity.")] = None,
    first: First = None,
    last: Last = None,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """List what banks asked and were told, by the day on which they asked."""
    from fxwatch.reading.asked import questions as asked

    door: Door = context.obj
    frame = asked(door.home, bank=bank, entity=entity, first=day_of(first), last=day_of(last))
    show(door, frame, out=out, as_json=as_json, limit=limit, empty=("No bank asked.", "没有银行查询。"))


def unasked(
    context: typer.Context,
    first: First = None,
    last: Last = None,
    bank: Bank = None,
    by: Annotated[
        str | None, typer.Option("--by", help="bank or month: how many payments each bank checked, and the share.")
    ] = None,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """List payments by B and C entities for which the paying bank had not asked that day; without --from, a year."""
    from fxwatch.reading import asked

    door: Door = context.obj
    days: dict[str, Any] = {"first": day_of(first), "last": day_of(last), "bank": bank}
    if by not in (None, "bank", "month"):
        raise RequestError(f"--by takes bank or month, not {by}.", f"--by 可为 bank 或 month，不支持 {by}。")
    frame = asked.unasked(door.home, **days) if by is None else asked.checked(door.home, **days, by_month=by == "month")
    nothing = (
        "Every such payment was asked about, or there is none.",
        "没有未经查询的此类付汇。",
    )
    show(door, frame, out=out, as_json=as_json, limit=limit, empty=nothing)

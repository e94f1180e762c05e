"""Keys: those with which banks ask, and those that sign what they are told."""

from pathlib import Path
from typing import Annotated, Any

import typer

from fxwatch.cli.door import By, Door, Json, Limit, Out, Why, day_of
from fxwatch.cli.output import SHOWN, print_json, show
from fxwatch.errors import RequestError
from fxwatch.terms import label

keys = typer.Typer(no_args_is_help=True, help="Keys of banks, and those that sign answers.")


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    app.add_typer(keys, name="keys")


@keys.command()
def add(
    context: typer.Context,
    bank: Annotated[str, typer.Argument(help="The bank's 12-character institution code.")],
    name: Annotated[str, typer.Option(help="What the key is called, such as the system that asks with it.")],
    expires: Annotated[str | None, typer.Option(help="The last day on which it works.")] = None,
    limit: Annotated[str, typer.Option(help="How many questions it may ask, like 50/s.")] = "100/s",
    scope: Annotated[str, typer.Option(help="bank: its own questions; bureau: every receipt.")] = "bank",
    by: By = None,
    as_json: Json = False,
) -> None:
    """Make a key for a bank. Its secret is shown once and kept nowhere."""
    from fxwatch.banks.keys import add_key

    door: Door = context.obj
    made, secret = add_key(
        door.home, bank, name=name, expires=day_of(expires), per_second=_per_second(limit), scope=scope, by=by
    )
    if as_json:
        told: dict[str, Any] = {"key": made.key, "bank": made.bank, "name": made.name, "scope": made.scope}
        told |= {"per_second": made.per_second, "expires_on": made.expires_on, "secret": secret}
        print_json(told)
        return
    until = f"{made.expires_on}" if made.expires_on else door.say("until it is revoked", "至吊销为止")
    print(
        door.say(
            f"Key {made.key} of {made.bank}, {made.name}: {label(made.scope, 'en')}, {made.per_second}/s, {until}.\n"
            f"{secret}\n"
            "This is its secret. It is shown this once and kept nowhere; hand it to the bank by a safe way.",
            f"密钥 {made.key}，{made.bank}，{made.name}:{label(made.scope, 'zh')}，每秒 {made.per_second} 次，有效期 {until}。\n"
            f"{secret}\n"
            "以上为密钥内容，仅显示这一次，系统不予保存；请以安全方式交给银行。",
        )
    )


@keys.command("list")
def list_keys(context: typer.Context, out: Out = None, as_json: Json = False, limit: Limit = SHOWN) -> None:
    """List the keys of banks, revoked ones included; never a secret."""
    door: Door = context.obj
    nothing = (
        "No bank has a key. Make one with: fxwatch keys add BANK --name NAME",
        "尚无银行密钥。可用 fxwatch keys add 银行代码 --name 名称 添加。",
    )
    show(door, door.home.register.keys(), out=out, as_json=as_json, limit=limit, empty=nothing)


@keys.command()
def revoke(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="The key, like K1.")],
    why: Why,
    by: By = None,
) -> None:
    """Revoke a key; it opens no door from this moment on."""
    from fxwatch.banks.keys import revoke_key

    door: Door = context.obj
    revoke_key(door.home, key, why=why, by=by)
    print(door.say(f"Key {key} is revoked.", f"密钥 {key} 已吊销。"))


@keys.command()
def signing(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option("--out", help="Write the list to FILE.json, for receipt verify.")] = None,
) -> None:
    """Print the public keys that prove answers, as the banks' door publishes them."""
    from fxwatch.banks.signing import public_keys, signing_key
    from fxwatch.home import replace_text

    door: Door = context.obj
    signing_key(door.home)
    found = {"keys": [key.as_dict() for key in public_keys(door.home)]}
    if out is None:
        print_json(found)
        return
    import json

    replace_text(out, json.dumps(found, indent=2) + "\n")
    count = len(found["keys"])
    print(door.say(f"{count} public keys written to {out}.", f"已将 {count} 个公钥写入 {out}。"))


@keys.command("rotate-signing")
def rotate(context: typer.Context, by: By = None) -> None:
    """Sign with a new key from now on; what the old one signed stays provable."""
    from fxwatch.banks.signing import rotate_signing

    door: Door = context.obj
    made = rotate_signing(door.home, by=by)
    print(
        door.say(
            f"Answers are signed with {made.key_id} from now on.",
            f"自此起使用密钥 {made.key_id} 签名。",
        )
    )


@keys.command("retire-signing")
def retire(
    context: typer.Context,
    key_id: Annotated[str, typer.Argument(help="The key, as `keys signing` lists it.")],
    why: Why,
    by: By = None,
) -> None:
    """Trust nothing that a key signs from now on: it was lost with its machine, or is in wrong hands."""
    from fxwatch.banks.signing import retire_signing

    door: Door = context.obj
    retire_signing(door.home, key_id, why=why, by=by)
    print(door.say(f"Signing key {key_id} is retired.", f"签名密钥 {key_id} 已停用。"))


def _per_second(text: str) -> int:
    number = text.strip().removesuffix("/s")
    if not (number.isascii() and number.isdigit()):
        raise RequestError(
            f"A limit is written like 50/s, questions a second; found {text!r}.",
            f"限额写作 50/s（每秒次数），实为 {text!r}。",
        )
    return int(number)

"""Running the house: the rule book's parameters, settings, accounts, the audit."""

import sys
from typing import Annotated

import typer

from fxwatch.cli.door import By, Door, Json, Limit, Out, Why, date_of
from fxwatch.cli.output import SHOWN, print_json, show
from fxwatch.cli.passwords import AskPassword, FromStdin, read_password
from fxwatch.cli.shadow import shadow

rules = typer.Typer(invoke_without_command=True, help="The rule book with its dated parameters.")
settings = typer.Typer(invoke_without_command=True, help="The home's settings.")
users = typer.Typer(invoke_without_command=True, help="Accounts and their roles.")
audit = typer.Typer(no_args_is_help=True, help="Prove that the register was not changed.")


# What uses a parameter: the first word of its name says it; those of rules are used by runs.
_USERS = {"grade": ("Grades", "等级评定"), "register": ("Decisions", "此后的办理")}


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    rules.add_typer(shadow, name="shadow")
    for name, group in (("rules", rules), ("settings", settings), ("users", users), ("audit", audit)):
        app.add_typer(group, name=name)


@rules.callback()
def rule_table(context: typer.Context, out: Out = None, as_json: Json = False, limit: Limit = 0) -> None:
    """Show every rule as it describes itself, its parameters with dates and basis."""
    if context.invoked_subcommand:
        return
    from fxwatch.reading.operations import rule_book

    door: Door = context.obj
    show(door, rule_book(door.home, door.language), out=out, as_json=as_json, limit=limit)


@rules.command("set", context_settings={"ignore_unknown_options": True})
def set_parameter(
    context: typer.Context,
    parameter: Annotated[
        str, typer.Argument(metavar="RULE.PARAM", help="Like large_daily_total.limit_usd or grade.window.")
    ],
    value: str,
    valid_from: Annotated[str, typer.Option("--from", help="In force from this day on.")],
    basis: Annotated[str, typer.Option(help="The basis: the decision or regulation.")],
    by: By = None,
) -> None:
    """Enter a version of a parameter, in force from a day on; past versions are never changed."""
    from fxwatch.amending import amend

    door: Door = context.obj
    user, user_zh = _USERS.get(parameter.partition(".")[0], ("The next run", "下一批次"))
    act = amend(door.home, parameter, value, valid_from=date_of(valid_from), basis=basis, by=by)
    if act.kind == "proposed":
        proposal = act.payload["proposal"]
        print(
            door.say(
                f"{proposal}: {parameter} = {value} from {valid_from} on waits for another account's approval: fxwatch approve {proposal}",
                f"{proposal}:{parameter} = {value}（自 {valid_from} 起）待另一账户批准：fxwatch approve {proposal}",
            )
        )
        return
    print(
        door.say(
            f"{parameter} = {value} from {valid_from} on. {user} will use it.",
            f"{parameter} = {value}，自 {valid_from} 起有效，{user_zh}将采用。",
        )
    )


@rules.command("new")
def new_rule(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Like large_single_payment: also the file's name.")],
) -> None:
    """Write the skeleton of a rule of the house's own, with its test, into the folder that the setting rules_folder names.

    It is a whole rule and in the book at once; change what it looks at, then run its test and `fxwatch run`.
    """
    from fxwatch.drafting import draft
    from fxwatch.errors import RequestError
    from fxwatch.rulebook import monitors
    from fxwatch.rulebook import rules as book

    door: Door = context.obj
    folder = door.home.settings.rules_folder
    if not folder:
        raise RequestError(
            "There is no folder for rules of your own yet. Name one with: fxwatch settings set rules_folder DIR",
            "尚未指定自有指标目录。请先设置：fxwatch settings set rules_folder 目录",
        )
    place = door.home.path / folder
    place.mkdir(parents=True, exist_ok=True)
    if name in book() or name in monitors():
        raise RequestError(
            f"The book has a rule {name} already. Choose another name.", f"指标 {name} 已存在，请另取名称。"
        )
    rule, test = draft(place, name)
    book.cache_clear()  # this process may live on
    print(
        door.say(
            f"{rule}: a whole rule, in the book from now on. Change it, then: python -m pytest {test}; fxwatch run; fxwatch hits --rule {name}",
            f"{rule}：完整的指标，即日起列入指标册。修改后执行：python -m pytest {test}；fxwatch run；fxwatch hits --rule {name}",
        )
    )


@settings.callback()
def setting_table(context: typer.Context, as_json: Json = False) -> None:
    """Show the settings in force."""
    if context.invoked_subcommand:
        return
    from fxwatch.reading.operations import settings_in_force

    door: Door = context.obj
    show(door, settings_in_force(door.home, door.language), as_json=as_json, limit=0)


@settings.command("set")
def set_setting(context: typer.Context, name: str, value: str, by: By = None) -> None:
    """Change a setting of this home."""
    door: Door = context.obj
    door.home.change_setting(name, value, by=by)
    print(f"{name} = {value}")


@users.callback()
def user_table(context: typer.Context, as_json: Json = False) -> None:
    """List the accounts."""
    if context.invoked_subcommand:
        return
    door: Door = context.obj
    show(door, door.home.register.accounts(), as_json=as_json, limit=0)


@users.command("add")
def add_user(
    context: typer.Context,
    name: str,
    role: Annotated[
        list[str],
        typer.Option(help="regulator, approver, analyst, administrator or bank; may be given more than once."),
    ],
    institution: Annotated[
        str | None, typer.Option(help="Of a bank's account: the 12-character institution code it asks for.")
    ] = None,
    password: AskPassword = None,
    password_stdin: FromStdin = False,
    by: By = None,
) -> None:
    """Make an account with roles, and with a password if it is to sign in at the dashboards."""
    from fxwatch.amending import add_account, set_password

    door: Door = context.obj
    typed = read_password(door, password, is_piped=password_stdin)
    add_account(door.home, name, role, institution=institution, by=by)
    if typed is not None:
        set_password(door.home, name, typed, by=by)
    print(door.say(f"Account {name}: {', '.join(role)}.", f"账户 {name}:{'、'.join(role)}。"))


@users.command("password")
def user_password(context: typer.Context, name: str, password_stdin: FromStdin = False, by: By = None) -> None:
    """Give an account another password; who is signed in with it has to sign in again."""
    from fxwatch.amending import set_password

    door: Door = context.obj
    typed = read_password(door, "prompt", is_piped=password_stdin)
    assert typed is not None
    set_password(door.home, name, typed, by=by)
    print(door.say(f"Password of {name} set; its sessions have ended.", f"已设置 {name} 的密码，其登录已失效。"))


@users.command("close")
def close_user(context: typer.Context, name: str, why: Why = "", by: By = None) -> None:
    """Close an account: it is signed out at once, and what it did stays on record."""
    from fxwatch.amending import close_account

    door: Door = context.obj
    close_account(door.home, name, by=by, why=why)
    print(door.say(f"Account {name} is closed.", f"账户 {name} 已停用。"))


@audit.command()
def verify(
    context: typer.Context,
    head: Annotated[
        str | None, typer.Option(help="A digest that was published: prove that nothing before it is gone or changed.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Prove the chain of acts from the first to the last."""
    door: Door = context.obj
    proof = door.home.register.verify(head)
    if as_json:
        print_json({"ok": proof.ok, "acts": proof.acts, "broken_at": proof.broken_at, "head": proof.head})
    else:
        print(proof.say(door.language), file=sys.stdout if proof.ok else sys.stderr)
    raise typer.Exit(0 if proof.ok else 3)


@audit.command("head")
def head_digest(context: typer.Context) -> None:
    """Print the digest of the last act, to be published or printed."""
    door: Door = context.obj
    print(door.home.register.head())


@audit.command("acts")
def acts(
    context: typer.Context,
    entity: Annotated[str | None, typer.Option(help="Only acts on this entity.")] = None,
    out: Out = None,
    as_json: Json = False,
    limit: Limit = SHOWN,
) -> None:
    """List the acts."""
    door: Door = context.obj
    frame = door.home.register.acts(entity_id=entity)
    if out is None and not as_json:
        frame = frame.drop("payload", "previous", "hash")
    show(door, frame, out=out, as_json=as_json, limit=limit)

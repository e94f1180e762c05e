"""The gate's own pages: small HTML that works without JavaScript."""

from html import escape
from importlib.resources import files
from string import Template

from starlette.responses import HTMLResponse

from dashboards import words
from fxwatch.terms import Language

_HERE = files("dashboards.gate")


def sign_in_page(
    language: Language,
    *,
    next_page: str,
    name: str = "",
    refusal: str = "",
    notice: str = "",
    provider: bool = False,
    status: int = 200,
) -> HTMLResponse:
    """The page where people sign in.

    Args:
        language: of the page.
        next_page: where to go afterwards, a path of ours.
        name: the account that was typed before.
        refusal: why the last try was refused.
        notice: something to know, such as that this home is a simulation.
        provider: whether an identity provider signs people in, too.
        status: of the answer.
    """
    values = {
        "language": "zh-CN" if language == "zh" else "en",
        "name": escape(name, quote=True),
        "next": escape(next_page, quote=True),
        "refusal": f'<p class="refusal" role="alert">{escape(refusal)}</p>' if refusal else "",
        "notice": f'<p class="notice">{escape(notice)}</p>' if notice else "",
        "provider": _provider(language) if provider else "",
        "other": "zh" if language == "en" else "en",
        "other_name": "中文" if language == "en" else "English",
    }
    told = {key: escape(words.say(f"shell.{key}", language)) for key in _TOLD}
    return HTMLResponse(_template().substitute(told | values), status)


_TOLD = ("title", "subtitle", "sign_in", "account", "password")


def once_more(asked: str) -> HTMLResponse:
    """A page that asks again for what was asked for, this time as a page of ours."""
    where = escape(asked, quote=True)
    return HTMLResponse(
        f'<!doctype html><meta charset="utf-8"><title>fxwatch</title><meta http-equiv="refresh" content="0;url={where}">'
        f'<p><a href="{where}">fxwatch</a></p>'
    )


def style() -> str:
    """The style of the gate's pages."""
    return (_HERE / "style.css").read_text("utf-8")


def _template() -> Template:
    return Template((_HERE / "sign_in.html").read_text("utf-8"))


def _provider(language: Language) -> str:
    return f'<a class="provider" href="/oidc/start">{escape(words.say("shell.sign_in_with_provider", language))}</a>'

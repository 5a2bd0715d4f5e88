"""The pages that a person sees at the sandbox's authorization server: sign in, then allow or refuse.

They say on every page that this is a sandbox, carry their own style, and need no script. The text is in `html/`.
"""

from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

_FOLDER = Path(__file__).resolve().parent / "html"
SCOPE_WORDS = {
    "full_access": (
        "Read and change everything",
        "Lines, profiles, blacklists, barring, directory, offers and passwords.",
    ),
    "full_access_read_only": (
        "See everything",
        "Lines, call history, profiles, blacklists, directory, voicemail settings. Changes nothing.",
    ),
    "voip_profiles_admin": (
        "Manage forwarding profiles",
        "Create, change, force and delete the profiles of your lines.",
    ),
    "cti_admin": (
        "Manage CTI",
        "Make CTI tokens and set the CTI plugins of your lines, notification address included.",
    ),
}


def sign_in(application: str, target: str, csrf: str, message: str = "", typed: str = "") -> str:
    """The sign-in form, for customers and contacts alike."""
    values = {"application": application, "target": target, "csrf": csrf, "typed": typed}
    return _page("Sign in", "sign_in", values, alert=_alert(message))


def consent(
    wish: dict[str, Any],
    login: dict[str, Any],
    customer: str,
    services: int,
    target: str,
    csrf: str,
    message: str = "",
) -> str:
    """What the application asks for, in words, with the two answers."""
    values = {
        "application": wish["application"],
        "redirect_uri": wish["redirect_uri"],
        "person": login["name"],
        "role": f"contact of {customer}" if login["contact"] else "customer",
        "services": str(services),
        "target": target,
        "csrf": csrf,
    }
    rows = [(*SCOPE_WORDS[scope], scope) for scope in wish["scopes"]]
    return _page("Allow access", "consent", values, alert=_alert(message), scopes=_rows(rows))


def home(rows: list[tuple[str, str]]) -> str:
    """A short page for whoever opens the sandbox by hand."""
    return _page("Welcome", "home", {}, rows=_rows([(what, "", where) for what, where in rows]))


def _rows(rows: list[tuple[str, str, str]]) -> str:
    return "\n".join(
        f"<li><strong>{escape(head)}</strong>{escape(text)}<code>{escape(word)}</code></li>"
        for head, text, word in rows
    )


def _alert(message: str) -> str:
    return f'<p class="alert" role="alert">{escape(message)}</p>' if message else ""


def _page(title: str, name: str, values: dict[str, str], **markup: str) -> str:
    """Fill a page: `values` are escaped, `markup` was made here."""
    body = _template(f"{name}.html").substitute(
        {key: escape(value) for key, value in values.items()} | markup
    )
    return _template("page.html").substitute(title=escape(title), style=_text("style.css"), body=body)


@cache
def _template(name: str) -> Template:
    return Template(_text(name))


@cache
def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")

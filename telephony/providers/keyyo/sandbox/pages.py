"""The pages that a person sees at the sandbox's authorization server: sign in, then allow or refuse.

They say on every page that this is a sandbox. Self-contained: one style, no script.
"""

from html import escape
from typing import Any

SCOPE_WORDS = {
    "full_access": ("Read and change everything", "Lines, profiles, blacklists, barring, directory, offers and passwords."),
    "full_access_read_only": ("See everything, change nothing", "Lines, call history, profiles, blacklists, directory, voicemail settings."),
    "voip_profiles_admin": ("Manage forwarding profiles", "Create, change, force and delete the profiles of your lines."),
    "cti_admin": ("Manage CTI", "Make CTI tokens and set the CTI plugins of your lines, notification address included."),
}  # fmt: skip

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2730; --quiet: #5a6772; --sheet: #fff; --canvas: #eef1f4; --line: #cdd5dc; --accent: #b3261e; --on: #fff; --warn: #fff3d6; --warn-ink: #5b4300; --bad: #fde7e5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7edf2; --quiet: #a5b1bb; --sheet: #1b232b; --canvas: #12181e; --line: #3b4853; --accent: #f0857b; --on: #2a0b08; --warn: #3d3008; --warn-ink: #ffe4a3; --bad: #4a1d19; } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; background: var(--canvas); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif }
.band { background: var(--warn); color: var(--warn-ink); padding: 8px 16px; text-align: center; font-size: 14px }
main { max-width: 460px; margin: 40px auto; padding: 32px; background: var(--sheet); border: 1px solid var(--line); border-radius: 12px }
.brand { font-weight: 700; font-size: 15px; color: var(--accent); margin: 0 0 20px }
h1 { font-size: 22px; line-height: 1.25; margin: 0 0 8px }
p { margin: 0 0 16px } .quiet { color: var(--quiet); font-size: 14px }
label { display: block; font-weight: 600; font-size: 14px; margin: 16px 0 4px }
input[type=text], input[type=password] { width: 100%; font: inherit; color: inherit; background: transparent; padding: 10px 12px; border: 1px solid var(--quiet); border-radius: 8px }
ul { list-style: none; margin: 16px 0 24px; padding: 0; border-top: 1px solid var(--line) }
li { padding: 12px 0; border-bottom: 1px solid var(--line) } li strong { display: block } code { font-size: 13px; color: var(--quiet) }
.row { display: flex; gap: 12px; margin-top: 24px } button { font: inherit; font-weight: 600; min-height: 44px; padding: 8px 20px; border-radius: 8px; border: 1px solid var(--quiet); background: transparent; color: inherit; cursor: pointer }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on) } button.link { border: 0; padding: 0; min-height: 24px; text-decoration: underline; font-weight: 400; font-size: 14px }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px } .alert { background: var(--bad); padding: 12px 16px; border-radius: 8px }
@media (max-width: 520px) { main { margin: 0; border: 0; border-radius: 0; padding: 24px 20px } }
"""


def sign_in(application: str, target: str, csrf: str, message: str = "", typed: str = "") -> str:
    """The sign-in form, for customers and contacts alike."""
    return _page(
        "Sign in",
        f"""<h1>Sign in to Keyyo</h1>
<p><strong>{escape(application)}</strong> would like to use your Keyyo account. Sign in to see what it asks for.</p>
{_alert(message)}
<form method="post" action="{escape(target)}">
{_hidden(csrf)}
<label for="login">Login</label>
<input type="text" id="login" name="login" value="{escape(typed)}" autocomplete="username" autocapitalize="none" required autofocus aria-describedby="login-help">
<p class="quiet" id="login-help">The customer's login opens the whole account. A contact's login opens that person's lines and voice messages.</p>
<label for="password">Password</label>
<input type="password" id="password" name="password" autocomplete="current-password" required>
<div class="row"><button class="main" type="submit" name="action" value="login">Sign in</button></div>
</form>""",
    )


def consent(
    wish: dict[str, Any], login: dict[str, Any], customer: str, services: int, target: str, csrf: str, message: str = ""
) -> str:
    """What the application asks for, in words, with the two answers."""
    if login["contact"]:
        who = f"<strong>{escape(login['name'])}</strong>, contact of {escape(customer)} ({services} services)"
    else:
        who = f"<strong>{escape(customer)}</strong>, customer ({services} services)"
    scopes = "\n".join(
        f"<li><strong>{escape(SCOPE_WORDS[scope][0])}</strong>{escape(SCOPE_WORDS[scope][1])}<br><code>{escape(scope)}</code></li>"
        for scope in wish["scopes"]
    )
    return _page(
        "Allow access",
        f"""<h1>Allow {escape(wish['application'])} to use your account?</h1>
<p>You are signed in as {who}.</p>
{_alert(message)}
<p>It asks to:</p>
<ul>
{scopes}
</ul>
<form method="post" action="{escape(target)}">
{_hidden(csrf)}
<p class="quiet">Afterwards you are sent to <code>{escape(wish['redirect_uri'])}</code></p>
<div class="row"><button class="main" type="submit" name="action" value="allow">Allow</button>
<button type="submit" name="action" value="refuse">Refuse</button></div>
<p class="quiet"><br>Not you? <button class="link" type="submit" name="action" value="logout">Sign in as somebody else</button></p>
</form>""",
    )


def home(rows: list[tuple[str, str]]) -> str:
    """A short page for whoever opens the sandbox by hand."""
    items = "\n".join(f"<li><strong>{escape(what)}</strong><code>{escape(where)}</code></li>" for what, where in rows)
    return _page("Keyyo sandbox", f"<h1>Keyyo sandbox</h1>\n<p>A stand-in for Keyyo, for tests and demonstrations.</p>\n<ul>\n{items}\n</ul>")


def _hidden(csrf: str) -> str:
    return f'<input type="hidden" name="csrf" value="{escape(csrf)}">'


def _alert(message: str) -> str:
    return f'<p class="alert" role="alert">{escape(message)}</p>' if message else ""


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · Keyyo sandbox</title><link rel="icon" href="data:,"><style>{_STYLE}</style></head>
<body>
<div class="band" role="note">Keyyo sandbox: nothing here is real, and no real telephone rings.</div>
<main>
<p class="brand">Keyyo sandbox</p>
{body}
</main>
</body>
</html>
"""

"""The fixed list of pages that `manage.py screenshots` pictures, and how each is reached."""

from __future__ import annotations

from dataclasses import dataclass

MAUD, NOE, TOM = "maud@corvane.example", "noe@corvane.example", "tom@telvane.example"


@dataclass(frozen=True)
class Shot:
    """One page.

    follow  patterns of paths to go on to, each the first link of the page before that fits
    fill    values to type into fields of the page, by selector; `press` what to press then, `undo` after the picture
    person  None is somebody who has not signed in
    """

    name: str
    path: str
    follow: tuple[str, ...] = ()
    person: str | None = MAUD
    fill: tuple[tuple[str, str], ...] = ()
    press: str = ""
    undo: str = ""


LINE = (r"/t/corvane/lines/\d+/$",)
CONNECTION = (r"/t/corvane/connections/\d+/$",)
TELMARINES = (r"/t/telmarine/connections/\d+/$",)
OPERATIONS = (*CONNECTION, r"/connections/\d+/operations/$")
PROFILE_FORM = (*LINE, r"/t/corvane/entities/\d+/edit/services\.profiles\.update/$")
COMPANY = (r"/companies/\d+/$",)
ENTITIES = "/t/corvane/entities/corvane-keyyo/"
# The lists of connections narrowed to one provider: their order is by name, and a demo may gain others.
KEYYO = "/t/corvane/connections/?provider=keyyo"
ENTITY = (r"/t/corvane/entities/\d+/$",)
# Changes two fields of a profile; nothing is sent, and the draft goes again.
REVIEW = {
    "fill": (("[name=forward_on_no_answer_number]", "+33639980001"), ("[name=forward_delay]", "15")),
    "press": "form[data-main] button.btn-primary, .sb-foot button.btn-primary",
    "undo": "form[action$='/discard/'] button",
}
LONG_NAME = "/t/corvane/lines/?q=gestionnaire+principal"
SHOTS = (
    Shot("sign-in", "/accounts/login/", person=None),
    Shot("password-reset", "/accounts/password/reset/", person=None),
    Shot("overview", "/t/corvane/"),
    Shot("overview-empty", "/t/vellard/"),
    Shot("calls", "/t/corvane/calls/"),
    Shot("calls-missed", "/t/corvane/calls/?outcome=missed"),
    Shot("calls-nothing-found", "/t/corvane/calls/?q=%2B33199999999"),
    Shot("call", "/t/corvane/calls/", (r"/t/corvane/calls/\d+/$",)),
    Shot("alerts", "/t/corvane/alerts/"),
    Shot("alert", "/t/corvane/alerts/", (r"/t/corvane/alerts/\d+/$",)),
    Shot("alerts-past", "/t/corvane/alerts/?state=closed"),
    Shot("alert-rules", "/t/corvane/alerts/rules/"),
    Shot(
        "alert-rule",
        "/t/corvane/alerts/rules/new/answer_rate/",
        fill=(("[name=limit_percent]", "85"),),
        press="button[name=preview]",
    ),
    Shot("lines", "/t/corvane/lines/"),
    Shot("line", "/t/corvane/lines/", LINE),
    Shot("line-long-name", LONG_NAME, LINE),
    Shot("profile-form", "/t/corvane/lines/?q=Syndic+Paris", PROFILE_FORM),
    Shot("preview", "/t/corvane/lines/?q=Syndic+Paris", PROFILE_FORM, **REVIEW),  # type: ignore[arg-type]
    Shot("kinds", ENTITIES),
    Shot("profiles", f"{ENTITIES}VoIPAccountProfile/?sort=-name"),
    Shot("profile", f"{ENTITIES}VoIPAccountProfile/?q=Gr%C3%A8ve", ENTITY),
    Shot("blacklists", f"{ENTITIES}Blacklist/"),
    Shot("contact", f"{ENTITIES}DirectoryContact/", ENTITY),
    Shot("mailbox", f"{ENTITIES}Voicemail/", ENTITY),
    Shot("directory", "/t/corvane/directory/"),
    Shot("companies", "/t/telmarine/companies/"),
    Shot("company", "/t/telmarine/companies/?q=Brackenfold", COMPANY),
    Shot("company-locked", "/t/corvane/companies/?q=Harrowmere", COMPANY),
    Shot("company-new", "/t/telmarine/companies/new/"),
    Shot("company-move", "/t/telmarine/companies/?q=Brackenfold", (*COMPANY, r"/edit/company\.group/$")),
    Shot("call-start", "/t/corvane/calls/start/?number=%2B33639980001"),
    Shot("login", KEYYO, (*CONNECTION, r"/connections/logins/\d+/$")),
    Shot("messages", "/t/corvane/lines/", (*LINE, r"/lines/\d+/messages/$")),
    Shot("token-form", "/t/corvane/lines/", (*LINE, r"/edit/services\.csi_token\.create/$")),
    Shot("numbers", "/t/corvane/numbers/"),
    Shot("changes", "/t/corvane/changes/"),
    Shot("search", "/t/corvane/search/?q=Lyon"),
    Shot("connections", "/t/corvane/connections/"),
    Shot("connection", KEYYO, CONNECTION),
    Shot("runs", KEYYO, (*CONNECTION, r"/connections/\d+/runs/$")),
    Shot("cti", KEYYO, (*CONNECTION, r"/connections/\d+/cti/$")),
    Shot("operations", KEYYO, OPERATIONS),
    Shot("operation", KEYYO, (*OPERATIONS, r"/operations/services\.profiles\.update/$")),
    Shot("connect", "/t/vellard/connections/new/"),
    Shot("connect-keyyo", "/t/vellard/connections/new/", (r"/t/vellard/connections/new/\w+/$",)),
    Shot("connect-kazoo", "/t/vellard/connections/new/kazoo/"),
    Shot("connect-voipcloud", "/t/vellard/connections/new/voipcloud/"),
    Shot("connect-keevio", "/t/vellard/connections/new/keevio/"),
    Shot("connection-of-a-reseller", "/t/telmarine/connections/", TELMARINES),
    Shot("customers", "/t/telmarine/connections/", (*TELMARINES, r"/connections/\d+/customers/$")),
    Shot("kinds-kazoo", "/t/corvane/entities/corvane-kazoo/"),
    Shot("devices", "/t/corvane/entities/corvane-kazoo/device/"),
    Shot("device", "/t/corvane/entities/corvane-kazoo/device/", ENTITY),
    Shot("user", "/t/corvane/entities/corvane-kazoo/user/", LINE),
    Shot("queue", "/t/corvane/entities/corvane-voipcloud/queue/", ENTITY),
    Shot("exports", "/t/corvane/exports/"),
    Shot("people", "/t/corvane/people/"),
    Shot("invite", "/t/corvane/people/invite/"),
    Shot("invitations", "/t/corvane/people/invitations/"),
    Shot("audit", "/t/corvane/audit/"),
    Shot("settings", "/t/corvane/settings/"),
    Shot("me", "/me/"),
    Shot("rights", "/me/rights/"),
    Shot("security", "/accounts/2fa/"),
    Shot("sessions", "/accounts/sessions/"),
    Shot("chooser", "/tenants/"),
    Shot("not-yours", "/t/morvanne/settings/", person=NOE),
    Shot("not-found", "/t/corvane/nothing/"),
    Shot("staff", "/staff/", person=TOM),
    Shot("staff-calls", "/staff/calls/", person=TOM),
    Shot("staff-alerts", "/staff/alerts/", person=TOM),
)
# Name, width, height, theme.
SIZES = (("light", 1440, 900, "light"), ("dark", 1440, 900, "dark"), ("390", 390, 844, "light"))

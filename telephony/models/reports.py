"""Reports that go out by a schedule: what is in one, each time it was made, and what became of each mail.

What figures there are: telephony/reports. When one is due: portal/lib/cadence.py. Making and sending: services/report_*.
"""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.scoping import TenantOwned
from portal.lib.cadence import Cadence
from portal.lib.names import name_key_field
from portal.lib.periods import Period, Word
from portal.lib.wording import labelled
from telephony.models.connections import Connection
from telephony.models.entities import Entity
from telephony.models.leased import Leased

PERIODS = (
    (Word.YESTERDAY.value, _("Yesterday")),
    (Word.LAST_WEEK.value, _("Last week, Monday to Sunday")),
    (Word.LAST_MONTH.value, _("Last month")),
    (Word.LAST_7_DAYS.value, _("The last 7 days")),
    (Word.LAST_30_DAYS.value, _("The last 30 days")),
    (Word.WEEK_TO_DATE.value, _("This week up to yesterday")),
    (Word.MONTH_TO_DATE.value, _("This month up to yesterday")),
)


OF_NOW = frozenset({"lines", "numbers"})  # figures of how things are when they are made, whatever the period
USUAL_COLOUR = "#0a6261"


class Report(TenantOwned):
    """What goes out, when, and to whom.

    ready        the ready-made report that it is called after, in the language of whoever reads; "" where a person gave
                 the name. `name` is then what it was called when it was made: it sorts lists
    figures      keys of telephony/reports, in the order of the page
    connection   or `line` (a line, queue or group): what it is of; all of the tenant where both are empty
    period       a word of portal/lib/periods.py
    formats      of FORMATS
    members      ids of people of the tenant, whose mails lead to its pages; who has left it gets none any more
    addresses    of others: their mails have files and no links
    weekdays     ISO numbers; empty where `month_day` says when
    next_at      when it is due next; empty while it is paused
    paused_why   a word of Pause, empty while it runs
    """

    class Ready(models.TextChoices):
        WEEKLY_CALLS = "weekly-calls", _("Weekly call summary")
        MISSED_CALLS = "missed-calls", _("Missed calls")
        QUEUE_SERVICE = "queue-service", _("Queue service")
        COST_BY_LINE = "cost-by-line", _("Cost by line")
        CHANGES_MADE = "changes-made", _("Changes made")
        INVENTORY = "inventory", _("Lines and numbers")
        CONNECTIONS = "connections", _("Connection health")

    class Format(models.TextChoices):
        BODY = "body", _("In the mail itself")
        PDF = "pdf", "PDF"
        XLSX = "xlsx", "XLSX"
        CSV = "csv", "CSV"

    class Pause(models.TextChoices):
        PERSON = "person", _("Paused")
        RIGHTS = "rights", _("Paused: whom it is sent for may not see it any more")

    name = models.CharField(_("name"), max_length=120)
    name_key = name_key_field()
    ready = models.CharField(max_length=16, choices=Ready, blank=True)
    figures = models.JSONField(_("figures"), default=list)
    connection = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    line = models.ForeignKey(Entity, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    period = models.CharField(_("period"), max_length=16, choices=PERIODS)
    formats = models.JSONField(_("formats"), default=list)
    members = models.JSONField(_("members"), default=list, blank=True)
    addresses = models.JSONField(_("other addresses"), default=list, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    weekdays = models.JSONField(_("weekdays"), default=list, blank=True)
    month_day = models.PositiveSmallIntegerField(_("day of the month"), null=True, blank=True)
    at = models.TimeField(_("time"), default=time(6))
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Paris")
    next_at = models.DateTimeField(null=True, blank=True)
    paused_why = models.CharField(max_length=10, choices=Pause, blank=True)
    owner = models.ForeignKey("accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("report")
        indexes = [
            models.Index(fields=["tenant", "name_key", "id"], name="report_by_name"),
            models.Index(fields=["next_at"], name="report_due", condition=models.Q(next_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """Its name as whoever reads it has it."""
        return str(self.get_ready_display()) if self.ready else self.name

    @property
    def is_of_now(self) -> bool:
        """Whether all that is in it says how things are when it is made: its period says nothing about that."""
        return bool(self.figures) and OF_NOW.issuperset(self.figures)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def cadence(self) -> Cadence:
        return Cadence(
            weekdays=frozenset(self.weekdays), month_day=self.month_day, at=self.at, zone=self.zone
        )


class ReportRun(TenantOwned, Leased):
    """One period of one report: made once, then sent to each of its recipients.

    first_day, last_day   whole local days of the report's zone, both within
    due_for_at            when the schedule asked for it; for one asked for by hand, when that was
    is_late               it was made well after its time, whatever kept it
    coverage              {"days": of connections in the period, "missing": [[connection, day, state]], "kept_from": the day
                          before which calls of it are no longer kept, or ""}; empty until made
    subject, files        of the mail; [{"name", "format", "bytes", "pages" or "sheets", "rows", "places"}], each what it has
                          of these, places by keys of sections; kept below `files/reports/` (report_files.py)
    told_at               when the owner was told of a failure
    remakes               the run in whose place it was asked for, when more of its days were here
    """

    class Sort(models.TextChoices):
        SCHEDULED = "scheduled", _("By its schedule")
        BY_HAND = "by_hand", _("By hand")
        TEST = "test", pgettext_lazy("report", "Test")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Sending")
        DONE = "done", _("Sent")
        TROUBLE = "trouble", _("Not to everybody")
        REFUSED = "refused", _("Not made")
        FAILED = "failed", _("Failed")

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="runs")
    sort = models.CharField(max_length=10, choices=Sort, default=Sort.SCHEDULED)
    first_day = models.DateField()
    last_day = models.DateField()
    due_for_at = models.DateTimeField()
    is_late = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    coverage = models.JSONField(default=dict, blank=True)
    subject = models.CharField(max_length=250, blank=True)
    files = models.JSONField(default=list, blank=True)
    error = models.CharField(max_length=500, blank=True)
    asked_by = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    remakes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="remade_by"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    made_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("run of a report")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "report", "first_day", "last_day"],
                condition=models.Q(sort="scheduled"),
                name="report_run_once",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "report", "-created_at", "-id"], name="report_run_recent"),
            models.Index(fields=["due_at"], name="report_run_due", condition=models.Q(due_at__isnull=False)),
            models.Index(
                fields=["id"],
                name="report_run_untold",
                condition=models.Q(state__in=["trouble", "refused", "failed"], told_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.first_day} {self.last_day}"

    @property
    def period(self) -> Period:
        return Period(self.first_day, self.last_day)

    @property
    def is_whole(self) -> bool:
        return not self.coverage.get("missing") and not self.coverage.get("kept_from")


class ReportReceipt(TenantOwned):
    """What became of one mail of a run. Who is `unknown` may have it or not: it is never sent again by itself.

    person       of a member; an outsider's is empty
    message_id   fixed before the mail goes out
    why          it was not sent; `error` is what the mail server said, or what became of its connection
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        FAILED = "failed", pgettext_lazy("mail", "Refused")
        UNKNOWN = "unknown", _("Unknown")
        LEFT_OUT = "left_out", _("Left out")

    class Why(models.TextChoices):
        GONE = "gone", _("Not a member any more")
        REFUSED = "refused", _("The mail server refused it")
        LATER = "later", _("The mail server wants to be asked again")
        GIVEN_UP = "given_up", _("No mail server took it for two days")
        BROKEN = "broken", _("The connection broke while it was sent")
        WORKER = "worker", _("The worker ended while it was sent")

    run = models.ForeignKey(ReportRun, on_delete=models.CASCADE, related_name="receipts")
    address = models.EmailField()
    person = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    message_id = models.CharField(max_length=200)
    why = models.CharField(max_length=8, choices=Why, blank=True)
    error = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "run", "address"], name="receipt_once")]
        indexes = [models.Index(fields=["tenant", "message_id"], name="receipt_message")]

    def __str__(self) -> str:
        return f"{self.address} {self.state}"

    @property
    def trouble(self) -> str:
        """Why it was not sent, in the language of who reads it; "" where it was, or waits for its turn."""
        words = str(self.get_why_display())
        return labelled(words, self.error) if self.error else words


class ReportLook(TenantOwned):
    """How a tenant's reports look: its name at the head, one colour, a logo (PNG or JPEG), a line at the foot."""

    heading = models.CharField(_("name at the head"), max_length=80, blank=True)
    colour = models.CharField(_("colour"), max_length=7, default=USUAL_COLOUR)
    foot = models.CharField(_("line at the foot"), max_length=200, blank=True)
    logo = models.BinaryField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant"], name="report_look_once")]

    def __str__(self) -> str:
        return self.heading

"""How telephony's states look: icon, word, tone. The normal case has no colour."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.ui.looks import Look, register_looks
from telephony.models import (
    Alert,
    BulkRow,
    CallRecord,
    Change,
    Coverage,
    Credential,
    HoursRun,
    Job,
    Report,
    ReportReceipt,
    ReportRun,
    SyncRun,
)
from telephony.models.calls import Direction, Medium, Outcome
from telephony.services import enrolling
from telephony.services.hours_standing import Standing


def register() -> None:
    register_looks(
        "hours_standing",
        {
            Standing.IN_STEP: Look(icon="equal", word=_("In step"), tone="plain"),
            Standing.ABSENT: Look(
                icon="circle-dashed", word=pgettext_lazy("opening hours", "Not applied"), tone="plain"
            ),
            Standing.CHANGED_HERE: Look(icon="pencil", word=_("Changed here"), tone="warn"),
            Standing.CHANGED_THERE: Look(icon="git-fork", word=_("Changed there"), tone="warn"),
        },
    )
    register_looks(
        "hook_standing",
        {
            enrolling.Standing.OFF: Look(icon="plug", word=_("Sends nothing"), tone="plain"),
            enrolling.Standing.OTHER: Look(icon="external-link", word=_("Sends elsewhere")),
            enrolling.Standing.UNREAD: Look(icon="help", word=_("Not read yet"), tone="plain"),
            enrolling.Standing.DRIFTED: Look(icon="git-fork", word=_("Address changed there"), tone="warn"),
            enrolling.Standing.STALE: Look(icon="key", word=_("New address not written"), tone="warn"),
            enrolling.Standing.SWITCHED_OFF: Look(
                icon="plug-connected-x", word=_("Switched off there"), tone="warn"
            ),
            enrolling.Standing.WAITING: Look(
                icon="hourglass", word=_("Waits for its first call"), tone="info"
            ),
            enrolling.Standing.SILENT: Look(icon="volume-off", word=_("Calls, and is not heard"), tone="bad"),
            enrolling.Standing.SENDING: Look(icon="check", word=_("Sends its calls"), tone="plain"),
        },
    )
    register_looks(
        "report_pause",
        {
            Report.Pause.PERSON: Look(icon="player-pause", word=_("Paused"), tone="plain"),
            Report.Pause.RIGHTS: Look(icon="lock", word=_("Paused by itself"), tone="warn"),
        },
    )
    register_looks(
        "alert_state",
        {
            Alert.State.OPEN: Look(icon="bell", word=Alert.State.OPEN.label, tone="warn"),
            Alert.State.ACKNOWLEDGED: Look(icon="eye", word=Alert.State.ACKNOWLEDGED.label, tone="plain"),
        },
    )
    register_looks(
        "alert_end",
        {
            Alert.End.GONE: Look(icon="check", word=Alert.End.GONE.label, tone="plain"),
            Alert.End.PERSON: Look(icon="user-check", word=Alert.End.PERSON.label, tone="plain"),
            Alert.End.RULE: Look(icon="player-stop", word=Alert.End.RULE.label),
        },
    )
    register_looks(
        "alert_rule",
        {
            "on": Look(icon="check", word=pgettext_lazy("a rule", "On"), tone="plain"),
            "off": Look(icon="player-pause", word=pgettext_lazy("a rule", "Off"), tone="plain"),
        },
    )
    runs = ReportRun.State
    register_looks(
        "report_run",
        {
            runs.WAITING: Look(icon="hourglass", word=runs.WAITING.label, tone="info"),
            runs.SENDING: Look(icon="send", word=runs.SENDING.label, tone="info"),
            runs.DONE: Look(icon="check", word=runs.DONE.label, tone="plain"),
            runs.TROUBLE: Look(icon="alert-triangle", word=runs.TROUBLE.label, tone="bad"),
            runs.REFUSED: Look(icon="lock", word=runs.REFUSED.label, tone="warn"),
            runs.FAILED: Look(icon="alert-triangle", word=runs.FAILED.label, tone="bad"),
        },
    )
    receipts = ReportReceipt.State
    register_looks(
        "report_receipt",
        {
            receipts.WAITING: Look(icon="hourglass", word=receipts.WAITING.label, tone="info"),
            receipts.SENDING: Look(icon="send", word=receipts.SENDING.label, tone="info"),
            receipts.SENT: Look(icon="check", word=receipts.SENT.label, tone="plain"),
            receipts.FAILED: Look(icon="x", word=receipts.FAILED.label, tone="bad"),
            receipts.UNKNOWN: Look(icon="help", word=receipts.UNKNOWN.label, tone="warn"),
            receipts.LEFT_OUT: Look(icon="ban", word=receipts.LEFT_OUT.label, tone="plain"),
        },
    )
    register_looks(
        "hours_run",
        {
            HoursRun.State.PREVIEW: Look(icon="eye", word=HoursRun.State.PREVIEW.label, tone="accent"),
            HoursRun.State.SENDING: Look(icon="refresh", word=HoursRun.State.SENDING.label, tone="info"),
            HoursRun.State.DONE: Look(icon="check", word=HoursRun.State.DONE.label, tone="plain"),
            HoursRun.State.STOPPED: Look(
                icon="alert-triangle", word=HoursRun.State.STOPPED.label, tone="bad"
            ),
            HoursRun.State.REVERTED: Look(
                icon="arrow-back-up", word=HoursRun.State.REVERTED.label, tone="plain"
            ),
        },
    )
    register_looks(
        "direction",
        {
            Direction.INBOUND: Look(icon="arrow-down-left", word=Direction.INBOUND.label),
            Direction.OUTBOUND: Look(icon="arrow-up-right", word=Direction.OUTBOUND.label),
            Direction.INTERNAL: Look(icon="arrows-left-right", word=Direction.INTERNAL.label),
        },
    )
    register_looks(
        "medium",
        {
            Medium.VOICE: Look(icon="phone", word=Medium.VOICE.label, tone="plain"),
            Medium.SMS: Look(icon="message", word=Medium.SMS.label, tone="plain"),
            Medium.DATA: Look(icon="world", word=Medium.DATA.label, tone="plain"),
        },
    )
    register_looks(
        "outcome",
        {
            Outcome.ANSWERED: Look(icon="check", word=Outcome.ANSWERED.label, tone="plain"),
            Outcome.FORWARDED: Look(icon="arrow-forward-up", word=Outcome.FORWARDED.label, tone="plain"),
            Outcome.MISSED: Look(icon="phone-off", word=Outcome.MISSED.label, tone="bad"),
            Outcome.ABANDONED: Look(icon="door-exit", word=Outcome.ABANDONED.label, tone="bad"),
            Outcome.FAILED: Look(icon="alert-triangle", word=Outcome.FAILED.label, tone="bad"),
            Outcome.BUSY: Look(icon="phone-x", word=Outcome.BUSY.label, tone="warn"),
            Outcome.TIMED_OUT: Look(icon="hourglass", word=Outcome.TIMED_OUT.label, tone="warn"),
            Outcome.VOICEMAIL: Look(icon="record-mail", word=Outcome.VOICEMAIL.label),
            Outcome.CANCELLED: Look(icon="x", word=Outcome.CANCELLED.label, tone="plain"),
            Outcome.UNKNOWN: Look(icon="help", word=Outcome.UNKNOWN.label),
        },
    )
    register_looks(
        "record_standing",
        {
            CallRecord.Standing.OPEN: Look(
                icon="hourglass", word=CallRecord.Standing.OPEN.label, tone="info"
            ),
            CallRecord.Standing.STALE: Look(icon="help", word=CallRecord.Standing.STALE.label, tone="warn"),
            CallRecord.Standing.GONE: Look(icon="eye-off", word=CallRecord.Standing.GONE.label, tone="warn"),
        },
    )
    register_looks(
        "change_state",
        {
            Change.State.DRAFT: Look(icon="pencil", word=Change.State.DRAFT.label),
            Change.State.SENDING: Look(icon="send", word=Change.State.SENDING.label, tone="info"),
            Change.State.APPLIED: Look(icon="check", word=Change.State.APPLIED.label, tone="plain"),
            Change.State.REFUSED: Look(icon="ban", word=Change.State.REFUSED.label, tone="bad"),
            Change.State.CONFLICT: Look(icon="git-merge", word=Change.State.CONFLICT.label, tone="warn"),
            Change.State.CHARGES: Look(icon="coins", word=Change.State.CHARGES.label, tone="warn"),
            Change.State.UNKNOWN: Look(icon="help", word=Change.State.UNKNOWN.label, tone="warn"),
            Change.State.NOT_APPLIED: Look(icon="x", word=Change.State.NOT_APPLIED.label, tone="bad"),
            Change.State.REVERTED: Look(icon="arrow-back-up", word=Change.State.REVERTED.label, tone="plain"),
        },
    )
    register_looks(
        "bulk_row_state",
        {
            BulkRow.State.NEW: Look(icon="hourglass", word=BulkRow.State.NEW.label),
            BulkRow.State.READY: Look(icon="pencil", word=BulkRow.State.READY.label, tone="plain"),
            BulkRow.State.SAME: Look(icon="check", word=BulkRow.State.SAME.label, tone="plain"),
            BulkRow.State.IMPOSSIBLE: Look(icon="ban", word=BulkRow.State.IMPOSSIBLE.label, tone="bad"),
            BulkRow.State.SENDING: Look(icon="send", word=BulkRow.State.SENDING.label, tone="info"),
            BulkRow.State.APPLIED: Look(icon="check", word=BulkRow.State.APPLIED.label, tone="plain"),
            BulkRow.State.REFUSED: Look(icon="ban", word=BulkRow.State.REFUSED.label, tone="bad"),
            BulkRow.State.CONFLICT: Look(icon="git-merge", word=BulkRow.State.CONFLICT.label, tone="warn"),
            BulkRow.State.UNKNOWN: Look(icon="help", word=BulkRow.State.UNKNOWN.label, tone="warn"),
            BulkRow.State.NOT_APPLIED: Look(icon="x", word=BulkRow.State.NOT_APPLIED.label, tone="bad"),
        },
    )
    register_looks(
        "run_state",
        {
            SyncRun.State.QUEUED: Look(icon="clock", word=SyncRun.State.QUEUED.label),
            SyncRun.State.WAITING: Look(icon="hourglass", word=SyncRun.State.WAITING.label, tone="info"),
            SyncRun.State.RUNNING: Look(icon="refresh", word=SyncRun.State.RUNNING.label, tone="info"),
            SyncRun.State.COMPLETE: Look(icon="check", word=SyncRun.State.COMPLETE.label, tone="plain"),
            SyncRun.State.REFUSED: Look(icon="alert-triangle", word=SyncRun.State.REFUSED.label, tone="bad"),
            SyncRun.State.PARKED: Look(icon="hand-stop", word=SyncRun.State.PARKED.label, tone="bad"),
            SyncRun.State.STOPPED: Look(icon="player-stop", word=SyncRun.State.STOPPED.label),
        },
    )
    register_looks(
        "credential_state",
        {
            Credential.State.WORKING: Look(icon="check", word=Credential.State.WORKING.label, tone="ok"),
            Credential.State.NEEDS_RECONNECT: Look(
                icon="plug-connected-x", word=Credential.State.NEEDS_RECONNECT.label, tone="bad"
            ),
            Credential.State.UNLINKED: Look(icon="unlink", word=Credential.State.UNLINKED.label),
        },
    )
    register_looks(
        "connection_state",
        {
            "working": Look(icon="check", word=_("Working"), tone="ok"),
            "needs_reconnect": Look(icon="plug-connected-x", word=_("Needs to be reconnected"), tone="bad"),
            "not_answering": Look(icon="cloud-off", word=_("Does not answer"), tone="bad"),
            "resting": Look(icon="hourglass", word=_("Waits for the quota"), tone="info"),
            "paused": Look(icon="player-pause", word=_("Paused"), tone="warn"),
            "unlinked": Look(icon="unlink", word=_("Unlinked")),
        },
    )
    register_looks(
        "effect",
        {
            "read": Look(icon="eye", word=_("reads"), tone="plain"),
            "write": Look(icon="pencil", word=_("writes")),
            "destroy": Look(icon="trash", word=_("deletes"), tone="bad"),
            "never_repeat": Look(icon="alert-triangle", word=_("acts at once"), tone="warn"),
        },
    )
    register_looks(
        "waits_for",
        {
            "quota": Look(icon="hourglass", word=_("Waits for the quota"), tone="info"),
            "provider": Look(icon="cloud-off", word=_("Waits for the provider"), tone="warn"),
            "objects": Look(icon="hourglass", word=_("Waits for the lines"), tone="info"),
            "pause": Look(icon="player-pause", word=_("Paused"), tone="warn"),
        },
    )
    jobs: dict[str, Look] = {
        Job.State.DRAFT: Look(icon="pencil", word=Job.State.DRAFT.label),
        Job.State.PAUSED: Look(icon="player-pause", word=Job.State.PAUSED.label, tone="warn"),
        Job.State.STOPPED: Look(icon="player-stop", word=Job.State.STOPPED.label),
        Job.State.WAITING: Look(icon="hourglass", word=Job.State.WAITING.label, tone="info"),
        Job.State.RUNNING: Look(icon="refresh", word=Job.State.RUNNING.label, tone="info"),
        Job.State.DONE: Look(icon="check", word=Job.State.DONE.label, tone="plain"),
        Job.State.FAILED: Look(icon="alert-triangle", word=Job.State.FAILED.label, tone="bad"),
        Job.State.EXPIRED: Look(icon="clock-off", word=Job.State.EXPIRED.label),
    }
    register_looks("job_state", jobs)
    sent = Look(icon="check", word=receipts.SENT.label, tone="plain")
    register_looks("mail_state", jobs | {Job.State.DONE: sent})  # of the job that sends it
    register_looks(
        "service_status",
        {
            "in_service": Look(icon="check", word=_("In service"), tone="plain"),
            "setup_pending": Look(icon="hourglass", word=_("Being set up"), tone="info"),
            "suspended": Look(icon="player-pause", word=_("Suspended"), tone="warn"),
            "cancelled": Look(icon="x", word=pgettext_lazy("state of a service", "Cancelled")),
            "cancellation_pending": Look(icon="hourglass", word=_("Being cancelled"), tone="warn"),
            "blocked": Look(icon="ban", word=_("Blocked"), tone="bad"),
            "enabled": Look(icon="check", word=_("Enabled"), tone="plain"),
            "disabled": Look(icon="player-stop", word=_("Switched off")),
            "forced": Look(icon="lock", word=_("In force"), tone="accent"),
            "learned": Look(icon="phone", word=_("Learned from calls"), tone="plain"),
            "registered": Look(icon="check", word=_("Registered"), tone="plain"),
            "todo": Look(icon="hourglass", word=_("To be done"), tone="info"),
            "wait": Look(icon="hourglass", word=_("Waiting"), tone="info"),
            "done": Look(icon="check", word=pgettext_lazy("state of a task", "Done"), tone="plain"),
            "failed": Look(icon="alert-triangle", word=_("Failed"), tone="bad"),
            "error": Look(icon="alert-triangle", word=_("Failed"), tone="bad"),
            "cancel": Look(icon="x", word=pgettext_lazy("state of a service", "Cancelled")),
            "unknown": Look(icon="help", word=_("Not known")),
            "unconfirmed": Look(icon="file-pencil", word=_("Draft"), tone="plain"),
            "submitted": Look(icon="send", word=_("Submitted"), tone="info"),
            "pending": Look(icon="hourglass", word=_("Pending"), tone="info"),
            "scheduled": Look(icon="calendar-event", word=_("Scheduled"), tone="info"),
            "rejected": Look(icon="alert-triangle", word=_("Rejected"), tone="bad"),
            "completed": Look(icon="check", word=_("Completed"), tone="plain"),
            "canceled": Look(icon="x", word=pgettext_lazy("state of a port request", "Cancelled")),
            "discovery": Look(icon="search", word=_("Found by a search")),
            "available": Look(icon="circle-dashed", word=_("Available")),
            "reserved": Look(icon="bookmark", word=_("Reserved"), tone="warn"),
            "port_in": Look(icon="transfer-in", word=_("Coming in"), tone="info"),
            "port_out": Look(icon="transfer-out", word=_("Going out"), tone="warn"),
            "released": Look(icon="unlink", word=_("Released")),
            "aging": Look(icon="hourglass", word=_("Resting")),
            "deleted": Look(icon="trash", word=_("Deleted")),
        },
    )
    register_looks(
        "coverage",
        {
            Coverage.State.COMPLETE: Look(icon="check", word=Coverage.State.COMPLETE.label, tone="plain"),
            Coverage.State.PARTIAL: Look(icon="circle-half", word=Coverage.State.PARTIAL.label, tone="warn"),
            Coverage.State.MISSING: Look(icon="square-x", word=Coverage.State.MISSING.label, tone="bad"),
            Coverage.State.FETCHING: Look(icon="refresh", word=Coverage.State.FETCHING.label, tone="info"),
        },
    )

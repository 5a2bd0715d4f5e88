"""Everything telephony keeps: connections, cached entities, calls, changes, and the ledger of work."""

from telephony.models.alerts import Alert, AlertRule, AlertWatch, SharedRule
from telephony.models.blocks import BlockEnd
from telephony.models.bulk import BulkRow
from telephony.models.callflows import CallflowAct, CallflowDraft, CallflowFindings
from telephony.models.calling import CallSource
from telephony.models.calls import Call, CallRecord, NumberName, UnreadableRecord
from telephony.models.changes import Change
from telephony.models.connections import (
    AuthorizationAttempt,
    Connection,
    Credential,
    ProviderApplication,
    QuotaUse,
)
from telephony.models.entities import Entity, EntityReference
from telephony.models.hours import (
    HolidayChoice,
    HoursException,
    HoursPlacement,
    HoursRun,
    HoursStep,
    OpeningHours,
)
from telephony.models.jobs import AnyJob, Job, SavedView, StaffExport
from telephony.models.live import CallEvent, LineHook, LiveCall, LiveFeed
from telephony.models.missed import MissedDigest, MissedMark
from telephony.models.reports import Report, ReportLook, ReportReceipt, ReportRun
from telephony.models.retention import Retention
from telephony.models.rollups import CallDay, CallMonth, CallQuarter, CallWeekHour, ClosedMonth, RollupMark
from telephony.models.sync import Coverage, RequestLog, SyncRun, SyncState

__all__ = [
    "Alert",
    "AlertRule",
    "AlertWatch",
    "AnyJob",
    "AuthorizationAttempt",
    "BlockEnd",
    "BulkRow",
    "Call",
    "CallDay",
    "CallEvent",
    "CallMonth",
    "CallQuarter",
    "CallRecord",
    "CallSource",
    "CallWeekHour",
    "CallflowAct",
    "CallflowDraft",
    "CallflowFindings",
    "Change",
    "ClosedMonth",
    "Connection",
    "Coverage",
    "Credential",
    "Entity",
    "EntityReference",
    "HolidayChoice",
    "HoursException",
    "HoursPlacement",
    "HoursRun",
    "HoursStep",
    "Job",
    "LineHook",
    "LiveCall",
    "LiveFeed",
    "MissedDigest",
    "MissedMark",
    "NumberName",
    "OpeningHours",
    "ProviderApplication",
    "QuotaUse",
    "Report",
    "ReportLook",
    "ReportReceipt",
    "ReportRun",
    "Retention",
    "RequestLog",
    "RollupMark",
    "SavedView",
    "SharedRule",
    "StaffExport",
    "SyncRun",
    "SyncState",
    "UnreadableRecord",
]

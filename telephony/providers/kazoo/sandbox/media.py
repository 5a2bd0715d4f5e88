"""Media: documents first, then their sound, raw or as a data URL; spoken texts; system prompts (facts, section 7)."""

from __future__ import annotations

from telephony.providers.kazoo.sandbox.answers import Answer, raw
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.collections import Collection, Draft
from telephony.providers.kazoo.sandbox.documents import Document, Entry, attach, attachment, text_at, touched
from telephony.providers.kazoo.sandbox.plain import row_of
from telephony.providers.kazoo.sandbox.refusals import Refused, bad_identifier, wrong
from telephony.providers.kazoo.sandbox.routes import answers
from telephony.providers.kazoo.sandbox.sounds import spoken
from telephony.providers.kazoo.sandbox.uploads import uploaded
from telephony.providers.kazoo.schema.callflows import AUDIO_TYPES, VIDEO_TYPES

_SOUNDS = (*AUDIO_TYPES, *VIDEO_TYPES)
_BODIES = (
    *_SOUNDS,
    "application/x-base64",
    "application/octet-stream",
    "multipart/form-data",
    "multipart/mixed",
)
_ENDINGS = {"audio/mp3": "mp3", "audio/mpeg": "mp3", "audio/mpeg3": "mp3", "audio/ogg": "ogg"}
PROMPTS = (
    "vm-greeting",
    "vm-main_menu",
    "menu-invalid_entry",
    "conf-welcome",
    "cf-enter_number",
    "agent-logged_in",
)


def _row(call: Call, identifier: str, entry: Entry) -> Document:
    row: Document = row_of("name", "media_source", language="en-us")(call, identifier, entry)
    kind = "video" if str(entry["doc"].get("content_type", "")).startswith("video") else "audio"
    return {**row, "media_type": kind, "is_prompt": bool(entry["doc"].get("prompt_id"))}


def _tts_text(call: Call, draft: Draft) -> None:
    if draft.doc.get("media_source") == "tts" and not text_at(draft.doc, "tts.text"):
        draft.errors.add("tts.text", "required", "Field is required but missing", value=None)


def _speak(call: Call, draft: Draft) -> None:
    """A spoken text has its sound at once, and anew when the text changes."""
    entry = call.docs("media")[draft.id]
    if draft.doc.get("media_source") != "tts":
        return
    text = text_at(draft.doc, "tts.text")
    if text != text_at(draft.before, "tts.text"):
        sound = spoken(text)
        entry["pvt"]["attachments"] = {}
        attach(entry, "text_to_speech.wav", "audio/wav", sound)
        entry["doc"].update(content_type="audio/wav", content_length=len(sound))


def _shown(call: Call, identifier: str, entry: Entry, shown: Document) -> Document:
    return {**shown, "_read_only": {"has_attachments": bool(entry["pvt"].get("attachments"))}}


MEDIA = Collection(
    name="media",
    family="media",
    aliases=("medias",),
    row=_row,
    show=_shown,
    rules=(_tts_text,),
    settle=(_speak,),
).register()


@answers("POST PUT", "/accounts/{}/media/{}/raw", "/accounts/{}/medias/{}/raw", takes=_BODIES)
def upload(call: Call, media_id: str) -> Answer:
    entry = call.entry("media", media_id)
    kind, content = uploaded(call, "audio/mp3")
    if not content:
        raise wrong("file", "required", "Please provide a media file", value=None)
    if kind not in _SOUNDS:
        raise Refused(415, "unsupported_media_type")
    entry["pvt"]["attachments"] = {}
    attach(entry, f"{entry['doc'].get('name', media_id)}.{_ENDINGS.get(kind, 'wav')}", kind, content)
    entry["doc"].update(content_type=kind, content_length=len(content))
    touched(entry, call.now_g)
    return MEDIA.answer(call, media_id, entry)


@answers("GET", "/accounts/{}/media/{}/raw", "/accounts/{}/medias/{}/raw", gives=("*",))
def download(call: Call, media_id: str) -> Answer:
    """406 for a client that accepts no sound of this type."""
    entry = call.entry("media", media_id)
    name = next(iter(entry["pvt"].get("attachments") or {}), "")
    if not name and entry["doc"].get("media_source") == "tts":
        call.message.wants(("audio/wav", "application/octet-stream"))
        return raw(spoken(text_at(entry["doc"], "tts.text")), "audio/wav", "text_to_speech.wav")
    return sound(call, entry, name or media_id)


def sound(call: Call, entry: Entry, name: str) -> Answer:
    """One attached sound. Raises Refused 404 or 406."""
    found = attachment(entry, name)
    if found is None:
        raise bad_identifier(name)
    kind, content = found
    call.message.wants((kind, "application/octet-stream", "application/base64"))
    return raw(content, kind, name)


@answers("GET", "/accounts/{}/media/languages", "/media/languages")
def list_languages(call: Call) -> Document:
    """How many media there are of each language."""
    if not call.account_id:
        return {"en-us": len(PROMPTS), "fr-fr": len(PROMPTS)}
    found: dict[str, int] = {}
    for entry in call.docs("media").values():
        language = str(entry["doc"].get("language", "en-us"))
        found[language] = found.get(language, 0) + 1
    return found


@answers("GET", "/accounts/{}/media/languages/{}")
def list_of_language(call: Call, language: str) -> list[str]:
    return [
        one for one, entry in call.docs("media").items() if entry["doc"].get("language", "en-us") == language
    ]


@answers("GET", "/accounts/{}/media/prompts", "/media/prompts")
def list_prompts(call: Call) -> Document:
    """How many recordings there are of each prompt: the account's own, or the system's."""
    if not call.account_id:
        return dict.fromkeys(PROMPTS, 2)
    found: dict[str, int] = {}
    for entry in call.docs("media").values():
        if prompt := text_at(entry["doc"], "prompt_id"):
            found[prompt] = found.get(prompt, 0) + 1
    return found


@answers("GET", "/accounts/{}/media/prompts/{}")
def list_of_prompt(call: Call, prompt: str) -> list[str]:
    return [one for one, entry in call.docs("media").items() if entry["doc"].get("prompt_id") == prompt]

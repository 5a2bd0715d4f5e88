"""CTI plugins of a line, their parameters, and tokens for the browser library."""

import re
import secrets
from typing import Any

from telephony.providers.keyyo.sandbox.formats import read_flag, read_list, read_scalar
from telephony.providers.keyyo.sandbox.manager import Call, Document, answers
from telephony.providers.keyyo.sandbox.refusals import Refused

LINE = "UCaaSVoIPAccount"
TOKEN_LIFE_S = 3600
VALUE_LENGTH = 2000
_MASK = re.compile(r"(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,63}|(\*\.)?[A-Za-z0-9-]+")
_INFORMATION = {
    "url": "URL appelée à chaque événement ; mots-clés : _ACCOUNT_ _CALLER_ _CALLEE_ _CALLREF_ _N_TYPE_ _N_VERSION_ "
    "_DREF_ _DREF_REPLACE_ _SESSION_ID_ _IS_ACD_ _REDIRECTING_NUMBER_ _TSMS_",
    "ip_regexp": "Expression régulière des adresses IP autorisées ; vide : authentification Digest",
    "origin": "Site web autorisé à se connecter",
}


@answers("POST", "/services/{}/csi_token")
def mint_token(call: Call, csi: str) -> Document:
    """A token for one hour, bound to the line; `domain_masks` is optional."""
    call.service(csi, LINE)
    masks = read_list(call.form, "domain_masks") if "domain_masks" in call.form else []
    for mask in masks:
        if not _MASK.fullmatch(mask):
            raise Refused(400, "domain_masks: expected domain.ext, sub.domain.ext or *.domain.ext")
    token = secrets.token_hex(32)
    ends_s = call.now_s + TOKEN_LIFE_S
    tokens = call.sandbox.store.data["csi_tokens"]
    for old in [key for key, held in tokens.items() if held["ends_s"] < call.now_s]:
        del tokens[old]
    tokens[token] = {"csi": csi, "domain_masks": masks, "ends_s": ends_s}
    fields = {
        "result": "success", "token": token, "domain_masks": masks, "timestamp": ends_s, "expires_in": TOKEN_LIFE_S,
    }  # fmt: skip
    return call.resource("CSIToken", ["services", csi, "csi_token"], fields)


@answers("GET", "/services/{}/cti_plugins")
def list_plugins(call: Call, csi: str) -> Document:
    plugins = call.service(csi, LINE)["plugins"]
    return call.collection(
        ["services", csi, "cti_plugins"], [_document(call, csi, plugins, name) for name in plugins]
    )


@answers("GET", "/services/{}/cti_plugins/{}")
def read_plugin(call: Call, csi: str, name: str) -> Document:
    return _document(call, csi, call.service(csi, LINE)["plugins"], name)


@answers("POST", "/services/{}/cti_plugins/{}")
def update_plugin(call: Call, csi: str, name: str) -> Document:
    """Switch on or off."""
    plugins = call.service(csi, LINE)["plugins"]
    plugin = _plugin(plugins, name)
    unknown = set(call.form) - {"enabled", "name"}
    if unknown:
        raise Refused(400, f"{min(unknown)}: unknown parameter")
    if "enabled" not in call.form:
        raise Refused(400, "enabled: missing parameter")
    plugin["enabled"] = read_flag(call.form["enabled"], "enabled")
    return _document(call, csi, plugins, name)


@answers("GET", "/services/{}/cti_plugins/{}/parameters")
def list_parameters(call: Call, csi: str, name: str) -> Document:
    plugin = _plugin(call.service(csi, LINE)["plugins"], name)
    items = [_parameter(call, csi, name, plugin, parameter) for parameter in plugin["parameters"]]
    return call.collection(["services", csi, "cti_plugins", name, "parameters"], items)


@answers("GET", "/services/{}/cti_plugins/{}/parameters/{}")
def read_parameter(call: Call, csi: str, name: str, parameter: str) -> Document:
    return _parameter(call, csi, name, _plugin(call.service(csi, LINE)["plugins"], name), parameter)


@answers("POST", "/services/{}/cti_plugins/{}/parameters/{}")
def update_parameter(call: Call, csi: str, name: str, parameter: str) -> Document:
    """Store the value exactly as it was sent: a notification address is full of &, ? and _."""
    plugin = _plugin(call.service(csi, LINE)["plugins"], name)
    _parameter(call, csi, name, plugin, parameter)
    if "value" not in call.form:
        raise Refused(400, "value: missing parameter")
    value = read_scalar(call.form["value"], "value")
    if len(value) > VALUE_LENGTH:
        raise Refused(400, f"value: longer than {VALUE_LENGTH} characters")
    if parameter == "url" and value and not re.match(r"https?://[^/\s]+", value):
        raise Refused(400, "value: expected an http or https address")
    plugin["parameters"][parameter] = value
    return _parameter(call, csi, name, plugin, parameter)


def _plugin(plugins: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] | None = plugins.get(name)
    if found is None:
        raise Refused(404, "No such plugin")
    return found


def _document(call: Call, csi: str, plugins: dict[str, Any], name: str) -> Document:
    fields = {"name": name, "enabled": _plugin(plugins, name)["enabled"]}
    return call.resource("CTIPlugin", ["services", csi, "cti_plugins", name], fields)


def _parameter(call: Call, csi: str, name: str, plugin: dict[str, Any], parameter: str) -> Document:
    if parameter not in plugin["parameters"]:
        raise Refused(404, "No such parameter")
    fields = {
        "name": parameter, "information": _INFORMATION.get(parameter, ""), "value": plugin["parameters"][parameter],
    }  # fmt: skip
    path = ["services", csi, "cti_plugins", name, "parameters", parameter]
    return call.resource("CTIPluginParameter", path, fields)

"""SPF, DKIM and DMARC verdicts: taken from a configured front's Authentication-Results (RFC 8601).

A result that claims our trusted authserv-id but came from a stranger is ignored: only a mail that a
trusted front handed us is believed, and only the topmost header with that id.
"""

from __future__ import annotations

from authres import AuthenticationResultsHeader
from authres.core import AuthResError

from dgroup.model import Alignment, DmarcPolicy, Verdicts


def verdicts(
    headers: tuple[tuple[str, str], ...], from_domain: str, authserv_id: str, *, trusted: bool
) -> Verdicts:
    """Give the alignment of `from_domain` as the front `authserv_id` saw it.

    `headers` are the mail's (lower-case name, value) pairs in order, newest trace first.
    """
    if not trusted or not authserv_id:
        return Verdicts()
    for name, value in headers:
        if name == "authentication-results":
            parsed = _parse(value)
            if parsed is not None and str(parsed.authserv_id).lower() == authserv_id.lower():
                return _judge(parsed, from_domain, authserv_id)
    return Verdicts()


def _parse(value: str) -> AuthenticationResultsHeader | None:
    try:
        return AuthenticationResultsHeader.parse_value(value)
    except AuthResError:
        return None


def _judge(parsed: AuthenticationResultsHeader, from_domain: str, authserv_id: str) -> Verdicts:
    evidence: list[str] = []
    aligned = dmarc_fail = False
    policy = DmarcPolicy.NONE
    for result in parsed.results:
        method, verdict = str(result.method).lower(), str(result.result).lower()
        properties = {
            f"{part.type}.{part.name}".lower(): str(part.value or "") for part in result.properties
        }
        evidence.append(f"{method}={verdict}")
        if method == "dmarc":
            aligned = aligned or verdict == "pass"
            dmarc_fail = verdict == "fail"
            policy = _policy(properties, str(result.reason or ""), str(parsed))
        elif verdict == "pass" and _aligned(method, properties, from_domain):
            aligned = True
    line = f"{' '.join(evidence)} by {authserv_id}"
    if dmarc_fail:
        return Verdicts(Alignment.FAIL, policy, line)
    return Verdicts(Alignment.ALIGNED if aligned else Alignment.NONE, policy, line)


def _policy(properties: dict[str, str], reason: str, whole: str) -> DmarcPolicy:
    """The published policy stands in policy.*, or in a comment as `(p=reject ...)`."""
    text = f"{' '.join(properties.values())} {reason} {whole}".lower()
    for policy in (DmarcPolicy.REJECT, DmarcPolicy.QUARANTINE):
        if f"p={policy}" in text.replace(" ", "") or properties.get("policy.dmarc") == policy:
            return policy
    return DmarcPolicy.NONE


def _aligned(method: str, properties: dict[str, str], from_domain: str) -> bool:
    """Relaxed alignment without DNS: the same domain, or one is below the other."""
    if method == "dkim":
        domain = properties.get("header.d") or properties.get("header.i", "").rpartition("@")[2]
    elif method == "spf":
        domain = properties.get("smtp.mailfrom", "").rpartition("@")[2]
    else:
        return False
    ours, theirs = from_domain.lower(), domain.lower()
    if not ours or "." not in theirs:
        return False
    return ours == theirs or ours.endswith(f".{theirs}") or theirs.endswith(f".{ours}")

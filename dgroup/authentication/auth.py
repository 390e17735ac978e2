"""SPF, DKIM and DMARC verdicts: taken from a configured front's Authentication-Results (RFC 8601).

A result that claims our trusted authserv-id but came from a stranger is ignored: only a mail that a
trusted front handed us is believed, and only the topmost header with that id. The front removes such
headers from what it takes in (RFC 8601 5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from dgroup.address import ascii_domain
from dgroup.model import Alignment, DmarcPolicy, Protection, Verdicts

MAX_LENGTH = 4_000
# Quoted strings and comments (nested once) as wholes: a semicolon inside them separates nothing.
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|;|[^\s;"()]+|\s+|.', re.DOTALL
)
_RESULT = re.compile(r"\s*([\w-]+)(?:\s*/\s*\d+)?\s*=\s*([\w-]+)")
_PROPERTY = re.compile(
    r'(?<![\w.-])(smtp|header|policy)\s*\.\s*([\w-]+)\s*=\s*((?:"(?:[^"\\]|\\.)*"|[^\s;"])+)'
)
_TOLD = re.compile(
    r"\b(dkim|spf|dmarc)=(pass|fail|none|neutral|softfail|temperror|permerror|unanswered)\b"
    r"(?: \([^()]*\))?(?: d=([a-z0-9._-]+)(?!\S))?"
)
_PLAIN_DOMAIN = re.compile(r"[a-z0-9._-]{1,253}")
_POLICY = re.compile(r"\bp(?:olicy)?\s*=\s*(none|quarantine|reject)\b")


@dataclass(frozen=True, slots=True)
class Result:
    """What one method found (RFC 8601 2.2): 'dkim', 'pass', {'header.d': 'ngo.example'}."""

    method: str
    verdict: str
    properties: dict[str, str]
    comment: str

    def domain(self, name: str) -> str:
        """Give the domain of a property: all of it, or what stands behind the @."""
        value = self.properties.get(name, "").strip('"')
        return ascii_domain(value.rpartition("@")[2].lower().rstrip("."))


def verdicts(
    headers: tuple[tuple[str, str], ...], from_domain: str, authserv_id: str, *, trusted: bool
) -> Verdicts:
    """Give the alignment of `from_domain` as the front `authserv_id` saw it.

    `headers` are the mail's (lower-case name, value) pairs in order, newest trace first.
    """
    said = _said(headers, authserv_id, trusted=trusted)
    if said is None:
        return Verdicts()
    domain = ascii_domain(from_domain.lower())
    found = _judge(said, domain, authserv_id)
    return replace(found, results=_told_by_front(said, headers, domain))


def protection(
    headers: tuple[tuple[str, str], ...], from_domain: str, authserv_id: str, *, trusted: bool
) -> Protection:
    """Give what the same field says of the domain's policy, and which signatures of it held."""
    said = _said(headers, authserv_id, trusted=trusted) or []
    domain = ascii_domain(from_domain.lower())
    told = [_policy(one) for one in said if one.method == "dmarc"]
    held = [one for one in said if one.method == "dkim" and one.verdict == "pass"]
    signers = {one.domain("header.d") for one in held if _aligned(one, domain)} - {""}
    # A front that writes no policy has not said that there is none.
    policy = next((one for one in told if one is not DmarcPolicy.NONE), None)
    return Protection(policy, tuple(sorted(signers)))


def _said(
    headers: tuple[tuple[str, str], ...], authserv_id: str, *, trusted: bool
) -> list[Result] | None:
    if not trusted or not authserv_id:
        return None
    for name, value in headers:
        if name == "authentication-results":
            found = results(value)
            if found is not None and found[0] == authserv_id.lower():
                return found[1]
    return None


def told(evidence: str, from_domain: str, arc: str) -> str:
    """Give the results of Authentication-Results (RFC 8601 2.2) for what the log line says and the
    verdict on the chain ('' for not judged): verdicts and domains, nobody's address."""
    parts = []
    for method, verdict, domain in _TOLD.findall(evidence):
        said = "temperror" if verdict == "unanswered" else verdict
        about = f" header.d={domain}" if domain and method == "dkim" else ""
        if method == "dmarc" and _PLAIN_DOMAIN.fullmatch(from_domain.lower()):
            about = f" header.from={from_domain.lower()}"
        parts.append(f"{method}={said}{about}")
    return "; ".join([*parts, f"arc={arc}"] if arc else parts)


def _told_by_front(
    found: list[Result], headers: tuple[tuple[str, str], ...], from_domain: str
) -> str:
    """What a front says of a chain counts; where it says nothing, only that there is none is sure.
    A DMARC verdict about another author is none about this one."""
    words = []
    for one in found:
        if one.method != "dmarc" or one.domain("header.from") in {"", from_domain}:
            about = f" d={one.domain('header.d')}" if one.domain("header.d") else ""
            words.append(f"{one.method}={one.verdict}{about}")
    chained = any(name.startswith("arc-") for name, _ in headers)
    arc = next((one.verdict for one in found if one.method == "arc"), "" if chained else "none")
    return told(" ".join(words), from_domain, arc if arc in {"none", "pass", "fail"} else "")


def results(value: str) -> tuple[str, list[Result]] | None:
    """Read an Authentication-Results header: (authserv-id in lower case, results). None if it is
    not one. Written for this one use: the library costs as much as parsing the whole mail."""
    return _results(value[:MAX_LENGTH])


@lru_cache(maxsize=16)
def _results(value: str) -> tuple[str, list[Result]] | None:
    """Remembered for a moment: verdicts and protection ask for the same field."""
    parts: list[tuple[list[str], list[str]]] = [([], [])]
    for piece in _TOKEN.findall(value):
        if piece == ";":
            parts.append(([], []))
        elif len(piece) > 1 and piece[0] == "(":
            parts[-1][1].append(piece[1:-1])
            parts[-1][0].append(" ")
        else:
            parts[-1][0].append(piece)
    words = "".join(parts[0][0]).split()
    if not words:
        return None
    found = [_result("".join(text), " ".join(comments)) for text, comments in parts[1:]]
    return words[0].strip('"').lower(), [one for one in found if one is not None]


def _result(text: str, comment: str) -> Result | None:
    head = _RESULT.match(text)
    if head is None:
        return None
    properties = {
        f"{kind}.{name}".lower(): value for kind, name, value in _PROPERTY.findall(text, head.end())
    }
    return Result(head.group(1).lower(), head.group(2).lower(), properties, comment)


def _judge(found: list[Result], from_domain: str, authserv_id: str) -> Verdicts:
    evidence = " ".join(f"{one.method}={one.verdict}" for one in found) or "none"
    line = f"{evidence} by {authserv_id}"
    dmarc = [one for one in found if one.method == "dmarc"]
    policy = next(map(_policy, dmarc), DmarcPolicy.NONE)
    if any(one.verdict == "fail" for one in dmarc):
        return Verdicts(Alignment.FAIL, policy, line)
    aligned = any(one.verdict == "pass" and _aligned(one, from_domain) for one in found)
    return Verdicts(Alignment.ALIGNED if aligned else Alignment.NONE, policy, line)


def _policy(dmarc: Result) -> DmarcPolicy:
    """The published policy stands in policy.*, or in a comment as `(p=reject dis=none)`."""
    for name, value in dmarc.properties.items():
        if name.startswith("policy.") and value.lower() in set(DmarcPolicy):
            return DmarcPolicy(value.lower())
    said = _POLICY.search(dmarc.comment.lower())
    return DmarcPolicy(said.group(1)) if said else DmarcPolicy.NONE


def _aligned(result: Result, from_domain: str) -> bool:
    """Relaxed alignment without DNS: the same domain, or one is below the other."""
    if result.method == "dmarc":
        about = result.domain("header.from")
        return bool(from_domain) and about in {"", from_domain}
    if result.method == "dkim":
        theirs = result.domain("header.d") or result.domain("header.i")
    elif result.method == "spf":
        theirs = result.domain("smtp.mailfrom")
    else:
        return False
    if not from_domain or "." not in theirs:
        return False
    if from_domain == theirs:
        return True
    return from_domain.endswith(f".{theirs}") or theirs.endswith(f".{from_domain}")

"""What the zone of our domain should say, judged over `checkup.Names`; each cure is a line for the zone. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence

from dgroup.authentication import dkimkeys
from dgroup.authentication.dkimparts import UnusableError, tags
from dgroup.config import Config
from dgroup.doctor.checkup import Finding, Level, Names, Outgoing, PublishedKey, Records
from dgroup.model import DmarcPolicy

SECTION = "names"
GOOD_BITS = 2048
_SILENT = "the name servers gave no answer"
_AGAIN = "ask again later; if it stays so, the zone's name servers do not work"


def _say(check: str, level: Level, text: str, cure: str = "", zone: Sequence[str] = ()) -> Finding:
    return Finding(SECTION, check, level, text, cure, tuple(zone))


def _silent(check: str, what: str) -> Finding:
    return _say(check, Level.LOOK, f"{what}: {_SILENT}", _AGAIN)


def findings(config: Config, names: Names) -> Iterator[Finding]:
    """Judge all that the zone says."""
    yield mx(config, names)
    yield spf(config, names)
    yield from dkim(config, names)
    yield dmarc(config, names)
    yield from (reverse(config, names, one) for one in names.outgoing)


def silence(config: Config, names: Names) -> Iterator[Finding]:
    """Say so where no question at all was answered: then it is not our zone that is broken."""
    if names.mx is None and names.spf is None and not names.dmarc.answered:
        whose = ", ".join(config.auth.dns_servers) or "those in /etc/resolv.conf"
        text = f"no name server answers this machine ({whose}): nothing is known of {config.site.domain}"
        cure = "let port 53 out (UDP and TCP), or set auth.dns_servers to one that answers"
        yield _say("names", Level.WRONG, text, cure)


# --- Mail in ----------------------------------------------------------------------------------


def mx(config: Config, names: Names) -> Finding:
    """Judge where mail to our groups goes."""
    domain = config.site.domain
    line = f"{domain}. IN MX 10 {config.hostname}."
    if names.mx is None:
        return _silent("mx", f"MX of {domain}")
    hosts = [one.partition(" ")[2].rstrip(".") for one in names.mx]
    if hosts and not any(hosts):
        text = f"MX: {domain} says that it takes no mail at all (null MX, RFC 7505)"
        return _say("mx", Level.WRONG, text, "replace it in the zone by", [line])
    if not hosts:
        return _without_mx(config, names, line)
    missing = [host for host in hosts if names.mx_addresses.get(host) == ()]
    if missing:
        text = f"MX: {', '.join(missing)} has no address: mail cannot come in by it"
        return _say("mx", Level.WRONG, text, "give it an A record, or name another host", [line])
    shown = ", ".join(_host(host, names.mx_addresses.get(host)) for host in hosts)
    if any(_is_ours(config, names, host) for host in hosts):
        return _say("mx", Level.OK, f"MX: mail to {domain} goes to {shown}")
    text = (
        f"MX: mail to {domain} goes to {shown}, which is neither this machine nor a trusted front"
    )
    cure = (
        "right if that server hands it on to this one; then name it in listener.trusted_fronts."
        " Else put into the zone"
    )
    return _say("mx", Level.LOOK, text, cure, [line])


def _without_mx(config: Config, names: Names, line: str) -> Finding:
    domain = config.site.domain
    if names.own_addresses and set(names.own_addresses) & names.here:
        text = f"MX: none; mail finds {domain} by its address, but some hosts refuse such domains"
        return _say("mx", Level.LOOK, text, "put into the zone", [line])
    text = f"MX: {domain} has none: nobody can write to the groups"
    return _say("mx", Level.WRONG, text, "put into the zone", [line])


def _host(host: str, addresses: Records) -> str:
    return f"{host} ({', '.join(addresses)})" if addresses else host


def _is_ours(config: Config, names: Names, host: str) -> bool:
    addresses = names.mx_addresses.get(host) or ()
    if host.lower() == config.hostname.lower() or set(addresses) & names.here:
        return True
    fronts = [ipaddress.ip_network(front, strict=False) for front in config.listener.trusted_fronts]
    return any(ipaddress.ip_address(one) in front for one in addresses for front in fronts)


# --- SPF --------------------------------------------------------------------------------------


def spf(config: Config, names: Names) -> Finding:
    """Judge whether our reverse-paths' domain vouches for the addresses that we send from."""
    domain = config.site.domain
    if names.spf is None:
        return _silent("spf", f"SPF of {domain}")
    uncovered = [one.address for one in names.outgoing if one.spf != "pass"]
    line = f"{domain}. IN TXT {dkimkeys.strings(covering(names.spf, uncovered))}"
    if len(names.spf) > 1:
        text = f"SPF: {domain} has {len(names.spf)} records, which count as none"
        return _say("spf", Level.WRONG, text, "leave one in the zone", [line])
    if not names.spf:
        text = f"SPF: {domain} has no record: Gmail and Outlook refuse our mail or file it as spam"
        return _say("spf", Level.WRONG, text, _whose(names), [line])
    if any(one.spf == "temperror" for one in names.outgoing):
        return _silent("spf", f"SPF of {domain}, or of what it includes")
    if any(one.spf == "permerror" for one in names.outgoing):
        text = f"SPF: the record of {domain} cannot be followed (more than ten look-ups, or a slip)"
        return _say("spf", Level.WRONG, text, "name addresses in place of includes")
    if not names.outgoing:
        text = "SPF: there is a record; from which address our mail leaves is not known here"
        return _say("spf", Level.LOOK, text, "ask again with --address, as the world sees us")
    if not uncovered:
        shown = ", ".join(one.address for one in names.outgoing)
        return _say("spf", Level.OK, f"SPF: {domain} vouches for {shown}")
    level = Level.WRONG if names.certain else Level.LOOK
    said = f"SPF: {domain} does not vouch for {', '.join(uncovered)}, where our mail comes from"
    return _say("spf", level, said, _whose(names), [line])


def _whose(names: Names) -> str:
    if names.certain:
        return "put into the zone"
    return "ask who runs the smarthost which include: they want, or put into the zone"


def covering(records: Sequence[str], addresses: Sequence[str]) -> str:
    """Give one SPF record that says what these say and names the addresses too."""
    terms = [term for record in records for term in record.split()[1:]]
    ends = [term for term in terms if _is_end(term)]
    kept = list(dict.fromkeys(term for term in terms if not _is_end(term)))
    new = [f"ip{ipaddress.ip_address(one).version}:{one}" for one in addresses]
    if not kept and not new:
        new = ["mx"]
    return " ".join(
        ["v=spf1", *(one for one in new if one not in kept), *kept, *(ends[:1] or ["~all"])]
    )


def _is_end(term: str) -> bool:
    low = term.lower()
    return low.lstrip("+-~?") == "all" or low.startswith("redirect=")


# --- DKIM and DMARC ---------------------------------------------------------------------------


def dkim(config: Config, names: Names) -> Iterator[Finding]:
    """Judge whether everybody can check our signatures."""
    if not names.keys:
        text = (
            "DKIM: dgroup signs nothing itself; unless the smarthost signs with"
            f" d={config.site.domain}, Gmail and Outlook refuse our mail or file it as spam"
        )
        yield _say("dkim", Level.LOOK, text, "`dgroup dkim key` makes a key and says the rest")
    yield from map(_key, names.keys)


def _key(key: PublishedKey) -> Finding:
    name = f"{key.selector}._domainkey.{key.domain}"
    if key.problem:
        return _say("dkim", Level.WRONG, f"DKIM: {key.problem}", "run as the user of the service")
    if key.published is None:
        return _silent("dkim", f"DKIM key {name}")
    line = dkimkeys.zone_line(key.selector, key.domain, key.record)
    refused = "what we sign does not verify, and Gmail and Outlook refuse it or file it as spam"
    if not key.published:
        text = f"DKIM: nothing is published at {name}: {refused}"
        return _say("dkim", Level.WRONG, text, "put into the zone", [line])
    if len(key.published) > 1:
        text = f"DKIM: {len(key.published)} records at {name}: which one counts is up to chance"
        return _say("dkim", Level.WRONG, text, "leave one in the zone", [line])
    if not _same_key(key.record, key.published[0]):
        text = f"DKIM: the key at {name} is another one than ours: {refused}"
        return _say("dkim", Level.WRONG, text, "replace it in the zone by", [line])
    if "y" in _tags(key.published[0]).get("t", "").split(":"):
        text = (
            f"DKIM: the key at {name} says t=y (testing): some hosts do as if nothing were signed"
        )
        return _say("dkim", Level.LOOK, text, "replace it in the zone by", [line])
    if key.bits and key.bits < GOOD_BITS:
        text = f"DKIM: the key at {name} is ours and has {key.bits} bits; {GOOD_BITS} are usual"
        return _say("dkim", Level.LOOK, text, "take a new selector and a new key_file")
    return _say("dkim", Level.OK, f"DKIM: the key at {name} is ours")


def _tags(record: str) -> dict[str, str]:
    try:
        return tags(record)
    except UnusableError:
        return {}


def _same_key(ours: str, published: str) -> bool:
    """Compare what verifies: the kind and the key itself."""
    one, other = _tags(ours), _tags(published)
    kinds = one.get("k", "rsa") == other.get("k", "rsa")
    return kinds and other.get("v", "DKIM1") == "DKIM1" and one["p"] == other.get("p")


def dmarc(config: Config, names: Names) -> Finding:
    """Judge our own policy, and whether our letters pass it."""
    domain, found = config.site.domain, names.dmarc
    if not found.answered:
        return _silent("dmarc", f"DMARC of {domain}")
    if found.policy is None:
        text = (
            f"DMARC: {domain} has no valid record: from 5,000 mails a day on Gmail and Outlook"
            " refuse ours (550 5.7.515)"
        )
        line = f'_dmarc.{domain}. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@{domain}"'
        return _say("dmarc", Level.WRONG, text, "put into the zone", [line])
    told = f"DMARC: p={found.policy} by _dmarc.{found.at}"
    signer = config.dkim.domain or domain
    if found.aligned is False:
        text = f"{told}; our signatures are of {signer}, which does not vouch for {domain} in From"
        return _say("dmarc", Level.WRONG, text, f'set [dkim] domain = "{domain}"')
    if found.aligned:
        return _say("dmarc", Level.OK, f"{told}; our signatures vouch for our From")
    if found.policy is DmarcPolicy.NONE:
        return _say("dmarc", Level.OK, told)
    text = f"{told}; our letters have no reverse-path: only a signature of {domain} lets them pass"
    return _say("dmarc", Level.LOOK, text, "see to it that the smarthost signs, or dgroup does")


# --- Names of our addresses -------------------------------------------------------------------


def reverse(config: Config, names: Names, one: Outgoing) -> Finding:
    """Judge PTR: Gmail refuses hosts without a name that leads back to them."""
    if one.names is None or (one.names and one.confirmed is None):
        return _silent("ptr", f"PTR of {one.address}")
    level = Level.WRONG if names.certain else Level.LOOK
    back = ipaddress.ip_address(one.address).reverse_pointer
    line = f"{back}. IN PTR {config.hostname}."
    whose = "ask whoever gave you the address to put into their zone"
    if not one.names:
        text = f"PTR: {one.address} has no name: Gmail refuses mail from it (550 5.7.25)"
        return _say("ptr", level, text, whose, [line])
    shown = ", ".join(one.names)
    if one.confirmed:
        return _say("ptr", Level.OK, f"PTR: {one.address} is {shown}, and that name leads back")
    text = f"PTR: {one.address} is {shown}, but no such name leads back: Gmail refuses (550 5.7.25)"
    kind = "AAAA" if ":" in one.address else "A"
    return _say(
        "ptr", level, text, "put into the zone", [f"{one.names[0]}. IN {kind} {one.address}"]
    )

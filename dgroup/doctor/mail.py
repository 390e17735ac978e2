"""How mail leaves and comes in: the smarthost, our own certificate, the link to leave. Judged over facts, pure."""

from __future__ import annotations

from collections.abc import Iterator

from dgroup.config import Config
from dgroup.doctor.checkup import Certificate, Facts, Finding, Level, Smarthost, Web

EXPIRES_SOON = 14
"""days"""
_WANTED = {
    "SMTPUTF8": "addresses with letters beyond a to z get no mail",
    "8BITMIME": "mail in other scripts may be altered on its way, and signatures break",
    "PIPELINING": "each copy takes several times as long",
}


# --- Mail out ---------------------------------------------------------------------------------


def smarthost(config: Config, host: Smarthost) -> Iterator[Finding]:
    """Judge the server that our mail leaves through."""

    def say(check: str, level: Level, text: str, cure: str = "") -> Finding:
        return Finding("smarthost", check, level, text, cure)

    target = config.relay_target
    name = f"{target.host}:{target.port}"
    if target.path is not None:
        text = f"nothing leaves this machine: relay.url puts all mail into {target.path}"
        yield say("relay", Level.LOOK, text, 'set [relay] url = "smtp://HOST:PORT"')
        return
    if host.problem:
        text = f"{name} cannot be used: {host.problem}"
        yield say("relay", Level.WRONG, text, "see that it runs and takes mail from here")
        return
    yield say("relay", Level.OK, f"{name} answers")
    yield _secured(config, host, name)
    if host.login:
        cure = "correct relay.username and the password"
        yield say("login", Level.WRONG, f"{name} does not let us in: {host.login}", cure)
    if host.refusal:
        level = Level.WRONG if host.refusal.startswith("5") else Level.LOOK
        cure = f"have it take mail of {config.site.domain} from this machine (Postfix: mynetworks)"
        yield say("relay", level, f"{name} does not take our mail: {host.refusal}", cure)
    yield _size(config, host, name)
    for word, loss in _WANTED.items():
        if word not in host.offers:
            yield say(word.lower(), Level.LOOK, f"{name} does not offer {word}: {loss}")


def _secured(config: Config, host: Smarthost, name: str) -> Finding:
    required = config.relay.tls == "required" or config.relay_target.implicit_tls

    def say(level: Level, text: str, cure: str = "") -> Finding:
        return Finding("smarthost", "tls", level, f"TLS: {text}", cure)

    if not host.secure:
        if required:
            return say(Level.WRONG, f"{name} offers no STARTTLS, and relay.tls is required")
        if host.near:
            return say(Level.OK, f"none on the way to {name}, which is this machine")
        text = f"all mail goes to {name} in clear"
        cure = 'have it offer STARTTLS, and set [relay] tls = "required"'
        return say(Level.LOOK, text, cure)
    if host.certificate:
        level = Level.WRONG if required else Level.OK if host.near else Level.LOOK
        text = f"encrypted, but anybody could pretend to be {name}: {host.certificate}"
        return say(level, text, "" if level is Level.OK else "get it a certificate of its name")
    if host.days_left is not None and host.days_left < EXPIRES_SOON:
        return say(Level.LOOK, f"the certificate of {name} ends in {host.days_left} days")
    return say(Level.OK, f"encrypted, and the certificate of {name} is valid")


def _size(config: Config, host: Smarthost, name: str) -> Finding:
    ours = config.listener.max_size

    def say(level: Level, text: str, cure: str = "") -> Finding:
        return Finding("smarthost", "size", level, text, cure)

    if not host.size:
        return say(Level.OK, f"{name} names no largest size")
    shown = f"{host.size:,} bytes"
    if host.size >= ours:
        return say(Level.OK, f"{name} takes mail of up to {shown}, as much as we do or more")
    if host.near and config.listener.trusted_fronts and host.size >= 0.9 * ours:
        return say(Level.OK, f"{name} takes {shown}: mail comes in by it too, so none is larger")
    text = f"{name} takes {shown}, we take {ours:,}: what is between would be given up"
    return say(Level.LOOK, text, f"set [listener] max_size = {max(10_000, host.size - 100_000)}")


# --- Our own certificate ----------------------------------------------------------------------


def own_certificate(config: Config, facts: Facts) -> Iterator[Finding]:
    """Judge the certificate with which others bring us mail."""
    listener = config.listener
    if facts.certificate is not None:
        yield _certificate(config, facts, facts.certificate)
        return
    near = listener.host in {"127.0.0.1", "::1", "localhost"}
    if not near and not listener.trusted_fronts:
        text = "mail comes in unencrypted: the listener has no certificate"
        yield _listener(Level.LOOK, text, "set listener.tls_cert and tls_key")


def _listener(level: Level, text: str, cure: str = "") -> Finding:
    return Finding("listener", "listener-tls", level, f"TLS: {text}", cure)


def _certificate(config: Config, facts: Facts, found: Certificate) -> Finding:
    renew = "renew it and restart dgroup"
    if found.problem or found.until is None:
        return _listener(Level.WRONG, f"the listener's certificate: {found.problem}")
    if found.until <= facts.now:
        return _listener(Level.WRONG, f"the listener's ended on {found.until:%Y-%m-%d}", renew)
    days = (found.until - facts.now).days
    if days < EXPIRES_SOON:
        return _listener(Level.LOOK, f"the listener's certificate ends in {days} days", renew)
    if not any(_fits(name, config.hostname) for name in found.names):
        names = ", ".join(found.names) or "nobody"
        text = f"the listener's certificate is for {names}, and we greet as {config.hostname}"
        return _listener(Level.LOOK, text)
    text = f"the listener's certificate is good until {found.until:%Y-%m-%d}"
    return _listener(Level.OK, text)


def _fits(name: str, host: str) -> bool:
    """Whether a certificate's name is that of a host (RFC 6125: a star is one whole label)."""
    if name.startswith("*."):
        return host.partition(".")[2].lower() == name[2:].lower()
    return name.lower() == host.lower()


# --- One click --------------------------------------------------------------------------------


def one_click(config: Config, web: Web) -> Iterator[Finding]:
    """Judge the link to leave, as RFC 8058 and the large providers want it."""
    base = config.site.base_url
    if not base.startswith("https://"):
        text = f"one click: {base} is not https, so no provider shows its button to leave"
        yield _web(Level.WRONG, text, "serve the pages by https and set site.base_url")
    yield _link(base, web)
    yield _covered(config)


def _web(level: Level, text: str, cure: str = "", check: str = "one-click") -> Finding:
    return Finding("web", check, level, text, cure)


def _link(base: str, web: Web) -> Finding:
    cure = "dgroup must be at work, and the web server must pass /_/ on to it"
    where = f"{base}/_/leave/, seen from this machine,"
    if web.problem:
        return _web(Level.WRONG, f"one click: {where} cannot be reached: {web.problem}", cure)
    if web.location:
        text = f"one click: {where} redirects to {web.location}: a click to leave gets lost"
        return _web(Level.WRONG, text, "set site.base_url to where it leads (RFC 8058 3.1)")
    if not web.ours:
        text = f"one click: {where} answers {web.status} with a page that is not dgroup's"
        return _web(Level.WRONG, text, cure)
    return _web(Level.OK, f"one click: {where} answers; looking at it takes nobody out")


def _covered(config: Config) -> Finding:
    if config.dkim.key_file is not None:
        text = "one click: our signature covers the line to leave of every copy"
        return _web(Level.OK, text, check="one-click-signed")
    text = (
        "one click: the smarthost's signature must cover List-Unsubscribe and"
        " List-Unsubscribe-Post; that cannot be seen from here"
    )
    cure = "name both in its signer's settings, or let dgroup sign (`dgroup dkim key`)"
    return _web(Level.LOOK, text, cure, check="one-click-signed")

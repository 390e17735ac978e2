"""Every setting of the service with its default and its check; TOML -> a frozen `Config`.

`config.example.toml` says the same for operators; a test holds the two together.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from urllib.parse import urlsplit

from dgroup import checks, limits
from dgroup.errors import ConfigError, Mistake
from dgroup.toml import read, setting

LANGUAGES = ("en", "fr", "es", "pt")


def _servers(values: Collection[str]) -> str:
    for value in values:
        try:
            name_server(value)
        except ValueError:
            return f"needs addresses like 192.0.2.53 or 127.0.0.1:5353 ({value} is none)"
    return ""


def _relay_url(value: str) -> str:
    try:
        relay_target(value)
    except ValueError as error:
        return str(error)
    return ""


_port = checks.between(0, 65535)
_seconds = checks.between(1, 86_400)


@dataclass(frozen=True, slots=True)
class RelayTarget:
    """Where outgoing mail goes: a Maildir per recipient below `path`, or a smarthost."""

    path: Path | None
    host: str
    port: int
    implicit_tls: bool


def relay_target(url: str) -> RelayTarget:
    """Read `maildir:PATH`, `smtp://host:port` or `smtps://host:port`; ValueError says what is wrong."""
    scheme, _, rest = url.partition(":")
    if scheme == "maildir" and rest:
        return RelayTarget(Path(rest), "", 0, implicit_tls=False)
    if scheme not in {"smtp", "smtps"}:
        raise ValueError("needs maildir:PATH, smtp://host:port or smtps://host:port")
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ValueError("must not hold a user or password (use username and password_env)")
    if not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError("needs a host, as in smtp://mail.example.org:25")
    port = parts.port or {"smtp": 25, "smtps": 465}[scheme]
    return RelayTarget(None, parts.hostname, port, implicit_tls=scheme == "smtps")


def name_server(text: str) -> tuple[str, int]:
    """Read '192.0.2.53', '192.0.2.53:5353' or '[2001:db8::53]:5353'; ValueError where it is none."""
    host, colon, port = text.rpartition(":")
    if not colon or ("." not in text and not host.endswith("]")):
        host, port = text, "53"
    number = int(port)
    if not 0 < number < 65_536:
        raise ValueError(f"{port} is no port")
    return str(ipaddress.ip_address(host.strip("[]"))), number


@dataclass(frozen=True, slots=True)
class Site:
    """Who we are and where our files lie."""

    domain: str = setting("localhost", checks.domain)
    base_url: str = setting("http://127.0.0.1:8080", checks.web_address)
    name: str = setting("dgroup", checks.filled)
    language: str = setting("en", checks.one_of(*LANGUAGES))
    contact: str = setting("", checks.contact)
    data_dir: Path = Path("data")
    public_dir: Path = Path("public")
    templates: Path | None = None


@dataclass(frozen=True, slots=True)
class Database:
    """Which engine keeps everything; an empty `url` is the embedded one inside data_dir."""

    url: str = ""
    url_env: str = "DGROUP_DATABASE_URL"
    pool_size: int = setting(5, checks.between(1, 200))


@dataclass(frozen=True, slots=True)
class Node:
    """What this process does among those that share a PostgreSQL. Times in seconds."""

    roles: tuple[str, ...] = setting(checks.ROLES, checks.roles_wrong)
    name: str = setting("", checks.node_name_wrong)
    lease_s: float = setting(15.0, checks.between(1, 20))
    shared_pages: bool = False


@dataclass(frozen=True, slots=True)
class Listener:
    """How mail comes in. Sizes in bytes, times in seconds."""

    host: str = setting("127.0.0.1", checks.filled)
    port: int = setting(8025, _port)
    protocol: str = setting("smtp", checks.one_of("smtp", "lmtp"))
    hostname: str = setting("", checks.domain_or_empty)
    max_size: int = setting(35_000_000, checks.between(10_000, 200_000_000))
    max_recipients: int = setting(100, checks.between(1, 10_000))
    max_connections: int = setting(200, checks.between(1, 100_000))
    max_connections_per_ip: int = setting(50, checks.between(1, 100_000))
    command_timeout_s: int = setting(300, _seconds)
    data_timeout_s: int = setting(180, _seconds)
    data_min_rate: int = setting(1_000, checks.between(0, 1_000_000_000))
    tls_cert: Path | None = None
    tls_key: Path | None = None
    trusted_fronts: tuple[str, ...] = setting((), checks.networks)
    authserv_id: str = setting("", checks.domain_or_empty)
    spam_headers: tuple[str, ...] = setting((), checks.fields_wrong)
    workers: int = setting(1, checks.between(0, 64))


@dataclass(frozen=True, slots=True)
class Auth:
    """Who is speaking, where no trusted front has found it out."""

    verify: bool = True
    dns_servers: tuple[str, ...] = setting((), _servers)


@dataclass(frozen=True, slots=True)
class Dmarc:
    """Whose name stands in From of copies, where the author's domain protects its own."""

    keep_from_for: tuple[str, ...] = setting((), checks.domains)


@dataclass(frozen=True, slots=True)
class Relay:
    """How mail goes out. The password is never in the file: see `Config.relay_password`."""

    url: str = setting("maildir:outgoing", _relay_url)
    tls: str = setting("opportunistic", checks.one_of("none", "opportunistic", "required"))
    username: str = ""
    password_env: str = ""
    password_file: Path | None = None
    connections: int = setting(10, checks.between(1, 200))
    per_connection: int = setting(100, checks.between(1, 100_000))
    recipients_per_transaction: int = setting(50, checks.between(1, 1000))
    timeout_s: int = setting(120, _seconds)
    retry_hours: int = setting(72, checks.between(1, 720))
    keep_days: int = setting(14, checks.between(0, 3650))
    domains: tuple[tuple[str, limits.Limit], ...] = setting((), reader=limits.read_limits)


@dataclass(frozen=True, slots=True)
class Bounces:
    """When the mail of a member whose address fails is stopped (`dgroup.bounces.score`). Shares in percent."""

    points: float = setting(3.0, checks.between(0.5, 100))
    dead: float = setting(1.0, checks.between(0.01, 1))
    full: float = setting(0.25, checks.between(0.01, 1))
    half_life_days: float = setting(30.0, checks.between(1, 180))
    hours_apart: float = setting(20.0, checks.between(1, 24))
    probe_days: float = setting(7.0, checks.between(1, 30))
    outage_members: int = setting(5, checks.between(2, 1_000_000))
    outage_share: float = setting(20.0, checks.between(1, 100))
    outage_days: float = setting(7.0, checks.between(0, 60))


@dataclass(frozen=True, slots=True)
class Dkim:
    """How what leaves us is signed with our name; without a key the smarthost does it."""

    domain: str = setting("", checks.domain_or_empty)
    selector: str = setting("dgroup", checks.domain)
    key_file: Path | None = None
    ed25519_selector: str = setting("dgroup-ed25519", checks.domain)
    ed25519_key_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Web:
    """The pages and the one-click endpoints."""

    host: str = setting("127.0.0.1", checks.filled)
    port: int = setting(8080, _port)


@dataclass(frozen=True, slots=True)
class Health:
    """Health and figures for the operator's own monitoring."""

    host: str = setting("127.0.0.1", checks.filled)
    port: int = setting(8081, _port)


@dataclass(frozen=True, slots=True)
class Scheduler:
    """When pages are written and summaries sent. Times in seconds, hours in a group's own zone."""

    publish_debounce_s: float = setting(2.0, checks.between(0, 3600))
    sweep_s: float = setting(60.0, checks.between(0.05, 86_400))
    summary_hour: int = setting(8, checks.between(0, 23))


@dataclass(frozen=True, slots=True)
class Limits:
    """How often we answer by mail, so that nobody can be flooded through us."""

    answers_per_address_per_day: int = setting(10, checks.between(0, 1000))
    confirmations_per_target_per_day_per_group: int = setting(1, checks.between(1, 100))
    confirmations_per_target_per_day_in_all: int = setting(3, checks.between(1, 1000))
    code_days: int = setting(7, checks.between(1, 60))
    private_mails_per_hour: int = setting(20, checks.between(1, 1000))


@dataclass(frozen=True, slots=True)
class Archive:
    """What the public pages allow and hold."""

    crawlers_ai: bool = True
    body_limit_kb: int = setting(64, checks.between(4, 4096))


@dataclass(frozen=True, slots=True)
class Log:
    """What is written to standard error."""

    level: str = setting("info", checks.one_of("debug", "info", "warning", "error"))
    format: str = setting("text", checks.one_of("text", "json"))


@dataclass(frozen=True, slots=True)
class Settings:
    """The sections, as a settings file gives them."""

    site: Site = Site()
    database: Database = Database()
    node: Node = Node()
    listener: Listener = Listener()
    auth: Auth = Auth()
    dmarc: Dmarc = Dmarc()
    relay: Relay = Relay()
    bounces: Bounces = Bounces()
    dkim: Dkim = Dkim()
    web: Web = Web()
    health: Health = Health()
    scheduler: Scheduler = Scheduler()
    limits: Limits = Limits()
    archive: Archive = Archive()
    log: Log = Log()


@dataclass(frozen=True, slots=True)
class Config(Settings):
    """The settings and the secrets that the environment or a file of its own adds to them."""

    relay_password: str = field(default="", repr=False)
    database_secret_url: str = field(default="", repr=False)

    @property
    def hostname(self) -> str:
        """The name that the listener and the sender greet with."""
        return self.listener.hostname or self.site.domain

    @property
    def authserv_id(self) -> str:
        """The name under which we tell what we found out about a mail (RFC 8601 2.5)."""
        return self.listener.authserv_id or self.hostname

    @property
    def database_url(self) -> str:
        """The address of the database: environment, then file, then the embedded one."""
        embedded = f"sqlite:///{self.site.data_dir / 'dgroup.db'}"
        return self.database_secret_url or self.database.url or embedded

    @property
    def database_file(self) -> Path | None:
        """Where the embedded database lies; None for PostgreSQL."""
        scheme, _, path = self.database_url.partition(":///")
        return Path(path) if scheme.startswith("sqlite") else None

    @property
    def public_path(self) -> Path:
        """Where the generated pages lie."""
        return self.site.data_dir / self.site.public_dir

    @property
    def relay_target(self) -> RelayTarget:
        """Where outgoing mail goes, a relative Maildir below data_dir."""
        target = relay_target(self.relay.url)
        if target.path is None:
            return target
        return replace(target, path=self.site.data_dir / target.path)


def _whole(settings: Settings) -> Iterator[tuple[str, str]]:
    """Settings that are each fine and do not fit each other."""
    relay, listener, site = settings.relay, settings.listener, settings.site
    if relay.password_env and relay.password_file:
        yield "relay.password_file", "give password_env or password_file, not both"
    if relay.username and not (relay.password_env or relay.password_file):
        yield "relay.username", "needs password_env or password_file beside it"
    if relay.username and relay.tls == "none" and relay.url.startswith("smtp:"):
        yield "relay.tls", "must not be none where a password is sent"
    if listener.tls_cert and not listener.tls_key:
        yield "listener.tls_cert", "needs tls_key beside it"
    if listener.tls_key and not listener.tls_cert:
        yield "listener.tls_key", "needs tls_cert beside it"
    if listener.max_connections_per_ip > listener.max_connections:
        yield "listener.max_connections_per_ip", "must not be above max_connections"
    if settings.bounces.full > settings.bounces.dead:
        yield "bounces.full", "must not be above dead: a full mailbox says less"
    dkim = settings.dkim
    if dkim.ed25519_key_file and not dkim.key_file:
        yield "dkim.ed25519_key_file", "needs key_file beside it: few can verify Ed25519 alone"
    if dkim.ed25519_selector == dkim.selector:
        yield "dkim.ed25519_selector", "must not be the selector of the other key"
    if site.public_dir in {Path(), site.data_dir}:
        yield "site.public_dir", "must be a directory of its own: the database lies in data_dir"


def parse(text: str, where: str = "settings") -> Config:
    """Read settings as they stand, without secrets; ConfigError names every mistake and its line."""
    settings = read(Settings, text, where, _whole)
    return Config(**{item.name: getattr(settings, item.name) for item in fields(settings)})


def load(path: Path | None, env: Mapping[str, str]) -> Config:
    """The settings of one file (None: the defaults), relative paths made absolute, secrets filled in.

    Relative paths start at the file's directory. Raises ConfigError.
    """
    if path is None:
        return _complete(Config(), Path.cwd(), env, "the environment")
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "this is not UTF-8 text"
        raise ConfigError(str(path), (Mistake(0, "", f"cannot be read: {said}"),)) from error
    return _complete(parse(text, str(path)), path.resolve().parent, env, str(path))


def _complete(config: Config, base: Path, env: Mapping[str, str], where: str) -> Config:
    site, listener, relay = config.site, config.listener, config.relay
    relay = replace(relay, password_file=_at(base, relay.password_file))
    dkim = config.dkim
    return replace(
        config,
        site=replace(site, data_dir=base / site.data_dir, templates=_at(base, site.templates)),
        listener=replace(
            listener, tls_cert=_at(base, listener.tls_cert), tls_key=_at(base, listener.tls_key)
        ),
        relay=relay,
        dkim=replace(
            dkim,
            key_file=_at(base, dkim.key_file),
            ed25519_key_file=_at(base, dkim.ed25519_key_file),
        ),
        relay_password=_password(relay, env, where),
        database_secret_url=env.get(config.database.url_env, ""),
    )


def _at(base: Path, path: Path | None) -> Path | None:
    return None if path is None else base / path


def _password(relay: Relay, env: Mapping[str, str], where: str) -> str:
    """The smarthost's password; ConfigError where it is named and not there."""
    if relay.password_env and relay.password_env not in env:
        text = f"the environment has no {relay.password_env}"
        raise ConfigError(where, (Mistake(0, "relay.password_env", text),))
    if relay.password_file is None:
        return env.get(relay.password_env, "")
    try:
        return relay.password_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        text = f"{relay.password_file} cannot be read"
        raise ConfigError(where, (Mistake(0, "relay.password_file", text),)) from error

"""What every command and the service build from the settings: database, site, keys, letters."""

from __future__ import annotations

import secrets as random_source
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from archive.db import Database
from archive.model import SiteInfo
from dgroup import migrate
from dgroup.alias import Aliases
from dgroup.apply import Tools
from dgroup.commands.base import Caps
from dgroup.config import Config
from dgroup.errors import NotFoundError
from dgroup.letters import LetterTools, LetterWriter
from dgroup.receiving.intake import IntakeSettings
from dgroup.tables import secrets
from dgroup.tokens import Keyring

if TYPE_CHECKING:
    from dgroup.receiving.protection import Protections
    from dgroup.receiving.verify import Verifier

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Runtime:
    """The open database and all that is made once from the settings."""

    config: Config
    db: Database
    site: SiteInfo
    keyring: Keyring
    tools: Tools

    @property
    def weekly(self) -> LetterTools:
        """What summaries and digests need."""
        return LetterTools(self.db, self.site, self.tools.letters, self.tools.random, self.keyring)

    def close(self) -> None:
        """Close the database."""
        self.db.dispose()


def site_info(config: Config) -> SiteInfo:
    """Give what pages and letters say of the host."""
    return SiteInfo(
        name=config.site.name,
        base_url=config.site.base_url,
        domain=config.site.domain,
        language=config.site.language,
        search=True,
        ai_crawlers=config.archive.crawlers_ai,
        body_limit=config.archive.body_limit_kb * 1024,
    )


def caps(config: Config) -> Caps:
    """Give the caps on letters (RULINGS 8)."""
    limits = config.limits
    return Caps(
        answers_per_day=limits.answers_per_address_per_day,
        confirmations_per_group=limits.confirmations_per_target_per_day_per_group,
        confirmations=limits.confirmations_per_target_per_day_in_all,
        code_days=limits.code_days,
        private_per_hour=limits.private_mails_per_hour,
        bounces=config.bounces,
    )


def intake_settings(config: Config) -> IntakeSettings:
    """Give what intake needs of the settings."""
    return IntakeSettings(
        authserv_id=config.listener.authserv_id,
        host_contact=config.site.contact,
        per_recipient=config.listener.protocol == "lmtp",
        caps=caps(config),
        spam_headers=config.listener.spam_headers,
    )


def verifier(config: Config) -> Verifier | None:
    """Make what judges mails that no trusted front has judged; None where the settings want none.
    The caller closes it. Raises InputError where the machine has no name servers."""
    if not config.auth.verify:
        return None
    # 10 MB and 90 ms that other commands need not pay.
    from dgroup.authentication import dns  # noqa: PLC0415 - the same
    from dgroup.receiving import verify  # noqa: PLC0415 - see above

    servers = dns.Servers(config.auth.dns_servers)
    return verify.Verifier(servers, spf=config.listener.protocol == "smtp")


def protections(config: Config) -> Protections | None:
    """Make what finds out what authors' domains ask of our copies; None where the settings want no
    questions. The caller closes it. Raises InputError where the machine has no name servers."""
    if not config.auth.verify:
        return None
    from dgroup.authentication import dns  # noqa: PLC0415 - the same
    from dgroup.receiving import protection  # noqa: PLC0415 - as above

    return protection.Protections(dns.Servers(config.auth.dns_servers))


def prepare(config: Config, now: datetime) -> None:
    """Make folders, bring the database up to date, make the first key. Safe to run again."""
    config.site.data_dir.mkdir(parents=True, exist_ok=True)
    config.public_path.mkdir(parents=True, exist_ok=True)
    if config.database_file is not None:
        # It holds addresses and the secrets of tokens; the folder is open, for the web server.
        config.database_file.touch(mode=0o600)
    migrate.upgrade(config.database_url)
    db = Database(config.database_url)
    try:
        with db.write() as conn:
            db.lock_text(conn, "first key")  # of nodes that start at once one makes it
            if conn.execute(select(secrets.c.id)).first() is None:
                fresh = random_source.token_bytes(SECRET_BYTES)
                conn.execute(insert(secrets).values(secret=fresh, created_at=now))
    finally:
        db.dispose()


def open_runtime(config: Config) -> Runtime:
    """Open what `prepare` made. Raises NotFoundError with the cure where it has not been run."""
    if migrate.current(config.database_url) != migrate.head():
        raise NotFoundError("the database is not there or not up to date: run `dgroup init` first")
    db = Database(config.database_url, pool_size=config.database.pool_size)
    with db.read() as conn:
        rows = conn.execute(select(secrets.c.id, secrets.c.secret).order_by(secrets.c.id)).all()
    keyring = Keyring(tuple((row.id, row.secret) for row in rows))
    site = site_info(config)
    letters = LetterWriter(site, config.site.templates)
    ours = frozenset({config.listener.authserv_id, config.hostname}) - {""}
    seals_as = config.authserv_id if config.dkim.key_file else ""
    aliases = Aliases(keyring, site.domain, config.dmarc.keep_from_for)
    tools = Tools(
        db,
        site,
        letters,
        random_source.token_bytes,
        config.site.contact,
        ours,
        seals_as,
        keyring,
        aliases,
        config.bounces,
    )
    return Runtime(config, db, site, keyring, tools)

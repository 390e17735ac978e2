"""The live service's tables, on the archive's MetaData: settings, people, holds, codes, outbox, audit."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from archive.tables import metadata
from archive.types import BigId, UtcTime
from dgroup import tables_outbox  # noqa: F401 -- its tables belong to the same MetaData

group_settings = Table(
    "group_settings",
    metadata,
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("who_posts", String(12), nullable=False),
    Column("who_joins", String(12), nullable=False),
    Column("tag", Text, nullable=False),
    Column("reply_to_group", Boolean, nullable=False),
    Column("max_size", Integer, nullable=False),
    Column("summary_day", Integer, nullable=False),
    Column("summary_hour", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("state", String(12), nullable=False, server_default="open"),
    Column("first_posts", Integer, nullable=False, server_default="0"),
    Column("who_sees", String(12), nullable=False, server_default="coordinators"),
    Column("welcome", Text, nullable=False, server_default=""),
    Column("hold_days", Integer, nullable=False, server_default="14"),
    # The name in List-Id where it is another than the group's (RFC 2919: it stays when a group is
    # renamed, so that members' filters go on).
    Column("listed_as", String(24), nullable=False, server_default=""),
    # Bytes: larger attachments go to the members as links into the archive; 0 = none does.
    Column("links_above", Integer, nullable=False, server_default="0"),
    Column("spam", String(8), nullable=False, server_default="hold"),
    Column("attachments", Text, nullable=False, server_default="standard"),
    Column("member_hourly", Integer, nullable=False, server_default="30"),
    Column("group_hourly", Integer, nullable=False, server_default="300"),
    Column("remote_images", String(3), nullable=False, server_default="on"),
    Column("footer", Text, nullable=False, server_default=""),
    Column("delivery_style", String(8), nullable=False, server_default="personal"),
)

# Groups that their coordinators have given up: until `due_at` any of them can take it back.
endings = Table(
    "endings",
    metadata,
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("asked_by", Text, nullable=False),  # a coordinator's registered address
    Column("asked_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("archive_too", Boolean, nullable=False),
    Column("ended_at", UtcTime, nullable=True),
    Column("erased_at", UtcTime, nullable=True),  # when the last post of its archive went
    Index("ix_endings_due", "ended_at", "due_at"),
)

persons = Table(
    "persons",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", Text, nullable=False),
    Column("language", String(12), nullable=False),
    Column("organisation", Text, nullable=False, server_default=""),
    Column("country", Text, nullable=False, server_default=""),
    Column("created_at", UtcTime, nullable=False),
    # They named their language; else it is learnt from how they write.
    Column("language_chosen", Boolean, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)

addresses = Table(
    "addresses",
    metadata,
    Column("address", Text, primary_key=True),  # lower-cased, for comparing
    Column("person_id", BigId, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False),
    Column("shown", Text, nullable=False),  # with the local part's own case, for sending
    Column("verified_at", UtcTime, nullable=True),
    Index("ix_addresses_person", "person_id"),
)

memberships = Table(
    "memberships",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", BigId, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False),
    Column("address", Text, nullable=False),  # where mail goes
    Column("role", String(12), nullable=False),
    Column("state", String(12), nullable=False),
    Column("delivery", String(12), nullable=False),
    Column("summary", Boolean, nullable=False),
    Column("own_copy", Boolean, nullable=False),
    Column("named", Boolean, nullable=False, server_default="0"),
    Column("bounces", Integer, nullable=False, server_default="0"),
    Column("last_bounce_at", UtcTime, nullable=True),
    Column("joined_at", UtcTime, nullable=False),
    Column("left_at", UtcTime, nullable=True),
    Column("light", Boolean, nullable=False, server_default="0"),
    Column("paused_until", UtcTime, nullable=True),
    Column("posting", String(12), nullable=False, server_default="default"),
    Column("published", Integer, nullable=False, server_default="0"),
    Column("receipts", Boolean, nullable=False, server_default="0"),
    Column("morning", String(8), nullable=False, server_default="daily"),
    Column("mime_digest", Boolean, nullable=False, server_default="0"),
    UniqueConstraint("group_id", "person_id", name="uq_memberships_person"),
    Index("ix_memberships_sending", "group_id", "state", "delivery", "id"),
    Index("ix_memberships_in_turn", "group_id", "state", "id"),
    sqlite_autoincrement=True,
)

# Small: tells at once whether a post of a group needs a light copy beside the whole one.
Index(
    "ix_memberships_light",
    memberships.c.group_id,
    sqlite_where=text("light IS 1"),
    postgresql_where=text("light IS true"),
)

# Reports about our mail to a member: why it did not arrive, and what that counts (hundredths).
bounces = Table(
    "bounces",
    metadata,
    Column("id", BigId, primary_key=True),
    Column(
        "membership_id", BigId, ForeignKey("memberships.id", ondelete="CASCADE"), nullable=False
    ),
    Column("group_id", BigId, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("cause", String(12), nullable=False),  # a Cause, or 'complaint'
    Column("status", String(16), nullable=False),
    Column("diagnostic", Text, nullable=False),
    Column("address", Text, nullable=False),  # the membership's then, lower-cased
    Column("domain", Text, nullable=False),
    Column("points", Integer, nullable=False),
    Column("excused", Boolean, nullable=False),  # their provider failed many people that day
    Column("arrived", Integer, nullable=False, server_default="1000"),  # mails since the one before
    Index("ix_bounces_membership", "membership_id", "at"),
    Index("ix_bounces_group", "group_id", "at"),
    Index("ix_bounces_domain", "domain", "at"),
    sqlite_autoincrement=True,
)

# Where a membership stands with mail that comes back; no row for those whose mail arrives.
bounce_standings = Table(
    "bounce_standings",
    metadata,
    Column(
        "membership_id", BigId, ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("probed_at", UtcTime, nullable=True),
    Column("suspended_at", UtcTime, nullable=True),
    Column("cause", String(12), nullable=False, server_default=""),
    Column("told_at", UtcTime, nullable=True),
    Column("cleared_at", UtcTime, nullable=True),
    # When a report about a copy that many shared made us ask the address by a mail of its own.
    Column("asked_at", UtcTime, nullable=True),
)

# Copies that the smarthost refused for good, until they are counted; written with the delivery's end.
refusals = Table(
    "refusals",
    metadata,
    Column("delivery_id", BigId, primary_key=True, autoincrement=False),
    Column("membership_id", BigId, nullable=True),
    Column("recipient", Text, nullable=False),
    Column("envelope_from", Text, nullable=False),
    Column("reply", Text, nullable=False),
)

# Threads that a member does not want to get any more.
mutes = Table(
    "mutes",
    metadata,
    Column(
        "membership_id", BigId, ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("thread_id", BigId, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_mutes_thread", "thread_id"),
)

# People whom a coordinator has asked to join; they are in only when they say yes.
invitations = Table(
    "invitations",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("address", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("language", String(12), nullable=False),
    Column("delivery", String(12), nullable=False, server_default="each"),
    Column("invited_by", Text, nullable=False),  # a coordinator's registered address
    Column("words", Text, nullable=False, server_default=""),  # the coordinator's own
    Column("state", String(12), nullable=False),  # open, joined, declined, cancelled, expired
    Column("invited_at", UtcTime, nullable=False),
    Column("resent_at", UtcTime, nullable=True),
    Column("expires_at", UtcTime, nullable=False),
    Column("done_at", UtcTime, nullable=True),
    Index("ix_invitations_address", "group_id", "address"),
    Index("ix_invitations_state", "state", "expires_at"),
    sqlite_autoincrement=True,
)

# Mails that wait for a decision of a person. Group 0 is the host itself (mail to postmaster).
holds = Table(
    "holds",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("group_id", BigId, nullable=False),
    Column("mail_id", BigId, ForeignKey("mails.id"), nullable=False),
    Column("message_id", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("sender", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reply_key", String(16), nullable=False, server_default=""),
    Column("smtputf8", Boolean, nullable=False, server_default="0"),
    Column("reason", Text, nullable=False),
    Column("answer_to", Text, nullable=False, server_default=""),  # proved address, else empty
    Column("state", String(12), nullable=False),  # those of dgroup.moderation
    Column("held_at", UtcTime, nullable=False),
    Column("decided_at", UtcTime, nullable=True),
    Column("decided_by", Text, nullable=False, server_default=""),
    Column("because", Text, nullable=False, server_default=""),  # why it was declined
    Column("reminded_at", UtcTime, nullable=True),
    Column("policy", String(12), nullable=False, server_default=""),  # of the author's domain
    Column("signers", Text, nullable=False, server_default=""),  # whose signatures held
    Column("results", Text, nullable=False, server_default=""),  # for the seal of its copies
    Index("ix_holds_state", "group_id", "state"),
    Index("ix_holds_message_id", "group_id", "message_id"),
    sqlite_autoincrement=True,
)

# Mails that met an unexpected error: kept, answered 250, reported to the host.
quarantine = Table(
    "quarantine",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("mail_id", BigId, ForeignKey("mails.id"), nullable=False),
    Column("envelope_id", String(40), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("peer", Text, nullable=False, server_default=""),
    Column("smtputf8", Boolean, nullable=False, server_default="0"),
    Column("trusted", Boolean, nullable=False, server_default="0"),  # came from a trusted front
    Column("error", Text, nullable=False),
    Column("state", String(12), nullable=False),  # waiting, released, discarded
    Column("at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

codes = Table(
    "codes",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("action", String(24), nullable=False),
    Column("address", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("reference", String(12), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_at", UtcTime, nullable=True),
    Index("ix_codes_reference", "reference"),
    sqlite_autoincrement=True,
)

# Letters sent, for the caps of RULINGS 8: nobody is mailed the same notice again and again.
letter_log = Table(
    "letter_log",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("address", Text, nullable=False),
    Column("group_id", BigId, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_letter_log_address", "address", "at"),
    sqlite_autoincrement=True,
)

# One row per mail and recipient of ours: what became of it (invariant 3), and events about people.
audit = Table(
    "audit",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("envelope_id", String(40), nullable=False),
    Column("group_id", BigId, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("event", String(24), nullable=False),  # an OutcomeKind, or the event of an Audit effect
    Column("reason", Text, nullable=False),
    Column("post_id", BigId, nullable=True),
    Index("ix_audit_message_id", "message_id"),
    Index("ix_audit_sender", "sender", "at"),
    Index("ix_audit_envelope", "envelope_id"),
    sqlite_autoincrement=True,
)

# A body to be sent: for a post a new header block and the stored raw mail from `body_offset` on;
# for a letter and for the light copy of a post the whole mail in `head`. Variants of one post are
# several rows.
outbox_mails = Table(
    "outbox_mails",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("group_id", BigId, nullable=False),
    Column("post_id", BigId, nullable=True),
    Column("class", String(12), nullable=False),
    Column("variant", Text, nullable=False),
    Column("mail_id", BigId, ForeignKey("mails.id"), nullable=True),
    Column("body_offset", Integer, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("smtputf8", Boolean, nullable=False, server_default="0"),
    Column("created_at", UtcTime, nullable=False),
    Index("ix_outbox_mails_post", "post_id"),
    sqlite_autoincrement=True,
)

# One row per post to the whole group; the sender expands it into deliveries in chunks.
fanouts = Table(
    "fanouts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column(
        "outbox_mail_id", BigId, ForeignKey("outbox_mails.id", ondelete="CASCADE"), nullable=False
    ),
    Column("group_id", BigId, nullable=False),
    Column("cutoff", BigId, nullable=False),  # highest membership id at acceptance
    Column("cursor", BigId, nullable=False, server_default="0"),  # expanded up to this id
    Column("author_membership", BigId, nullable=True),
    Column("done", Boolean, nullable=False, server_default="0"),
    Column("claimed_until", UtcTime, nullable=True),
    # The mail for members who want light copies, where it is another one; also an outbox mail.
    Column("light_mail_id", BigId, nullable=True),
    # The mail with the author's own From, for members whose mail is at one of the domains `kept_for`,
    # which stand between commas.
    Column("kept_mail_id", BigId, nullable=True),
    Column("kept_for", Text, nullable=False, server_default=""),
    Index("ix_fanouts_done", "done", "id"),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BigId, primary_key=True),
    Column(
        "outbox_mail_id", BigId, ForeignKey("outbox_mails.id", ondelete="CASCADE"), nullable=False
    ),
    Column("membership_id", BigId, nullable=True),
    Column("recipient", Text, nullable=False),
    Column("envelope_from", Text, nullable=False),
    Column("state", String(12), nullable=False),  # pending, sent, failed, dropped
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", UtcTime, nullable=False),
    Column("claimed_until", UtcTime, nullable=True),
    Column("claimed_by", String(40), nullable=True),
    Column("created_at", UtcTime, nullable=False),
    Column("done_at", UtcTime, nullable=True),
    Column("last_reply", Text, nullable=False, server_default=""),
    UniqueConstraint("outbox_mail_id", "recipient", name="uq_deliveries_recipient"),
    Index("ix_deliveries_due", "state", "not_before", "id"),
    sqlite_autoincrement=True,
)

# What a scheduled job did: one unique (job, group, period) key instead of a leader (RULINGS 9).
job_runs = Table(
    "job_runs",
    metadata,
    Column("job", String(24), primary_key=True),
    Column("group_id", BigId, primary_key=True),
    Column("period", String(24), primary_key=True),
    Column("claimed_at", UtcTime, nullable=False),
    Column("done_at", UtcTime, nullable=True),
    Column("result", Text, nullable=False, server_default=""),
)

# Keys for the HMAC tokens that must be printed again; shared by all nodes. The newest signs.
secrets = Table(
    "secrets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

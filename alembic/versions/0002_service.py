"""The live service: settings, people, holds, codes, outbox, audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from archive.types import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "audit",
    "job_runs",
    "letter_log",
    "persons",
    "secrets",
    "addresses",
    "codes",
    "group_settings",
    "holds",
    "memberships",
    "outbox_mails",
    "quarantine",
    "deliveries",
    "fanouts",
)


def upgrade() -> None:
    _audit()
    _job_runs()
    _letter_log()
    _persons()
    _secrets()
    _addresses()
    _codes()
    _group_settings()
    _holds()
    _memberships()
    _outbox_mails()
    _quarantine()
    _deliveries()
    _fanouts()


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("envelope_id", sa.String(length=40), nullable=False),
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("event", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("post_id", ROW_ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("ix_audit_envelope", ["envelope_id"], unique=False)
        batch_op.create_index("ix_audit_message_id", ["message_id"], unique=False)
        batch_op.create_index("ix_audit_sender", ["sender", "at"], unique=False)


def _job_runs() -> None:
    op.create_table(
        "job_runs",
        sa.Column("job", sa.String(length=24), nullable=False),
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("period", sa.String(length=24), nullable=False),
        sa.Column("claimed_at", UtcTime(), nullable=False),
        sa.Column("done_at", UtcTime(), nullable=True),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("job", "group_id", "period", name=op.f("pk_job_runs")),
    )


def _letter_log() -> None:
    op.create_table(
        "letter_log",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_log")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("letter_log", schema=None) as batch_op:
        batch_op.create_index("ix_letter_log_address", ["address", "at"], unique=False)


def _persons() -> None:
    op.create_table(
        "persons",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("organisation", sa.Text(), server_default="", nullable=False),
        sa.Column("country", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
        sqlite_autoincrement=True,
    )


def _secrets() -> None:
    op.create_table(
        "secrets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secrets")),
    )


def _addresses() -> None:
    op.create_table(
        "addresses",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("verified_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_addresses_person_id_persons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_addresses")),
    )
    with op.batch_alter_table("addresses", schema=None) as batch_op:
        batch_op.create_index("ix_addresses_person", ["person_id"], unique=False)


def _codes() -> None:
    op.create_table(
        "codes",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("used_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_codes_group_id_groups"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codes")),
        sa.UniqueConstraint("hash", name=op.f("uq_codes_hash")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("codes", schema=None) as batch_op:
        batch_op.create_index("ix_codes_reference", ["reference"], unique=False)


def _group_settings() -> None:
    op.create_table(
        "group_settings",
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("who_posts", sa.String(length=12), nullable=False),
        sa.Column("who_joins", sa.String(length=12), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("reply_to_group", sa.Boolean(), nullable=False),
        sa.Column("max_size", sa.Integer(), nullable=False),
        sa.Column("summary_day", sa.Integer(), nullable=False),
        sa.Column("summary_hour", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["groups.id"],
            name=op.f("fk_group_settings_group_id_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_group_settings")),
    )


def _holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("mail_id", ROW_ID, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reply_key", sa.String(length=16), server_default="", nullable=False),
        sa.Column("smtputf8", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answer_to", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("held_at", UtcTime(), nullable=False),
        sa.Column("decided_at", UtcTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_holds_mail_id_mails")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.create_index("ix_holds_message_id", ["group_id", "message_id"], unique=False)
        batch_op.create_index("ix_holds_state", ["group_id", "state"], unique=False)


def _memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("delivery", sa.String(length=12), nullable=False),
        sa.Column("summary", sa.Boolean(), nullable=False),
        sa.Column("own_copy", sa.Boolean(), nullable=False),
        sa.Column("named", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("bounces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_bounce_at", UtcTime(), nullable=True),
        sa.Column("joined_at", UtcTime(), nullable=False),
        sa.Column("left_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["groups.id"],
            name=op.f("fk_memberships_group_id_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_memberships_person_id_persons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("group_id", "person_id", name="uq_memberships_person"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index(
            "ix_memberships_sending", ["group_id", "state", "delivery", "id"], unique=False
        )


def _outbox_mails() -> None:
    op.create_table(
        "outbox_mails",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("post_id", ROW_ID, nullable=True),
        sa.Column("class", sa.String(length=12), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("mail_id", ROW_ID, nullable=True),
        sa.Column("body_offset", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("smtputf8", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mails.id"], name=op.f("fk_outbox_mails_mail_id_mails")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_mails")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("outbox_mails", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_mails_post", ["post_id"], unique=False)


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("mail_id", ROW_ID, nullable=False),
        sa.Column("envelope_id", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), server_default="", nullable=False),
        sa.Column("smtputf8", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("trusted", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mails.id"], name=op.f("fk_quarantine_mail_id_mails")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sqlite_autoincrement=True,
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("outbox_mail_id", ROW_ID, nullable=False),
        sa.Column("membership_id", ROW_ID, nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("envelope_from", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", UtcTime(), nullable=False),
        sa.Column("claimed_until", UtcTime(), nullable=True),
        sa.Column("claimed_by", sa.String(length=40), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("done_at", UtcTime(), nullable=True),
        sa.Column("last_reply", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["outbox_mail_id"],
            ["outbox_mails.id"],
            name=op.f("fk_deliveries_outbox_mail_id_outbox_mails"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("outbox_mail_id", "recipient", name="uq_deliveries_recipient"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_deliveries_due", ["state", "not_before", "id"], unique=False)


def _fanouts() -> None:
    op.create_table(
        "fanouts",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("outbox_mail_id", ROW_ID, nullable=False),
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("cutoff", ROW_ID, nullable=False),
        sa.Column("cursor", ROW_ID, server_default="0", nullable=False),
        sa.Column("author_membership", ROW_ID, nullable=True),
        sa.Column("done", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("claimed_until", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["outbox_mail_id"],
            ["outbox_mails.id"],
            name=op.f("fk_fanouts_outbox_mail_id_outbox_mails"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fanouts")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("fanouts", schema=None) as batch_op:
        batch_op.create_index("ix_fanouts_done", ["done", "id"], unique=False)

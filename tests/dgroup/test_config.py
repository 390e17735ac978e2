"""Settings: the example is the truth, mistakes come all at once, secrets stay out of the file."""

from __future__ import annotations

import itertools
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from dgroup.config import Config, RelayTarget, Settings, load, name_server, parse, relay_target
from dgroup.errors import ConfigError

_EXAMPLE = Path(__file__).resolve().parents[2] / "config.example.toml"


def _mistakes(text: str) -> dict[str, tuple[int, str]]:
    with pytest.raises(ConfigError) as caught:
        parse(text, "site.toml")
    return {mistake.key: (mistake.line, mistake.text) for mistake in caught.value.mistakes}


def test_the_example_says_the_defaults() -> None:
    assert parse(_EXAMPLE.read_text("utf-8")) == Config() == parse("")


def test_the_example_has_every_setting_and_a_comment_above_each() -> None:
    text = _EXAMPLE.read_text("utf-8")
    tree = tomllib.loads(text)
    wanted = {
        section.name: [item.name for item in fields(getattr(Config(), section.name))]
        for section in fields(Settings)
    }
    assert {name: list(table) for name, table in tree.items()} == wanted
    lines = text.splitlines()
    bare = [
        line
        for above, line in itertools.pairwise(lines)
        if re.match(r"\w+ = ", line) and not re.match(r"# \S.*[.;:)]?$", above)
    ]
    assert bare == []


def test_all_mistakes_come_at_once_with_their_lines() -> None:
    text = (
        '[site]\ndomain = "Not A Domain"\nnam = "x"\n\n[listener]\nport = "8025"\n'
        'trusted_fronts = ["10.0.0.0/8", "nowhere"]\n[relay]\nurl = "ftp://x"\n[lgo]\nlevel = "x"\n'
    )
    found = _mistakes(text)
    assert {key: line for key, (line, _) in found.items()} == {
        "site.domain": 2,
        "site.nam": 3,
        "listener.port": 6,
        "listener.trusted_fronts": 7,
        "relay.url": 9,
        "lgo": 10,
    }
    assert found["site.nam"][1] == "there is no such setting; did you mean name?"
    assert found["listener.port"][1] == 'needs a whole number, not "8025"'
    assert found["lgo"][1] == "there is no such section; did you mean log?"


def test_mistakes_are_told_in_the_order_of_the_file() -> None:
    with pytest.raises(ConfigError) as caught:
        parse('[web]\nport = -1\n[site]\nname = ""\n', "site.toml")
    assert str(caught.value).splitlines() == [
        "site.toml: line 2: web.port: needs a number from 0 to 65535, not -1",
        'site.toml: line 4: site.name: must not be empty, not ""',
    ]


def test_a_setting_in_the_wrong_section_is_sent_home() -> None:
    found = _mistakes("[site]\nsummary_hour = 7\n")
    assert found["site.summary_hour"][1].endswith("it belongs to [scheduler]")


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("site", "domain = true"),
        ("site", 'base_url = "example.org"'),
        ("site", 'base_url = "http://[::1"'),
        ("site", 'base_url = "https://b\u00fccher.example"'),
        ("site", 'base_url = "https://lists.example/a b"'),
        ("site", 'base_url = "https://lists.example/\\nBcc: x"'),
        ("site", 'base_url = "https://lists.example/<b>"'),
        ("site", 'base_url = "https://lists.example/#top"'),
        ("site", 'public_dir = ""'),
        ("site", 'language = "xx"'),
        ("site", 'contact = "nobody"'),
        ("site", 'contact = "A <a@b.example>"'),
        ("site", 'contact = "a@b.example, c@d.example"'),
        ("listener", "max_size = true"),
        ("listener", "max_size = 1.5"),
        ("listener", "max_connections = 10"),
        ("listener", 'trusted_fronts = "10.0.0.0/8"'),
        ("listener", 'trusted_fronts = ["10.0.0.1/8"]'),
        ("listener", 'tls_cert = "a.pem"'),
        ("listener", 'tls_key = "a.pem"'),
        ("listener", "port = 65536"),
        ("auth", 'verify = "yes"'),
        ("auth", 'dns_servers = ["ns.example"]'),
        ("relay", 'url = "smtp://u:p@host"'),
        ("relay", 'url = "smtp://"'),
        ("relay", 'url = "smtp://host:99999"'),
        ("relay", 'url = "maildir:"'),
        ("relay", 'username = "u"'),
        ("relay", 'password = "p"'),
        ("relay", 'password_file = "p"\npassword_env = "P"'),
        ("relay", 'username = "u"\npassword_env = "P"\nurl = "smtp://h"\ntls = "none"'),
        ("bounces", "points = 0"),
        ("bounces", "points = nan"),
        ("bounces", "dead = 0.1"),  # less than a full mailbox
        ("bounces", "full = 2"),
        ("bounces", "half_life_days = inf"),
        ("bounces", "hours_apart = 25"),
        ("bounces", 'probe_days = "7"'),
        ("bounces", "outage_members = 1"),
        ("bounces", "outage_share = 0.2"),  # it is in percent
        ("bounces", "outage_days = -1"),
        ("scheduler", "summary_hour = 24"),
        ("scheduler", 'sweep_s = "soon"'),
        ("limits", "code_days = 0"),
        ("archive", 'crawlers_ai = "no"'),
        ("log", 'level = "loud"'),
        ("database", "pool_size = 0"),
        ("node", "roles = []"),
        ("node", 'roles = ["send", "send"]'),
        ("node", 'roles = ["sender"]'),
        ("node", 'name = "Out 1"'),
        ("node", "lease_s = 21"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(section: str, line: str) -> None:
    assert len(_mistakes(f"[{section}]\n{line}\n")) == 1


def test_a_section_given_as_a_value_is_refused() -> None:
    assert "[web] on a line of its own" in _mistakes("web = 8080\n")["web"][1]


def test_relay_addresses_are_taken_apart() -> None:
    assert relay_target("smtp://mx.example.org") == RelayTarget(None, "mx.example.org", 25, False)
    assert relay_target("smtps://10.0.0.1:4465/") == RelayTarget(None, "10.0.0.1", 4465, True)
    assert relay_target("smtp://[::1]:2525") == RelayTarget(None, "::1", 2525, False)
    assert relay_target("maildir:a/b") == RelayTarget(Path("a/b"), "", 0, False)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("127.0.0.1:5353", ("127.0.0.1", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
        ("[::1]", ("::1", 53)),
    ],
)
def test_a_name_server_is_read(text: str, wanted: tuple[str, int]) -> None:
    assert name_server(text) == wanted


@pytest.mark.parametrize(
    "text", ["", "ns.example", "192.0.2.53:", "192.0.2.53:0", "1.2.3.4:99999", "[::1]:x"]
)
def test_what_is_no_name_server(text: str) -> None:
    with pytest.raises(ValueError):
        name_server(text)


def test_paths_start_at_the_settings_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[site]\ndata_dir = "d"\ntemplates = "t"\npublic_dir = "/srv/www"\n', "utf-8")
    config = load(file, {})
    assert config.site.data_dir == tmp_path / "d"
    assert config.site.templates == tmp_path / "t"
    assert config.public_path == Path("/srv/www")
    assert config.relay_target.path == tmp_path / "d" / "outgoing"
    assert config.database_url == f"sqlite:///{tmp_path}/d/dgroup.db"


def test_without_a_file_the_defaults_start_where_we_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = load(None, {})
    assert config.public_path == tmp_path / "data" / "public"
    assert config.hostname == "localhost"


def test_the_environment_gives_secrets_and_printing_hides_them(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[relay]\nurl = "smtps://h"\nusername = "u"\npassword_env = "P"\n', "utf-8")
    config = load(file, {"P": "s3cret", "DGROUP_DATABASE_URL": "postgresql://u:pw@h/d"})
    assert config.relay_password == "s3cret"
    assert config.database_url == "postgresql://u:pw@h/d"
    assert "s3cret" not in repr(config)
    assert "pw@h" not in repr(config)


def test_a_password_file_is_read_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "pass").write_text("word\n", "utf-8")
    file = tmp_path / "config.toml"
    file.write_text('[relay]\nusername = "u"\npassword_file = "pass"\n', "utf-8")
    assert load(file, {}).relay_password == "word"


@pytest.mark.parametrize("line", ['password_env = "GONE"', 'password_file = "gone"'])
def test_a_secret_that_is_named_and_not_there_is_a_mistake(tmp_path: Path, line: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'[relay]\nusername = "u"\n{line}\n', "utf-8")
    with pytest.raises(ConfigError, match=r"relay\.password"):
        load(file, {})


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load(tmp_path / "gone.toml", {})
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'[site]\nname = "caf\xe9"\n')
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(latin, {})

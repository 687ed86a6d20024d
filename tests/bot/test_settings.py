"""Settings from the environment and `.env`: what is read, what is refused, and that no secret is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import SLACK_API, Settings, load_settings

ROOT = Path(__file__).parent.parent.parent
NAMES = [name.upper() for name in Settings.model_fields]
SECRET = "hush-hush-8151"
BOT, APP = f"xoxb-{SECRET}", f"xapp-{SECRET}"


def load(folder, environ=None, env_file=None):
    path = folder / ".env"
    if env_file is not None:
        path.write_text(env_file)
    return load_settings(environ or {}, path, folder)


def refusal(folder, environ=None, env_file=None):
    with pytest.raises(SettingsError) as caught:
        load(folder, environ, env_file)
    return str(caught.value)


def test_without_anything_every_setting_has_its_default(tmp_path):
    settings = load(tmp_path)
    assert settings.mode == "sandbox"
    assert settings.slack_api_url == SLACK_API
    assert settings.database_url == "sqlite:///var/desk.db"
    assert settings.desk_config is None
    assert settings.port == 8765


@pytest.mark.parametrize(
    ("environ", "mode"),
    [
        ({}, "sandbox"),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}, "socket"),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SECRET}, "http"),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "SLACK_SIGNING_SECRET": SECRET}, "socket"),
        ({"SLACK_BOT_TOKEN": " ", "SLACK_APP_TOKEN": ""}, "sandbox"),
        ({"SLACK_BOT_TOKEN": f"xoxe.{BOT}", "SLACK_APP_TOKEN": APP}, "socket"),
    ],
    ids=["no tokens", "app token", "signing secret", "app token first", "blank tokens", "rotated token"],
)
def test_the_tokens_say_how_the_desk_meets_slack(tmp_path, environ, mode):
    assert load(tmp_path, environ).mode == mode


def test_the_env_file_is_read_and_the_environment_wins(tmp_path):
    env_file = "# a remark\nPORT=9001\nexport DATABASE_URL='sqlite:///a.db'\nSOMETHING_ELSE=1\n"
    settings = load(tmp_path, {"PORT": "9002"}, env_file)
    assert (settings.port, settings.database_url) == (9002, "sqlite:///a.db")


def test_a_blank_variable_takes_the_env_files_value_away(tmp_path):
    env_file = f"SLACK_BOT_TOKEN={BOT}\nSLACK_APP_TOKEN={APP}\n"
    assert load(tmp_path, {}, env_file).mode == "socket"
    assert load(tmp_path, {"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": ""}, env_file).mode == "sandbox"


@pytest.mark.parametrize(
    ("environ", "env_file", "given"),
    [
        ({}, "", False),
        ({"DATABASE_URL": "sqlite:///var/desk.db"}, "", True),
        ({}, "DATABASE_URL=sqlite:///a.db", True),
        ({"DATABASE_URL": ""}, "DATABASE_URL=sqlite:///a.db", False),
        ({}, "DATABASE_URL=", False),
    ],
    ids=["nowhere", "the default, in the environment", "in .env", "taken away", "blank in .env"],
)
def test_it_is_known_whether_somebody_named_a_database(tmp_path, environ, env_file, given):
    assert load(tmp_path, environ, env_file).database_url_given is given


def test_desk_yaml_is_taken_where_there_is_one(tmp_path):
    (tmp_path / "desk.yaml").touch()
    (tmp_path / "other.yaml").touch()
    other = tmp_path / "other.yaml"
    assert load(tmp_path).desk_config == tmp_path / "desk.yaml"
    assert load(tmp_path, {"DESK_CONFIG": str(other)}).desk_config == other


def test_the_api_address_ends_in_a_slash(tmp_path):
    settings = load(tmp_path, {"SLACK_API_URL": "http://127.0.0.1:8765/api"})
    assert settings.slack_api_url == "http://127.0.0.1:8765/api/"


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"SLACK_BOT_TOKEN": APP, "SLACK_APP_TOKEN": APP}, "SLACK_BOT_TOKEN is not a bot token"),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": BOT}, "SLACK_APP_TOKEN is not an app-level token"),
        ({"SLACK_BOT_TOKEN": BOT}, "SLACK_BOT_TOKEN is set alone. Add SLACK_APP_TOKEN"),
        ({"SLACK_APP_TOKEN": APP}, "SLACK_APP_TOKEN is set without SLACK_BOT_TOKEN"),
        ({"SLACK_SIGNING_SECRET": SECRET}, "SLACK_SIGNING_SECRET is set without SLACK_BOT_TOKEN"),
        ({"SLACK_API_URL": f"slack.com/{SECRET}"}, "SLACK_API_URL is not a web address"),
        ({"SLACK_API_URL": "http://slack.example.test/api/"}, "SLACK_API_URL would send tokens unencrypted"),
        ({"DATABASE_URL": f"mysql://desk:{SECRET}@db/desk"}, "DATABASE_URL is not the address of a database"),
        ({"DATABASE_URL": SECRET}, "DATABASE_URL is not the address of a database"),
        ({"DESK_CONFIG": "nowhere.yaml"}, "DESK_CONFIG names nowhere.yaml, which is no file"),
        ({"PORT": "eighty"}, "PORT is not a port"),
        ({"PORT": "65536"}, "PORT is not a port"),
        ({"PORT": "-1"}, "PORT is not a port"),
        ({"PORT": "²"}, "PORT is not a port"),
        ({"JIRA_URL": "ever.atlassian.net"}, "JIRA_URL is not a web address"),
        ({"JIRA_URL": f"https://desk:{SECRET}@ever.example.test"}, "JIRA_URL holds more than an address"),
        ({"SALESFORCE_URL": "http://ever.example.test"}, "SALESFORCE_URL would send credentials unencrypted"),
        ({"GRAPH_URL": "https://[graph"}, "GRAPH_URL is not a web address"),
        ({"SMTP_PORT": "0"}, "SMTP_PORT is not a port"),
        ({"SMTP_SECURITY": "ssl"}, "SMTP_SECURITY is none of starttls, tls, none"),
        ({"SMTP_HOST": "mail.example.test", "SMTP_SECURITY": "none"}, "SMTP_SECURITY is none, which"),
        ({"SMTP_PASSWORD": SECRET}, "SMTP_USER and SMTP_PASSWORD come together"),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value),
)
def test_a_bad_value_is_named_with_what_to_do_and_never_shown(tmp_path, environ, said):
    message = refusal(tmp_path, environ)
    assert message.startswith(said)
    assert SECRET not in message


def test_every_problem_is_told_at_once(tmp_path):
    message = refusal(tmp_path, {"PORT": "x", "SLACK_APP_TOKEN": SECRET}, f"DATABASE_URL={SECRET}")
    lines = message.splitlines()
    assert [line.split()[0] for line in lines] == ["SLACK_APP_TOKEN", "DATABASE_URL", "PORT"]
    assert all(line.endswith(".") for line in lines)
    assert SECRET not in message


def test_a_secret_never_prints(tmp_path):
    environ = {
        "SLACK_BOT_TOKEN": BOT,
        "SLACK_APP_TOKEN": APP,
        "SLACK_SIGNING_SECRET": SECRET,
        "DATABASE_URL": f"postgresql://desk:{SECRET}@db/desk",
        "JIRA_USER": SECRET,
        "JIRA_API_TOKEN": SECRET,
        "SALESFORCE_CLIENT_ID": SECRET,
        "SALESFORCE_CLIENT_SECRET": SECRET,
        "MICROSOFT_CLIENT_SECRET": SECRET,
        "SMTP_USER": SECRET,
        "SMTP_PASSWORD": SECRET,
    }
    settings = load(tmp_path, environ)
    assert SECRET not in f"{settings!r} {settings!s}"
    assert settings.slack_bot_token.get_secret_value() == BOT


@pytest.mark.parametrize(
    ("env_file", "said"),
    [
        (
            "PORT=1\nSLACK_BOT_TOKN=x\n",
            "line 2: SLACK_BOT_TOKN is not a setting. Did you mean SLACK_BOT_TOKEN?",
        ),
        ("PORT=1\n\n= hush-hush-8151\n", "line 3: this is no setting. Write NAME=value"),
    ],
    ids=["a slip in a name", "a line that is none"],
)
def test_a_bad_line_of_the_env_file_is_named(tmp_path, env_file, said):
    message = refusal(tmp_path, {}, env_file)
    assert message.startswith(f"{tmp_path / '.env'}, {said}")
    assert SECRET not in message


def test_an_env_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read. Make it a text file in UTF-8" in refusal(tmp_path)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("page", [".env.example", "README.md"])
def test_every_setting_is_explained(page, name):
    assert name in (ROOT / page).read_text()


def test_the_env_example_changes_nothing(tmp_path):
    example = (ROOT / ".env.example").read_text()
    assert load(tmp_path, {}, example) == load(tmp_path, {}, "")

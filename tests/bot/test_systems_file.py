"""The section `systems` of desk.yaml: off without it, and held line by line against what it needs."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from bot.desk_file import EXAMPLE, holiday_years, load_organisation, read
from bot.errors import SettingsError
from bot.settings import Settings
from bot.system_settings import OutlookSettings, Related, SmtpSettings, SystemSettings
from bot.systems_file import BLOCKS, CHOICES, systems_in

SECRET = "hush-hush-8151"
MICROSOFT = {"microsoft_tenant_id": "t", "microsoft_client_id": "c", "microsoft_client_secret": SECRET}
ACCESS = {
    "jira_url": "https://ever.example.test",
    "jira_user": "desk@example.test",
    "jira_api_token": SECRET,
    "salesforce_url": "https://ever.example.test",
    "salesforce_client_id": "c",
    "salesforce_client_secret": SECRET,
    "smtp_host": "mail.example.test",
    **MICROSOFT,
}
JIRA = (
    "systems:\n  use: {ebh: jira}\n  jira:\n    request_types: {ho_ticket: 21, installer_ticket: Installer}\n"
)
SALESFORCE = (
    "systems:\n"
    "  use: {salesforce: salesforce}\n"
    "  salesforce:\n"
    "    queue: Back_Office\n"
    "    fields: {Customer Request Type: Type__c, Case Description: Description}\n"
)
POWER_BI = (
    "systems:\n"
    "  use: {homeowners: power_bi}\n"
    "  power_bi: {workspace: w, dataset: d, table: Homeowners, columns: {name: Name, address: Street}}\n"
)
MAIL = "systems:\n  use: {mail: %s}\n  mail: {mailbox: care@example.test, sender: Customer Care}\n"


def systems(folder, text, **access):
    path = folder / "desk.yaml"
    path.write_text(text)
    return systems_in(read(path), Settings(**(access or ACCESS)))


def refusal(folder, text, **access):
    with pytest.raises(SettingsError) as caught:
        systems(folder, text, **access)
    assert SECRET not in str(caught.value)
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    "text",
    ["", "systems:\n", "systems: {use: {ebh: by_hand, mail: }}\n", EXAMPLE.read_text()],
    ids=["no section", "an empty one", "by hand", "the example"],
)
def test_everything_is_off_until_it_is_turned_on(tmp_path, text):
    assert systems(tmp_path, text) == SystemSettings()


def test_the_example_has_every_setting_with_its_default(tmp_path):
    section = yaml.safe_load(EXAMPLE.read_text())["systems"]
    assert {name: section["use"][name] for name in CHOICES} == {
        name: each[0] for name, each in CHOICES.items()
    }
    assert {name: list(section[name]) for name in BLOCKS} == {
        name: list(each) for name, each in BLOCKS.items()
    }
    example = EXAMPLE.read_text()
    for name, of in (("ho_ticket", "1"), ("installer_ticket", "2"), ("queue", "Q"), ("mailbox", "a@b.test")):
        example = example.replace(f'{name}: ""', f'{name}: "{of}"')
    example = example.replace("ebh: by_hand", "ebh: jira").replace("mail: by_hand", "mail: outlook")
    given, bare = systems(tmp_path, example), systems(tmp_path, JIRA)
    for each in ("project", "service_desk", "labels", "link_type", "close", "resolution", "fields"):
        assert getattr(given.jira, each) == getattr(bare.jira, each)


def test_the_organisation_knows_nothing_of_systems(tmp_path):
    years = holiday_years(date(2026, 11, 18))
    (tmp_path / "desk.yaml").write_text(JIRA)
    assert load_organisation(tmp_path / "desk.yaml", years) == load_organisation(EXAMPLE, years)


def test_jira_is_told_what_stands_there(tmp_path):
    text = (
        f"{JIRA}    fields: {{Organization: customfield_1, Support Channel: }}\n    labels: [desk]\n"
        "    service_desk: 3\n    project: \n    resolution: ''\n"
    )
    jira = systems(tmp_path, text).jira
    assert jira.request_types == {"ho_ticket": "21", "installer_ticket": "Installer"}
    assert (jira.fields, jira.labels) == ({"Organization": "customfield_1"}, ("desk",))
    assert (jira.service_desk, jira.project, jira.resolution) == ("3", "EBH", "")
    assert jira.token.get_secret_value() == SECRET


def test_salesforce_is_told_what_stands_there(tmp_path):
    related = "    related: [{field: Installer__c, object: Account, match: Name, by: Related Installer}]\n"
    salesforce = systems(tmp_path, f"{SALESFORCE}    version: 62.0\n{related}").salesforce
    assert salesforce.related == (Related("Installer__c", "Account", "Name", "Related Installer"),)
    assert (salesforce.version, salesforce.queue) == ("62.0", "Back_Office")


def test_power_bi_is_told_what_stands_there(tmp_path):
    power_bi = systems(tmp_path, POWER_BI).power_bi
    assert power_bi.columns == {"name": "Name", "address": "Street"}
    assert (power_bi.table, power_bi.cached_seconds, power_bi.app.tenant) == ("Homeowners", 300, "t")


def test_mail_that_people_send_themselves_is_told_by_its_steps(tmp_path):
    told = systems(
        tmp_path,
        (MAIL % "smtp").replace("Care}", "Care, sent_by_people: [commitment_email, email_installer]}"),
    )
    assert told.sent_by_people == {"commitment_email", "email_installer"}
    assert systems(tmp_path, MAIL % "smtp").sent_by_people == frozenset()


@pytest.mark.parametrize(
    ("by", "kind"), [("outlook", OutlookSettings), ("smtp", SmtpSettings)], ids=["Outlook", "a mail server"]
)
def test_mail_goes_by_one_way(tmp_path, by, kind):
    mail = systems(tmp_path, MAIL % by).mail
    assert type(mail) is kind
    assert (mail.mailbox, mail.sender) == ("care@example.test", "Customer Care")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (
            "systems:\n  use:\n    ebh: jira\n",
            [
                "line 3: systems.use.ebh is jira, which needs JIRA_URL.",
                "line 3: systems.use.ebh is jira, which needs JIRA_USER.",
                "line 3: systems.use.ebh is jira, which needs JIRA_API_TOKEN.",
                "line 1: systems.jira.request_types.ho_ticket is missing",
                "line 1: systems.jira.request_types.installer_ticket is missing",
            ],
        ),
        (
            "systems:\n  use: {salesforce: salesforce}\n  salesforce:\n    fields:\n      SubType: S__c\n",
            [
                "line 2: systems.use.salesforce is salesforce, which needs SALESFORCE_URL.",
                "line 2: systems.use.salesforce is salesforce, which needs SALESFORCE_CLIENT_ID.",
                "line 2: systems.use.salesforce is salesforce, which needs SALESFORCE_CLIENT_SECRET.",
                "line 4: systems.salesforce.fields.Customer Request Type is missing",
                "line 4: systems.salesforce.fields.Case Description is missing",
                "line 3: systems.salesforce.queue is missing",
            ],
        ),
        (
            "systems:\n  use: {mail: smtp}\n  mail:\n    mailbox:\n",
            [
                "line 2: systems.use.mail is smtp, which needs SMTP_HOST.",
                "line 4: systems.mail.mailbox is missing",
            ],
        ),
        (
            "systems:\n  use: {mail: outlook, homeowners: power_bi}\n  mail: {mailbox: a@b.test}\n",
            [
                *(f"line 2: systems.use.mail is outlook, which needs {name.upper()}." for name in MICROSOFT),
                *(
                    f"line 2: systems.use.homeowners is power_bi, which needs {name.upper()}."
                    for name in MICROSOFT
                ),
                "line 1: systems.power_bi.workspace is missing",
                "line 1: systems.power_bi.dataset is missing",
                "line 1: systems.power_bi.table is missing",
                "line 1: systems.power_bi.columns.name is missing",
                "line 1: systems.power_bi.columns.address is missing",
            ],
        ),
    ],
    ids=["Jira", "Salesforce", "a mail server", "Outlook and Power BI"],
)
def test_what_a_system_lacks_is_told_at_once_line_by_line(tmp_path, text, missing):
    lines = refusal(tmp_path, text, smtp_port=587).splitlines()
    assert len(lines) == len(missing)
    for line, said in zip(lines, missing, strict=True):
        assert line.startswith(f"desk.yaml, {said}")
        assert line.endswith(".")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("systems: [jira]\n", "line 1: systems is not a list of settings."),
        ("systems:\n  use: jira\n", "line 2: systems.use is not a list of settings."),
        ("systems:\n  sales: {}\n", "line 2: systems.sales is not a setting. Did you mean salesforce?"),
        ("systems:\n  use: {eb: jira}\n", "line 2: systems.use.eb is not a setting. Did you mean ebh?"),
        ("systems:\n  use:\n    ebh: jria\n", "line 3: systems.use.ebh is 'jria', which the desk"),
        (
            "systems:\n  use: {mail: true}\n",
            "line 2: systems.use.mail is True, which the desk does not know.",
        ),
        (
            "systems:\n  jira:\n    projekt: X\n",
            "line 3: systems.jira.projekt is not a setting. Did you mean",
        ),
        (
            "systems:\n  jira: {request_types: {ho_tiket: 1}}\n",
            "line 2: systems.jira.request_types.ho_tiket is not a setting. Did you mean ho_ticket?",
        ),
        (
            "systems:\n  power_bi:\n    columns:\n      adress: Street\n",
            "line 4: systems.power_bi.columns.adress is not a setting. Did you mean address?",
        ),
        ("systems:\n  power_bi: {cached_seconds: 0}\n", "line 2: systems.power_bi.cached_seconds is 0."),
        ("systems:\n  jira: {labels: desk}\n", "line 2: systems.jira.labels is no list."),
        (
            "systems:\n  jira: {fields: {Organization: [1]}}\n",
            "line 2: systems.jira.fields.Organization is no",
        ),
        (
            "systems:\n  salesforce:\n    related:\n      - {field: A}\n",
            "line 4: systems.salesforce.related[0].object is missing.",
        ),
        (
            "systems:\n  salesforce:\n    related:\n      - {feld: A}\n",
            "line 4: systems.salesforce.related[0].feld is not a setting.",
        ),
    ],
    ids=[
        "a list",
        "no choices",
        "another system",
        "another choice",
        "a slip in a choice",
        "no choice",
        "a slip in a key",
        "a slip in a request type",
        "a slip in a column",
        "no seconds",
        "no list",
        "no text",
        "half a relation",
        "a slip in a relation",
    ],
)
def test_a_mistake_is_one_sentence_with_its_line(tmp_path, text, said):
    message = refusal(tmp_path, text)
    assert message.startswith(f"desk.yaml, {said}")
    assert len(message.splitlines()) == 1

"""Imports: columns by many names, every kind of wrong row by its line, and twice changes nothing."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime

import pytest
import typer
from openpyxl import Workbook
from typer.testing import CliRunner

from bot import import_commands
from bot.errors import ImportRefused
from bot.import_commands import lines_of
from bot.imports import HOMEOWNERS, INSTALLERS, load, load_sample
from bot.listings import ListedHomeowner
from bot.sop.organisation import Contact
from tests.bot.casework import SANDBOX
from tests.bot.desk import NOW

TODAY = date(2026, 11, 18)
SECRET = "Zebulon"
HEADER = "Account Number,Customer Name,Property Address,Phone,E-Mail,Program,Product,M1 Approval Date"
HANNA = "EB-1,Hanna (homeowner),1 Sunny Side,202-555-0101,hanna@example.test,EverBright,RIC,10/31/2026"
OLGA = "EB-2,Olga (homeowner),2 Elm Street,,,Beam,,not yet"


@pytest.fixture
def desk(work, tmp_path):
    """Loads what is written into a file, and lists what is there."""
    return Loading(work.desk.memory, tmp_path)


class Loading:
    def __init__(self, memory, folder):
        self.memory, self.folder = memory, folder

    def file(self, content, name="homeowners.csv"):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def load(self, content, name="homeowners.csv", kind=HOMEOWNERS):
        return load(self.memory, kind, self.file(content, name), NOW, TODAY)

    def listed(self):
        with self.memory.read() as work:
            return [found for n in range(1, 9) if (found := work.directory.homeowner(n)) is not None]

    def only(self):
        [listed] = self.listed()
        return listed


def table(*rows, header=HEADER, end="\n"):
    return end.join([header, *rows, ""])


def counts(report):
    return report.new, report.changed, report.same, report.missing, report.left_out


class TestLoading:
    def test_a_row_states_what_its_columns_say(self, desk):
        desk.load(table(HANNA))
        assert desk.only() == ListedHomeowner(
            name="Hanna (homeowner)",
            address="1 Sunny Side",
            phone="202-555-0101",
            email="hanna@example.test",
            program="everbright",
            product="ric",
            milestones={"m1": "2026-10-31"},
            account="EB-1",
            id=1,
        )

    def test_twice_changes_nothing_and_a_new_file_what_is_new(self, desk):
        assert counts(desk.load(table(HANNA, OLGA))) == (2, 0, 0, 0, 0)
        assert counts(desk.load(table(HANNA, OLGA))) == (0, 0, 2, 0, 0)
        assert counts(desk.load(table(HANNA.replace("0101", "0109")))) == (0, 1, 0, 1, 0)
        assert [each.phone for each in desk.listed()] == ["202-555-0109", ""]

    def test_the_day_of_the_last_import_is_known(self, desk):
        desk.load(table(HANNA))
        desk.load("Installer\nBright Roofs\n", "installers.csv", INSTALLERS)
        later = desk.file(table(HANNA, OLGA))
        load(desk.memory, HOMEOWNERS, later, NOW, date(2026, 11, 20))
        with desk.memory.read() as work:
            days = [work.directory.loaded_on(each.name) for each in (HOMEOWNERS, INSTALLERS)]
        assert days == [date(2026, 11, 20), TODAY]

    def test_without_an_account_number_name_and_address_tell(self, desk):
        header = "Name,Address,Phone"
        assert counts(desk.load(table("Olga Østby,2 Elm Street,", header=header))) == (1, 0, 0, 0, 0)
        assert counts(desk.load(table("OLGA OSTBY,2 Elm  Street.,555-0102", header=header))) == (
            0,
            1,
            0,
            0,
            0,
        )

    def test_a_wrong_row_that_is_known_is_not_missing(self, desk):
        desk.load(table(HANNA, OLGA))
        assert counts(desk.load(table(HANNA.replace("EverBright", "Sunrun"), OLGA))) == (0, 0, 1, 0, 1)

    def test_installers_come_with_who_manages_them(self, desk):
        content = (
            "Installer Name;E-Mail;Account Manager;AM E-Mail\nBright Roofs;o@roofs.test;Amal;a@desk.test\n"
        )
        assert counts(desk.load(content, kind=INSTALLERS)) == (1, 0, 0, 0, 0)
        assert counts(desk.load(content, kind=INSTALLERS)) == (0, 0, 1, 0, 0)
        with desk.memory.read() as work:
            listed = work.directory.installer_named("BRIGHT ROOFS")
        assert (listed.email, listed.account_manager) == ("o@roofs.test", Contact("Amal", "a@desk.test"))

    def test_more_rows_than_a_batch(self, desk):
        rows = [f"EB-{n},Hanna {n},{n} Sunny Side,,,,," for n in range(2500)]
        assert counts(desk.load(table(*rows))) == (2500, 0, 0, 0, 0)
        assert counts(desk.load(table(*rows))) == (0, 0, 2500, 0, 0)


class TestReading:
    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(table(HANNA).encode("utf-8-sig"), id="UTF-8 with a mark"),
            pytest.param(table(HANNA).encode("utf-16"), id="UTF-16, as Excel's Unicode text"),
            pytest.param(table(HANNA, end="\r\n").encode(), id="lines of Windows"),
            pytest.param(table(HANNA, end="\n\n").encode(), id="blank lines"),
            pytest.param(table(f"{HANNA}\n,,,,,,,").encode(), id="a line of empty cells"),
            pytest.param(table(HANNA).replace(",", ";").encode(), id="semicolons"),
            pytest.param(table(HANNA).replace(",", "\t").encode(), id="tabs"),
            pytest.param(table(HANNA).replace(",", "|").encode(), id="bars"),
            pytest.param(table(HANNA).upper().encode().replace(b"HANNA@EX", b"hanna@ex"), id="capitals"),
            pytest.param(table(HANNA, header=HEADER.replace(" ", "_").lower()).encode(), id="underscores"),
        ],
    )
    def test_a_file_is_read_however_it_was_saved(self, desk, content):
        assert counts(desk.load(content)) == (1, 0, 0, 0, 0)
        assert desk.only().account == "EB-1"
        assert desk.only().milestones == {"m1": "2026-10-31"}

    def test_windows_letters(self, desk):
        desk.load(table(HANNA.replace("Hanna", "Zoë O’Neil")).encode("cp1252"))
        assert desk.only().name == "Zoë O’Neil (homeowner)"

    @pytest.mark.parametrize(
        ("column", "titles"),
        [
            (
                "name",
                ["Name", "CUSTOMER NAME", "customer_name", "Homeowner", "Full  Name", "Homeowner’s Name"],
            ),
            ("address", ["Address", "Property Address", "SITE-ADDRESS", "street address"]),
            ("phone", ["Phone", "Phone #", "Mobile Phone", "primary_phone"]),
            ("email", ["Email", "E-mail", "Email Address", "customer email"]),
            ("m1", ["M1", "M1 Approval Date", "m1 approved", "Milestone 1", "Milestone 1 Date", "M1-Date"]),
            ("pto", ["PTO", "PTO Date", "Permission to Operate", "PTO approval date"]),
            ("account", ["Account Number", "Account #", "External ID", "customer id", "ID"]),
            ("installer", ["Installer", "Installer Name", "Dealer"]),
        ],
    )
    def test_a_column_goes_by_many_names(self, desk, column, titles):
        for title in titles:
            others = {"name": "Name", "address": "Address"}
            others.pop(column, None)
            header = ",".join([title, *others.values()])
            report = desk.load(f"{header}\n,,\n")
            assert report.ignored == [], title

    def test_columns_that_are_not_used_are_named(self, desk):
        report = desk.load(
            "Name,Favourite Colour,Address,Mobile,Phone\nHanna,blue,1 Sunny Side,555-0102,555-0101\n"
        )
        assert report.ignored == ["Favourite Colour", "Mobile"]
        assert desk.only().phone == "555-0101"

    def test_an_address_over_two_lines_and_in_four_columns(self, desk):
        desk.load(
            'Name,Address,City,State,ZIP\nHanna,"1 Sunny Side,\nUnit 4",Springfield,UT,84000\nOlga,2 Elm,,,\n'
        )
        assert [each.address for each in desk.listed()] == [
            "1 Sunny Side, Unit 4, Springfield, UT 84000",
            "2 Elm",
        ]

    @pytest.mark.parametrize(
        ("cell", "state"),
        [
            ("10/31/2026", "2026-10-31"),
            ("1/2/26", "2026-01-02"),
            ("10/31/2026 12:00:00 AM", "2026-10-31"),
            ("2026-10-31", "2026-10-31"),
            ("2026-10-31T08:00:00", "2026-10-31"),
            ("not yet", "not_yet"),
            ("Pending", "not_yet"),
            ("", None),
            ("N/A", None),
        ],
    )
    def test_a_milestone_is_a_day_or_not_yet(self, desk, cell, state):
        desk.load(f"Name,Address,M2\nHanna,1 Sunny Side,{cell}\n")
        assert desk.only().milestones.get("m2") == state

    def test_a_workbook(self, desk, tmp_path):
        book = Workbook()
        book.active.append(["Account ID", "Customer Name", "Property Address", "Phone", "M1", "M2", "M3"])
        book.active.append(
            [4711, "Hanna", "1 Sunny Side", 2025550101, date(2026, 10, 31), "10/30/2026", None]
        )
        book.active.append([])
        book.active.append(
            [
                4712.0,
                "Olga",
                "2 Elm",
                None,
                datetime.fromisoformat("2026-10-31T12:00"),
                "2026-10-30",
                "tomorrow",
            ]
        )
        book.save(tmp_path / "book.xlsx")
        report = load(desk.memory, HOMEOWNERS, tmp_path / "book.xlsx", NOW, TODAY)
        assert (counts(report), [each.line for each in report.wrong]) == ((1, 0, 0, 0, 1), [4])
        assert desk.only().account == "4711"
        assert desk.only().phone == "2025550101"
        assert desk.only().milestones == {"m1": "2026-10-31", "m2": "2026-10-30"}


class TestWrongRows:
    @pytest.mark.parametrize(
        ("row", "column", "why"),
        [
            (f"EB-9,,{SECRET} Street,,,,,", "Customer Name", "This is empty"),
            (f"EB-9,{SECRET},  ,,,,,", "Property Address", "This is empty"),
            (f"EB-9,{SECRET},9 Elm,555,,,,", "Phone", "not a phone number"),
            (f"EB-9,{SECRET},9 Elm,,{SECRET},,,", "E-Mail", "not an e-mail address"),
            (f"EB-9,{SECRET},9 Elm,,,{SECRET},,", "Program", "not a program"),
            (f"EB-9,{SECRET},9 Elm,,,,{SECRET},", "Product", "not a product"),
            (f"EB-9,{SECRET},9 Elm,,,,,{SECRET}", "M1 Approval Date", "not a date"),
            (f"EB-9,{SECRET},9 Elm,,,,,31/10/2026", "M1 Approval Date", "not a date"),
            (f"EB-9,{SECRET},9 Elm,,,,,2026-02-30", "M1 Approval Date", "not a date"),
            (f"EB-9,{SECRET},9 Elm,,,,,11/19/2026", "M1 Approval Date", "lies in the future"),
            (f"EB-9,{SECRET * 40},9 Elm,,,,,", "Customer Name", "280 characters long. Shorten it to 200"),
            (f"EB-9,{SECRET},9 Elm,Unit 4,,,,,{SECRET}", "the row", "9 cells, but 8 columns"),
            (f"EB-1,{SECRET},9 Elm,,,,,", "the row", "stands in line 2 already"),
        ],
    )
    def test_it_is_reported_by_its_line_and_the_rest_loads(self, desk, row, column, why):
        report = desk.load(table(HANNA, row, OLGA))
        wrong = [each for each in report.wrong if each.column == column]
        assert [(each.line, why in each.why) for each in wrong] == [(3, True)]
        assert [each.account for each in desk.listed()] == ["EB-1", "EB-2"]
        assert SECRET not in "\n".join(lines_of(report, HOMEOWNERS))

    def test_lines_are_those_of_the_file(self, desk):
        content = table("", HANNA.replace("1 Sunny Side", '"1\nSunny\nSide"'), "", "EB-9,,9 Elm,,,,,", OLGA)
        report = desk.load(content)
        assert [each.line for each in report.wrong] == [7]

    def test_several_cells_of_one_row(self, desk):
        report = desk.load(table("EB-9,,9 Elm,x,y,,,"))
        assert [each.column for each in report.wrong] == ["Customer Name", "Phone", "E-Mail"]
        assert report.left_out == 1


class TestRefused:
    @pytest.mark.parametrize(
        ("content", "name", "why"),
        [
            (b"", "homeowners.csv", "is empty"),
            (b"\n\n", "homeowners.csv", "is empty"),
            (
                b"Name,Phone\nHanna,1\n",
                "homeowners.csv",
                "no column for Property Address.*found: Name, Phone",
            ),
            (
                f"{SECRET},9 Elm\n".encode(),
                "homeowners.csv",
                "no column for Name and Property Address.*none that",
            ),
            (b"Name,Address,Name\n", "homeowners.csv", "the column Name twice"),
            (b'Name,Address\nHanna,"1 Sunny\nOlga,2 Elm\n', "homeowners.csv", "line 2: the quotation marks"),
            (b"Name,Address\nHanna\x00,1\n", "homeowners.csv", "is no text"),
            (b"PK\x03\x04nothing", "homeowners.xlsx", "is not an Excel workbook"),
            (b"%PDF", "homeowners.pdf", "neither a .csv nor an .xlsx"),
        ],
        ids=[
            "empty",
            "blank",
            "a needed column is missing",
            "no header at all",
            "a column twice",
            "an open quote",
            "binary",
            "a broken workbook",
            "another kind",
        ],
    )
    def test_a_bad_file_changes_nothing(self, desk, content, name, why):
        desk.load(table(OLGA))
        with pytest.raises(ImportRefused, match=why) as caught:
            desk.load(content, name)
        assert SECRET not in str(caught.value)
        assert desk.only().account == "EB-2"

    def test_a_file_that_breaks_on_the_way_changes_nothing(self, desk):
        rows = [f"EB-{n},Hanna {n},{n} Sunny Side,,,,," for n in range(2500)]
        with pytest.raises(ImportRefused, match="line 2502: the quotation marks"):
            desk.load(table(*rows, 'EB-9,"Hanna'))
        assert desk.listed() == []

    @pytest.mark.parametrize("name", ["-", "nowhere.csv", ""])
    def test_a_file_that_is_not_there(self, desk, name):
        with pytest.raises(ImportRefused, match="There is no file"):
            load(desk.memory, HOMEOWNERS, desk.folder / name, NOW, TODAY)


class TestCommand:
    @pytest.mark.parametrize(
        ("content", "code", "said"),
        [
            (table(HANNA, OLGA), 0, ["2 rows of homeowners.", "2 new, 0 changed, 0 as they were."]),
            (
                table(HANNA, "EB-9,,9 Elm,,,,,"),
                1,
                ["1 rows were left out", "line 3, Customer Name: This is empty."],
            ),
            ("Name\nHanna\n", 2, ["no column for Property Address"]),
        ],
        ids=["all", "some", "none"],
    )
    def test_it_says_what_became_of_the_file(self, work, desk, content, code, said):
        @contextmanager
        def opened(to_change):
            assert to_change
            yield work.desk

        app = typer.Typer()
        import_commands.add_to(app, opened)
        result = CliRunner().invoke(app, ["import", "homeowners", str(desk.file(content))])
        assert result.exit_code == code, result.output
        assert all(each in result.output for each in said), result.output


class TestSample:
    def test_the_sandbox_has_one_of_every_kind(self, desk):
        load_sample(desk.memory, SANDBOX.parent, NOW, TODAY)
        with desk.memory.read() as work:
            listed = [work.directory.homeowner(n) for n in range(1, work.directory.count_homeowners() + 1)]
            assert {each.program for each in listed} == {"everbright", "beam", "concert"}
            assert {each.product for each in listed} == {"ric", "ppa", ""}
            assert {each.milestones.get("m3", "")[:4] for each in listed} == {"", "not_", "2026"}
            assert all(work.directory.installer_named(each.installer) for each in listed)

    def test_what_was_imported_is_left_alone(self, desk):
        desk.load(table(HANNA))
        load_sample(desk.memory, SANDBOX.parent, NOW, TODAY)
        assert desk.only().account == "EB-1"

"""Appointments that cannot be handled: they are left in place, and hold up no other."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from bot import cases, follow_ups
from bot.desk import Desk
from bot.sop import Event
from storage import open_database
from tests.bot.desk import NOW, facts, playbooks

ADA = "U0ADA00001"
LATER = NOW + timedelta(days=7)


def test_an_appointment_that_fails_is_logged_and_kept_and_the_next_one_rings(url, caplog):
    with open_database(url, NOW) as database:
        desk = Desk(database, playbooks(), {})
        for _ in range(2):
            with database.write() as work:
                case = cases.open_case(work, desk, facts(), ADA, NOW)
                cases.report(work, desk, case.number, Event("installer_email_sent", NOW, {}, ADA), NOW)
        with database._writer.begin() as connection:
            connection.execute(text("UPDATE cases SET content = '{}' WHERE number = 1001"))
        assert follow_ups.ring(desk, LATER) == 1
        assert [each.message.split(":")[0] for each in caplog.records] == ["HC-1001"]
        with database.read() as work:
            assert work.follow_ups.next_due() is not None
            assert [each.to for each in work.outbox.originals(1002, "reminder")] == [ADA]
        assert follow_ups.ring(desk, LATER) == 0

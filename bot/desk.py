"""What every use case is handed: the memory, the rulebook, and the systems of record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.errors import CaseError, PlaybookError
from bot.look_up import LookUp
from bot.people import Strangers
from bot.playbooks import playbooks_from
from bot.ports import Connector, Memory, People, Work
from bot.sop import Case, Playbooks
from bot.sop.organisation import Contact, Organisation
from bot.sop.rota import Rota
from bot.stored import RotaChange
from bot.systems import Manual


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk, ready to work. `by_hand` and `connectors` are by the names of the vocabulary.

    A system without a connector is worked by hand, and every one can be. `playbooks` are today's; `read`
    holds those of earlier versions that were asked for, by their hash. `look_up` is the live list of
    homeowners, None where there is the import alone. `sent_by_people` are the steps whose mail people go on
    sending themselves, whatever is connected (D-25).
    """

    memory: Memory
    playbooks: Playbooks
    by_hand: Mapping[str, Manual]
    people: People = field(default_factory=Strangers)
    read: dict[str, Playbooks] = field(default_factory=dict)
    connectors: Mapping[str, Connector] = field(default_factory=dict)
    look_up: LookUp | None = None
    sent_by_people: frozenset[str] = frozenset()

    @property
    def organisation(self) -> Organisation:
        """Whom to reach, when and where."""
        return self.playbooks.organisation

    @property
    def zone(self) -> str:
        """The zone in which the desk says when something is due."""
        return self.organisation.calendar.timezone

    def is_lead(self, user: str) -> bool:
        """Whether this Slack user leads."""
        return user in self.expanded(self.organisation.roles.leads)

    def expanded(self, ids: Iterable[str]) -> frozenset[str]:
        """Slack user ids, with the members of a user group where its id stands."""
        people = {each for each in ids if not each.startswith("S")}
        groups = (self.people.members_of(each) for each in ids if each.startswith("S"))
        return frozenset(people.union(*groups))

    def keep_version(self, now: datetime) -> None:
        """Store today's playbooks, so that what begins under them can go on under them."""
        with self.memory.write() as work:
            work.versions.keep(self.playbooks.version, self.playbooks.files, now)

    def for_case(self, case: Case, work: Work) -> Desk:
        """The desk of today, with the playbooks that the case began under.

        A version that was never stored is older than the storing of versions: today's stand in for it.
        Raises CaseError for one that this desk can no longer read.
        """
        version = case.playbook
        if version != self.playbooks.version and version not in self.read:
            self.read[version] = self._stored(version, work)
        began_under = replace(self.read.get(version, self.playbooks), organisation=self.organisation)
        desk = replace(self, playbooks=began_under).today(work)
        return desk.with_contacts(work, case.facts.installer.name)

    def with_contacts(self, work: Work, *installers: str) -> Desk:
        """The desk that knows the imported account managers of these installers; desk.yaml's own win."""
        organisation = self.organisation
        for installer in filter(None, installers):
            listed = work.directory.installer_named(installer)
            if listed is not None and listed.account_manager != Contact():
                organisation = organisation.knowing(installer, listed.account_manager)
        return replace(self, playbooks=replace(self.playbooks, organisation=organisation))

    def today(self, work: Work, now: datetime | None = None) -> Desk:
        """The desk with what was changed about its organisation: who is on call instead, who is away or left.

        With `now`, without the changes that were over a day before.
        """
        since = None if now is None else now - timedelta(days=1)
        return self.with_changes(work.rota_changes.standing(since))

    def with_changes(self, made: Iterable[RotaChange]) -> Desk:
        """The desk whose rota has exactly these changes."""
        organisation = replace(self.organisation, rota=self._rota(made))
        return replace(self, playbooks=replace(self.playbooks, organisation=organisation))

    def _rota(self, made: Iterable[RotaChange]) -> Rota:
        rota = self.organisation.rota
        known = {person.slack_id: person for person in rota.roster if person.slack_id}
        changes = tuple(
            replace(held, people=tuple(known.get(person.slack_id, person) for person in held.people))
            for held in (each.held for each in made)
        )
        rota = replace(rota, changes=changes)
        left = (p.slack_id for p in rota.people if p.slack_id and not self.people.is_active(p.slack_id))
        return replace(rota, gone=frozenset(left))

    def _stored(self, version: str, work: Work) -> Playbooks:
        files = work.versions.files_of(version)
        if files is None:
            return self.playbooks
        try:
            return playbooks_from(files, self.organisation)
        except PlaybookError as error:
            raise CaseError(
                f"The playbooks that this case began under can no longer be read ({error}). "
                "Ask whoever runs the desk to move it to today's: app.py sop migrate --to-current."
            ) from error

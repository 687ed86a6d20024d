"""Everything that can go wrong, drawn as one tree.

DeskError
├── StartError               the desk cannot start; the command line ends with exit code 2
│   ├── SettingsError          desk.yaml, .env or the environment
│   ├── PlaybookError          a playbook file
│   └── DatabaseError          the database: newer, locked by another process, unreachable
├── OutOfReach               the database cannot be used just now
├── TooLate                  a form that can no longer be opened, for too much time has passed since the click
├── ImportRefused            a file that cannot be imported; nothing was changed
├── MapError                 a picture of a playbook that cannot be drawn
├── FactsError               a fact that is not of its form; names the fact
├── CaseError                a case that cannot do what was asked of it
│   ├── UnknownCase
│   ├── MovedOn                the case changed since the button was drawn
│   ├── WrongColleague         somebody who cannot be given the case
│   ├── AlreadyOpen            the same complaint is open; carries the numbers of the cases
│   └── NotAllowed             a rule or a role forbids it; carries the citations
└── DeliveryError            an outside system did not take what was sent
    ├── RateLimited            certainly not done; carries the seconds to wait
    ├── NotLetIn               the system does not let the desk in; an admin has to mend that
    ├── Unreached              certainly not done, and nothing was left there: to be tried again
    ├── OutcomeUnknown         perhaps done: look before sending again
    └── Rejected               certainly not done, and will not be by trying again

Every message says what happened, to what, and what to do next.
"""

from __future__ import annotations

from collections.abc import Sequence


class DeskError(Exception):
    """Something in the desk went wrong."""


class StartError(DeskError):
    """The desk cannot start."""


class SettingsError(StartError):
    """A setting is missing or not of its form."""


class PlaybookError(StartError):
    """A playbook file does not hold."""


class DatabaseError(StartError):
    """The database cannot be used."""


class TooLate(DeskError):
    """Too much time has passed since the click to open a form; nothing was changed."""


class OutOfReach(DeskError):
    """The database cannot be used just now: it is gone, restarting, full, or held up by another."""


class ImportRefused(DeskError):
    """A file cannot be imported; nothing was changed."""


class MapError(DeskError):
    """A picture of a playbook cannot be drawn."""


class FactsError(DeskError):
    """A fact is not of its form.

    `fact` is its dotted id, as in `milestones.m1`.
    """

    def __init__(self, fact: str, message: str) -> None:
        super().__init__(message)
        self.fact = fact


class CaseError(DeskError):
    """A case cannot do what was asked of it."""


class UnknownCase(CaseError):
    """No case has that number."""


class MovedOn(CaseError):
    """The case changed since this was shown."""


class WrongColleague(CaseError):
    """Somebody cannot be given the case."""


class AlreadyOpen(CaseError):
    """The same complaint is open already (D-22). `numbers` holds the cases'."""

    def __init__(self, numbers: Sequence[int]) -> None:
        names = ", ".join(f"HC-{number}" for number in numbers)
        super().__init__(f"The same complaint is open: {names}. Say why it needs another case.")
        self.numbers = tuple(numbers)


class NotAllowed(CaseError):
    """A rule or a role forbids it. `cites` holds the R- and D- ids behind the refusal."""

    def __init__(self, message: str, cites: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.cites = cites


class DeliveryError(DeskError):
    """An outside system did not take what was sent.

    `traceless` says that this try has certainly left nothing there, not even a part of it.
    """

    traceless = False


class RateLimited(DeliveryError):
    """The system asks to wait; nothing was done. `seconds` is how long."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class NotLetIn(DeliveryError):
    """The system does not let the desk in: nothing was done, and nothing will be until an admin has mended
    it.
    """

    def __init__(self, message: str, *, traceless: bool = False) -> None:
        super().__init__(message)
        self.traceless = traceless


class Unreached(DeliveryError):
    """The system could not be reached, or was busy, before anything was begun there."""

    traceless = True


class OutcomeUnknown(DeliveryError):
    """The reply was lost: the system may have acted or not."""


class Rejected(DeliveryError):
    """The system refused for good; trying again would not help."""

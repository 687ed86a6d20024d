"""Who works in the week, by their Slack ids, and the channels they read."""

from __future__ import annotations

AGENTS = {"ada": "U0ADA00001", "ben": "U0BEN00002", "amy": "U0AMY00011"}
CLERKS = {"bo": "U0BO000003", "bea": "U0BEA00012"}
LEAD = {"lea": "U0LEA00004"}
CONFIRMERS = {
    "cleo": "U0CLEO0005",
    "cora": "U0CORA0006",
    "cyrus": "U0CYRUS007",
    "cato": "U0CATO0008",
    "cyd": "U0CYD00009",
}
OUTSIDER = {"otto": "U0OTTO0010"}
EVERYBODY = {**AGENTS, **CLERKS, **LEAD, **CONFIRMERS, **OUTSIDER}
CASEWORKERS = {**AGENTS, **CLERKS, **LEAD}
TRAINED = frozenset({AGENTS["ada"]})
LEADERS = frozenset(LEAD.values())
CHANNEL = {
    "confirmations": "support-and-cs-team-members-only",
    "leads": "complaint-leads",
    "front_line": "support-and-cs-team-members-only",
    "trained_agent": "complaint-leads",
    "back_office": "complaint-back-office",
}
"""Where the desk speaks to whom."""

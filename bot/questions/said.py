"""What agents call what a rule is about, where the SOP's own words are others. It is never shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SAID: Final[Mapping[str, str]] = {
    "R-002": "ticket create which queue unresponsive silent",
    "R-003": "mail installer unresponsive silent phone call homeowner best time number",
    "R-004": "follow up check back homeowner wait long days business heard installer call due",
    "R-005": "homeowner happy satisfied close ticket thank",
    "R-006": "homeowner not heard still nothing installer unresponsive",
    "R-009": "account manager copy loop participant second attempt subsequent",
    "R-010": "salesforce case needed pto delay missing equipment before m2 m3",
    "R-011": "salesforce case needed examples rude vulgar yelling not connected missing equipment damage",
    "R-012": "front line steps rude installer complaint escalation beam",
    "R-013": "back office steps installer complaint",
    "R-014": "referral comment wording installer complaint unresponsive outreach",
    "R-015": "beam concert steps procedure installer complaint",
    "R-016": "trained agent handle escalation allowed take hand over transfer colleague not trained",
    "R-017": "irate angry upset mad furious supervisor manager leadership boss escalate",
    "R-018": "agree wait call back promise time callback when",
    "R-019": "refuse wait before warm transfer words voicemail unavailable nobody picks",
    "R-020": "warm transfer resolution specialist refuse wait",
    "R-021": (
        "sensitive qualifiers list thirteen 13 lawyer attorney legal counsel sue lawsuit "
        "fraudulent claims illegal "
        ""
        "actions agreement violations falsified forged records mischaracterization nonregistered "
        "company slander "
        "better business bureau complaint social media facebook review unlicensed contractor "
        "foreclosure notice "
        "lien "
        "requests creditors review leads"
    ),
    "R-022": "verification ask email address file access sales representative created",
    "R-023": "questions ask fraud sales representative contract promises agreement documentation review",
    "R-024": (
        "close closing words end call escalation main concern record text messages proof evidence investigate"
    ),
    "R-027": "wrong meter gather information before case",
    "R-028": "meter number find located utility bill",
    "R-029": "photo meter required need",
    "R-030": "wrong meter front line steps hand over back office",
    "R-031": "mail installer send write describe issue",
    "R-032": "mail installer include name address phone what information",
    "R-033": "closure comments close salesforce case write before",
    "R-034": "not heard installer 2 days two days referral follow up back office check",
    "R-035": "copy homeowner beam concert mail installer add",
    "R-036": "commitment mail week homeowner one 1 beam concert follow up",
    "R-037": "meter fixed corrected moved tell homeowner",
    "R-038": "installer not willing refuse help wrong meter",
    "R-041": "salesforce case request type damage property create",
    "R-042": "subtype which option salesforce",
    "R-043": "description salesforce case",
    "R-044": "related installer homeowner salesforce case",
    "R-045": "reassign back office queue chat phone who owns",
    "R-046": "back office own rest process who owns",
    "R-047": "maintenance production issues low producing warranty system not producing",
    "R-048": "omnidian service department refer ppa",
    "R-049": "omnidian number contact warm transfer service department",
    "R-050": "omnidian ppa talk installer",
    "R-051": "omnidian spoke already sent back transferred us",
    "R-053": "notes record internal comment ticket pertinent information",
    "R-054": "greet greeting answer call opening script verify name address",
    "R-055": "look up find account power bi dashboard where",
    "R-056": "not found power bi platform not exist concert customer confirm",
    "R-057": "slack post channel tag confirm concert support team members",
    "R-058": (
        "tag weekday monday tuesday wednesday thursday friday morning noon afternoon day 9 6 confirmers "
        "names people"
    ),
    "R-059": "tag evening night weekend saturday sunday after 6 9 confirmers names people",
    "R-060": "everbright ask associated association relation who company concert financier why calling",
    "R-061": "contact details current phone number email verify",
    "R-062": "new changed different phone number email contact details update ticket note",
    "R-063": "help assist what call about",
    "R-064": "resolved on call close ticket goodbye words",
    "R-065": "welcome call",
    "R-066": "tell homeowner installer notified words contact installer",
    "R-067": "fraud compliance words get back shortly",
    "R-068": "cancel cancellation contract wants out",
    "R-069": "organization field ticket installer name",
    "R-070": "labels label ticket",
    "R-071": "phone number email inbound internal comment",
    "R-072": (
        "copy homeowner concert support risk never allowed forward thread add as request participant ticket"
    ),
    "R-073": "linked ticket installer create second link",
    "R-074": "summary title subject installer ticket",
    "R-075": "installer email address field ticket",
    "R-076": "request participants who general inquiries",
    "R-077": "fraud compliance request type",
    "R-078": "account manager participant add general concern always",
    "R-079": "support channel field select",
    "R-080": "reply installer wording text says hello",
    "R-081": "follow up installer attempt log 2/2 1/2 count chase not answer",
    "R-082": (
        "account manager mail outlook when every two days attempts follow up after second attempt 2/2 next"
    ),
    "R-083": "concert installer no answer both attempts",
    "R-084": "account manager compliance contact stay participant keep",
    "R-085": "close both tickets confirmation receipt installer replied",
}

"""The law of access, pure: HTTP, messages and batch ask these functions, which read no clock, table or request."""

from dossier_service.access.domain.decision import UNKNOWN, Decision, decide
from dossier_service.access.domain.lifecycle import (
    HOLDER_KEEPS_ACCESS,
    LAPSES_AFTER,
    LIVE,
    GrantState,
    Move,
    lapse_date,
    next_right,
    next_state,
    resent_too_often,
    why_not_resend,
)
from dossier_service.access.domain.management import (
    why_not_add_person,
    why_not_change_person,
    why_not_change_team,
    why_not_hand_over,
    why_not_manage,
    why_not_open,
    why_not_remove_person,
    why_not_see_rights,
)
from dossier_service.access.domain.refusals import Refusal
from dossier_service.access.domain.standing import GrantStanding, StaffStanding, Standing
from dossier_service.access.domain.table import A7, Action, Cell, Limit, Party, Row, Section

__all__ = [
    "A7",
    "HOLDER_KEEPS_ACCESS",
    "LAPSES_AFTER",
    "LIVE",
    "UNKNOWN",
    "Action",
    "Cell",
    "Decision",
    "GrantStanding",
    "GrantState",
    "Limit",
    "Move",
    "Party",
    "Refusal",
    "Row",
    "Section",
    "StaffStanding",
    "Standing",
    "decide",
    "lapse_date",
    "next_right",
    "next_state",
    "resent_too_often",
    "why_not_add_person",
    "why_not_change_person",
    "why_not_change_team",
    "why_not_hand_over",
    "why_not_manage",
    "why_not_open",
    "why_not_remove_person",
    "why_not_resend",
    "why_not_see_rights",
]

"""What the portal users area takes and gives over HTTP."""

from datetime import datetime
from uuid import UUID

from event_contracts.identity import AccountState
from event_contracts.people import Right

from dossier_service.access.domain import GrantState
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.edge.fields import Input, Note, Output, Reason
from dossier_service.portal_users.domain import PortalUserState
from dossier_service.portal_users.repository import PortalUserLine
from dossier_service.portal_users.tables import PortalUser


class DeactivationIn(Input):
    """Why; journaled, and told to the person (A5)."""

    reason: Reason


class ReactivationIn(Input):
    """Why, if there is something to say; journaled, and told to the person."""

    reason: Note | None = None


class PortalGrantOut(Output):
    """A live grant on a dossier that the caller may know of."""

    id: UUID
    dossier_id: UUID
    dossier_name: str
    role: PersonRole
    right: Right
    state: GrantState


class PortalUserOut(Output):
    """An account as this firm sees it; name and e-mail are the firm's own, as last offered."""

    account_id: UUID
    given_name: str
    family_name: str
    email: str
    user_name: str | None
    account_state: AccountState | None
    state: PortalUserState
    reason: str | None
    changed_at: datetime | None
    grants: tuple[PortalGrantOut, ...]

    @classmethod
    def of(cls, line: PortalUserLine) -> "PortalUserOut":
        return cls(
            account_id=line.account_id,
            given_name=line.given_name,
            family_name=line.family_name,
            email=line.email,
            user_name=line.user_name,
            account_state=line.account_state,
            state=line.state,
            reason=line.reason,
            changed_at=line.changed_at,
            grants=tuple(
                PortalGrantOut(
                    id=grant.grant_id,
                    dossier_id=grant.dossier_id,
                    dossier_name=grant.dossier_name,
                    role=grant.role,
                    right=grant.right,
                    state=grant.state,
                )
                for grant in line.grants
            ),
        )


class PortalUserDecisionOut(Output):
    """What the firm decided about an account last."""

    account_id: UUID
    state: PortalUserState
    reason: str | None
    changed_at: datetime

    @classmethod
    def of(cls, user: PortalUser) -> "PortalUserDecisionOut":
        return cls(account_id=user.account_id, state=user.state, reason=user.reason, changed_at=user.changed_at)

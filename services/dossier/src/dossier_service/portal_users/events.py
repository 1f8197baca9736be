"""From the portal users area to the contracts."""

from event_contracts.firms import NoticeKind, NoticeLine, PortalUserDeactivated, PortalUserReactivated

from dossier_service.portal_users.domain import PortalUserState
from dossier_service.portal_users.tables import PortalUser


def decided(user: PortalUser) -> PortalUserDeactivated | PortalUserReactivated:
    """The firm keeps the account out, or lets it in again."""
    if user.state is PortalUserState.DEACTIVATED:
        return PortalUserDeactivated(firm_id=user.firm_id, account_id=user.account_id)
    return PortalUserReactivated(firm_id=user.firm_id, account_id=user.account_id)


def news(user: PortalUser, by: str) -> NoticeLine:
    """The same as the person is told it, with the reason."""
    is_out = user.state is PortalUserState.DEACTIVATED
    kind = NoticeKind.DEACTIVATED if is_out else NoticeKind.REACTIVATED
    return NoticeLine(kind=kind, at=user.changed_at, by=by, reason=user.reason)

"""What the closing area takes over HTTP."""

from event_contracts.dossier import ClosedAccess

from dossier_service.edge.fields import Input, Reason


class ClosingIn(Input):
    """What outside parties keep, and why it is closed; the reason is kept in the journal and told to staff only."""

    access: ClosedAccess
    reason: Reason


class ReopeningIn(Input):
    """Why the dossier is opened again; kept in the journal and told to staff only."""

    reason: Reason

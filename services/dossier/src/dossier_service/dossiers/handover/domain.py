"""Who hands all of a manager's dossiers over at once (A1). Pure."""

from dossier_service.access.domain import Refusal
from dossier_service.firms.domain import StaffRole

_NOT_THEIRS = Refusal(
    "forbidden", "administrator_only", "A1", "only an administrator or the manager hands over all dossiers of a manager"
)


def why_not_hand_over_all(caller: StaffRole, *, is_manager: bool) -> Refusal | None:
    """An administrator does, and the manager whose dossiers they are."""
    return None if is_manager or caller is StaffRole.ADMINISTRATOR else _NOT_THEIRS

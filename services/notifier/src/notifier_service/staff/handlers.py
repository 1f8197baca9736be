"""What notifier does with dossier's words on staff, and identity's on sessions. Any order, any number of times."""

from event_contracts import Event
from event_contracts.firms import StaffChanged, StaffJoined, StaffRemoved
from event_contracts.security import SessionEnded
from service_kit.db import UnitOfWork
from service_kit.messaging import Outcome, handle

from notifier_service.deps import NotifierDeps
from notifier_service.messages.service import close
from notifier_service.staff import repository
from notifier_service.staff.domain import known_role
from notifier_service.staff.repository import ENDED_SESSIONS


async def on_staff_joined(event: Event[StaffJoined], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """The place is taken (A14)."""
    await _keep(event, uow)
    return None


async def on_staff_changed(event: Event[StaffChanged], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """The role is another one (A14)."""
    await _keep(event, uow)
    return None


async def on_staff_removed(event: Event[StaffRemoved], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """The place gives nothing any more (A14), and a notice of it that waits would tell of what is no more (M4)."""
    data = event.data
    close(uow, data.membership_id, "the place in the staff is gone")
    await repository.keep_place(uow, data.membership_id, data.firm_id, None, None, event.order)
    return None


async def _keep(event: Event[StaffJoined] | Event[StaffChanged], uow: UnitOfWork) -> None:
    data = event.data
    role = known_role(data.role)
    await repository.keep_place(uow, data.membership_id, data.firm_id, data.account_id, role, event.order)


HANDLERS = (
    handle(StaffJoined, on_staff_joined),
    handle(StaffChanged, on_staff_changed),
    handle(StaffRemoved, on_staff_removed),
    handle(SessionEnded, ENDED_SESSIONS.on_session_ended),
)

"""What notifier does with dossier's words on firms. Any order, any number of times."""

from event_contracts import Event
from event_contracts.firms import FirmConfigured
from service_kit.db import UnitOfWork
from service_kit.messaging import Outcome, Reject, handle

from notifier_service.deps import NotifierDeps
from notifier_service.firms import repository
from notifier_service.firms.domain import look_of
from notifier_service.messages.domain import UnsafeText, plain_line


async def on_firm_configured(event: Event[FirmConfigured], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """The firm's mails look like this from now on, those that wait included (R5)."""
    data = event.data
    try:
        name, look = plain_line(data.firm.name, "firm.name"), look_of(data.brand)
    except UnsafeText as error:
        return Reject(str(error))
    await repository.keep_look(uow, data.firm.firm_id, name, look, event.order)
    return None


HANDLERS = (handle(FirmConfigured, on_firm_configured),)

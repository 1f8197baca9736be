"""Sign-in information again (K2): the answer is the same whether the person has an account or not (I1, I7)."""

from datetime import timedelta
from uuid import UUID

from service_kit.db import UnitOfWork

from dossier_service.access import domain as law
from dossier_service.access.grants import events, repository
from dossier_service.access.grants.service import changeable_grant, entered, giver_in
from dossier_service.access.grants.tables import Grant
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.dossiers import repository as dossiers
from dossier_service.edge.refusals import require


async def resend(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, grant_id: UUID, custom_text: str | None) -> Grant:
    """Whoever may change the grant has it sent again: a fresh invitation, or user name and sign-in address (K2, A2)."""
    dossier, standing = await entered(uow, account_id, dossier_id)
    grant, person = await changeable_grant(uow, standing, dossier, grant_id)
    at = await uow.now()
    asked = await repository.resends_since(uow, grant.firm_id, grant.email, at - timedelta(hours=1))
    kept_out = await repository.is_kept_out(uow, grant)
    suspended = law.why_suspended(
        grant.state, deceased=person.deceased_on is not None, closed=dossier.closed_access is not None
    )
    require(law.why_not_resend(grant.state, asked, deactivated=kept_out, suspended=suspended))
    repository.keep_resend(uow, grant.firm_id, grant.email, at)
    fact = Fact("sign_in_information_resent", grant.firm_id, "grant", grant.id, "K2", dossier.id)
    journal.add(uow, Actor.account(account_id), fact, at)
    _, firm, _ = await dossiers.cover(uow, dossier.id)
    uow.outbox.add(events.sign_in_information_requested(grant, firm, giver_in(standing).name, custom_text))
    return grant

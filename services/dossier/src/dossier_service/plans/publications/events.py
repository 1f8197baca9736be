"""From the publications area to the contracts."""

from collections.abc import Sequence

from event_contracts.plans import PlanPublished, PlanRecipient

from dossier_service.dossiers.tables import Dossier
from dossier_service.firms.events import firm_ref
from dossier_service.firms.tables import Firm
from dossier_service.plans.publications.domain import Reader
from dossier_service.plans.publications.tables import PlanPublication


def plan_published(
    publication: PlanPublication,
    title: str,
    dossier: Dossier,
    firm: Firm,
    published_by: str,
    custom_text: str | None,
    told: Sequence[Reader],
) -> PlanPublished:
    """A version reached people; those who are told have an account, and notifier knows their addresses."""
    return PlanPublished(
        plan_id=publication.plan_id,
        dossier_id=dossier.id,
        publication_id=publication.id,
        version=publication.version,
        title=title,
        dossier_name=dossier.name,
        firm=firm_ref(firm),
        published_by=published_by,
        custom_text=custom_text,
        recipients=tuple(
            PlanRecipient(grant_id=reader.grant_id, account_id=reader.account_id)
            for reader in told
            if reader.account_id is not None
        ),
    )

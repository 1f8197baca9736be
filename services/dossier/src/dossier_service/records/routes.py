"""HTTP of the records area: the family structure, and the collections of every kind of record."""

from dossier_service.edge.routing import router as make_router
from dossier_service.records.family.routes import router as family
from dossier_service.records.kinds.assets import ASSETS
from dossier_service.records.kinds.billing import INVOICES
from dossier_service.records.kinds.billing import router as billing
from dossier_service.records.kinds.gifts import GIFTS
from dossier_service.records.kinds.profile import EXPENSES, GOALS, INCOMES
from dossier_service.records.kinds.profile_page import router as profile
from dossier_service.records.kinds.tools import REPORTS, SIMULATIONS

collections = make_router("records")
for collection in (ASSETS, GIFTS, INCOMES, EXPENSES, GOALS, SIMULATIONS, REPORTS, INVOICES):
    collection.serve(collections)

ROUTERS = (family, profile, billing, collections)

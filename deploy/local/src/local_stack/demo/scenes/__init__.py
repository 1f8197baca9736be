"""The scenes of the story, in the order they are played; each does one thing and says what happened."""

from local_stack.demo.scenes import (
    advising,
    bouncing,
    company,
    declining,
    dossier,
    firm,
    holder,
    holding,
    invitation,
    leaving_staff,
    letting_in,
    owning,
    planning,
    second_dossier,
)

SCRIPT = (
    *firm.SCENES,
    *dossier.SCENES,
    *invitation.SCENES,
    *holder.SCENES,
    *second_dossier.SCENES,
    *declining.SCENES,
    *bouncing.SCENES,
    *holding.SCENES,
    *owning.SCENES,
    *letting_in.SCENES,
    *advising.SCENES,
    *company.SCENES,
    *planning.SCENES,
    *leaving_staff.SCENES,
)

"""The scenes of the story, in the order they are played; each does one thing and says what happened."""

from local_stack.demo.scenes import dossier, firm, holder, invitation, second_dossier

SCRIPT = (*firm.SCENES, *dossier.SCENES, *invitation.SCENES, *holder.SCENES, *second_dossier.SCENES)

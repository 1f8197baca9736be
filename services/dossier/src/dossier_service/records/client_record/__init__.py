"""The section of a dossier's client record: the client's own, and a personal one of everybody in the tree (A7)."""

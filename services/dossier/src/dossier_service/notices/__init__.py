"""Notices: the holder hears of every change on his dossier, the manager of what people answer (A12, M8)."""

"""B5: a decision of the dossier service, against raw ASGI and one indexed fetch, at growing numbers of dossiers."""

"""Plans (P2, P3): versions that are only added, published to chosen people, changed by what clients submit."""

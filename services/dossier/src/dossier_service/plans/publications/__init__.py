"""Publishing a version of a plan to chosen people of the portal, once their addresses are confirmed (P2)."""

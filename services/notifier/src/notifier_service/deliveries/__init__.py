"""How it is sent: lanes, leases, attempts and retries (M4, M5)."""

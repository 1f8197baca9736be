"""Portal users: an account as one firm sees it, which that firm may deactivate and reactivate (I11)."""

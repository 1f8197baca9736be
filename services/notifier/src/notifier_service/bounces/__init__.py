"""What comes back: delivery reports of mail servers, and the addresses that a firm writes to no more (M5)."""

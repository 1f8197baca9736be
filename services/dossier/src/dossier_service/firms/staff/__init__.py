"""A firm's staff: invited, corrected, changed and removed by its administrators (A14)."""

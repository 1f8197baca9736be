"""B7: the delivery side, with its record of every attempt, against reused SMTP connections without any record."""

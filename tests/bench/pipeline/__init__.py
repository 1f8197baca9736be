"""B1: consume, inbox, business row, outbox row, commit, ack, relay, confirmed publish: ours, a peer and the floor."""

"""The way out: from the outbox to the smarthost or into Maildirs."""

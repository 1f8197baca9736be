"""The ticker: fires what is due, once, by the database's clock, in any number of replicas."""

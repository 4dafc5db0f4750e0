"""What can be done with a batch: store and publish its definition, advance it, extend its dates."""

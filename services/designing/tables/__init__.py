"""The parts that are shown as a table or a picture of their own: quotas, units, stages."""

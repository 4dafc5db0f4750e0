"""Programmes, batches, stages and quotas: drafts are edited part by part, published ones are only read."""

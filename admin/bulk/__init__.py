"""Importing many rows from a workbook: template, preview, confirmation."""

"""The commands of `linxuan`, one file a noun."""

"""The jobs: refresh, backfill, rebuild, editions kept by hand."""

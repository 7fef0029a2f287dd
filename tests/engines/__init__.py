"""The price table that joins, in the engines where calls are kept."""

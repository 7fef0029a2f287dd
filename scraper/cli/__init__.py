"""The commands of `python -m scraper`, once their words are parsed."""

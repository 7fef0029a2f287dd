"""The cards of a day, and which source answers for a model."""

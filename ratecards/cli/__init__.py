"""The commands of `ratecards`, and their options."""

"""What a run did, as data and in words."""

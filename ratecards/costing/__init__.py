"""What calls cost: counts from answers, the rate of each, exact amounts."""

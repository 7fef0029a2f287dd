"""What people review and keep: rate cards, ledgers of discrepancies and cards of facts, as strict YAML files."""

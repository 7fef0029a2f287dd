"""Other projects' price files, one module a format: what they claim, as rows of our table, and ours as theirs."""

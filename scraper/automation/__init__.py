"""Git, GitHub and webhooks: how a run's data gets out."""

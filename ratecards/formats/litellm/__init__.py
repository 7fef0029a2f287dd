"""LiteLLM's cost map."""

"""The TOML files and the api.json of models.dev."""

"""What a release consists of: versions, texts, assets."""

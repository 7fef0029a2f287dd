"""The provider files of genai-prices."""

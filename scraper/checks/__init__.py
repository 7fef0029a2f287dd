"""What must hold before anything is published, and what waits. Pure."""

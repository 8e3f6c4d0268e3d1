"""Pages that compose apps."""

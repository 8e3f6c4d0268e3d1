"""The people pages: a client's people, invitations, one's own settings."""

"""What a person did that can't be done, in words that say what to do next."""


class Refused(ValueError):
    """A rule says no. The message is for the person, in his or her language; nothing was written."""

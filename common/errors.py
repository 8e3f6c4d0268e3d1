"""What a person did that can't be done, in words that say what to do next."""


class Refused(ValueError):
    """A rule says no. The message is for the person, in his or her language; nothing was written.

    `code` names the rule for the log, where one is kept of refusals; it is no text for people.
    """

    def __init__(self, message: object = "", *, code: str = ""):
        super().__init__(message)
        self.code = code

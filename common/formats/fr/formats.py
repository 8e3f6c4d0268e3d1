"""French dates and hours."""

DATE_FORMAT = "j N Y"
SHORT_DATE_FORMAT = "j N"
DATETIME_FORMAT = "D. j N Y, H:i"
SHORT_DATETIME_FORMAT = "D. j N, H:i"
TIME_FORMAT = "H:i"

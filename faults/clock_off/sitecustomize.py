"""A machine whose clock is wrong, for the process that finds this folder on its PYTHONPATH: FAULTS_CLOCK_OFF seconds ahead.

time-machine moves what Python reads of the time, in C, and children inherit it; the monotonic clock stays as it is.
"""

import datetime
import os

import time_machine

time_machine.travel(
    datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=float(os.environ["FAULTS_CLOCK_OFF"])), tick=True
).start()

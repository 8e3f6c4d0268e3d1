"""Faults, with real processes on servers of their own: `script/faults NAME`. What must not happen is counted at the end."""

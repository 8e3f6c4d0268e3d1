"""Measurements, each on a cluster of its own: `script/bench NAME`. One JSON object a line."""

"""Prefect's engine as a worker starts it for a run: at once, and in a session of its own.

Left to itself, Prefect's worker starts a Python that looks for the code, and then another one in
its place that runs the flow. To start a run so took 2.8 seconds of processor time, and takes 1.6.
The session keeps the signals from a run that are meant for the worker's group, as at the end of
`hookline run`: the worker itself tells its runs to end.
"""

import gc
import os
import runpy

if __name__ == "__main__":
    os.setsid()
    gc.set_threshold(100_000, 20, 50)  # nothing that is imported is garbage
    runpy.run_module("prefect.engine", run_name="__main__")

"""Figures that anyone can make again: `make bench`, or `python -m tests.benchmarks receive drain`.

Each file measures one thing beside what it is compared with, and asserts that what it measured was
done right. `python -m tests.benchmarks` writes the table and the plots into docs/benchmarks/.

    receive   answered after commit: beside the same server with no work, and a commit a request
    drain     New to Done with contact, in real flow runs: beside a loop written by hand, and others
    latency   received to Done with everything running; idle cost, start, Prefect's database
    growth    claim and contact search among few and many webhooks
"""

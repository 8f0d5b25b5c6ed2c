"""The warm engine: papermill's own client, and a kernel that is forked from a process in which everything is imported.

    papermill's client (engine, client)  ⇄  one Unix socket (wire)  ⇄  the real IPython kernel (kernel), forked (nursery)

A kernel costs a fork instead of a start; what the cells see, and what the client records, is the same.
"""

"""The process that runs student code: how it is started, spoken to, timed, stopped and cleared up.

It knows no job: a launcher names the handler that its process may run.
"""

"""The command `sluice`: updates, checks and shows the pipelines of any dbt project.

A folder is a floor and calls only floors below it:

    cli/         the command line
    options.py   what the commands have in common: options, exit codes, errors
    commands/    a file a command: what it does and how it is shown
    report/      the page: what it shows, its picture, its charts
    pipeline/    the dbt project, its database, its event log, and what goes wrong with them
"""

"""What the commands stand on: the dbt project, its database, its event log."""

{% macro duckdb__clean_files(due) -%}
{# Python, for SQL moves no files. It runs after the commit of the rows. A file goes first and is noted then: one that is
   gone without a note is noted by the next run. One that changed after it was read stays. -#}
{{ sluice.duckdb_python_head(due) }}


def materialize(due, con):
    ledger = {{ sluice.python_text(sluice.state_relation('files', this.database) | string) }}
    relation = {{ sluice.python_text(sluice.dataset_id(this)) }}
    for file in due:
        path, moved_to = file["path"], file["moved_to"]
        read = con.execute(f"select max(size) from {ledger} where relation = ? and path = ?", [relation, path]).fetchone()[0]
        if os.path.exists(path):
            if os.path.getsize(path) != read:
                continue
            if moved_to is None:
                os.remove(path)
            else:
                os.makedirs(os.path.dirname(moved_to), exist_ok=True)
                stem, extension = os.path.splitext(moved_to)
                copies = 1
                while os.path.exists(moved_to):  # what is there stays
                    copies += 1
                    moved_to = f"{stem}.{copies}{extension}"
                shutil.move(path, moved_to)
        con.execute(
            f"update {ledger} set cleaned_at = now() at time zone 'UTC', moved_to = ? where relation = ? and path = ?",
            [moved_to, relation, path],
        )
{%- endmacro %}

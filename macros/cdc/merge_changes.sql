{% macro merge_changes(identity, target, names, changes, change='_sluice_change') %}
    merge into {{ target }} as target_rows
    using {{ changes }} as changes
    on {% for name in identity %}target_rows.{{ name }} = changes.{{ name }}{{ ' and ' if not loop.last }}{% endfor %}
    when matched and changes.{{ change }} = 'delete' then delete
    when matched then update set
        {%- for name in names %}
        {{ name }} = changes.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    when not matched and changes.{{ change }} <> 'delete' then insert ({{ names | join(', ') }})
    values ({% for name in names %}changes.{{ name }}{{ ', ' if not loop.last }}{% endfor %})
{% endmacro %}

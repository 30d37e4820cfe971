{% macro type_text() %}
    {# The name that the engine itself gives to the type of any text. #}
    {% do return(adapter.dispatch('type_text', 'sluice')()) %}
{% endmacro %}


{% macro type_json() %}
    {# The engine's type for JSON; text where it has none. #}
    {% do return(adapter.dispatch('type_json', 'sluice')()) %}
{% endmacro %}

{% macro default__type_json() %}
    {# An engine without a type for JSON keeps its text. #}
    {% do return(dbt.type_string()) %}
{% endmacro %}


{% macro struct_type(fields) %}
    {# The type of a struct of fields, {name: type}. #}
    {% do return(adapter.dispatch('struct_type', 'sluice')(fields)) %}
{% endmacro %}


{% macro is_struct(type) %}
    {# Whether a type is a struct: only the engine knows how its types are spelt. #}
    {% do return(adapter.dispatch('is_struct', 'sluice')(type)) %}
{% endmacro %}


{% macro type_family(type) %}
    {# What a type of the engine is: text, json, whole (a number), boolean, date, decimal, float, timestamp,
       timestamp_with_zone, time, time_with_zone, interval, bytes, nested, or other. By the name that the engine itself
       gives to the type: see resolved_types(). #}
    {% do return(adapter.dispatch('type_family', 'sluice')(type)) %}
{% endmacro %}


{% macro resolved_types(types) %}
    {# {name: {'type', 'error'}} for {name: type}: each type by the name that the engine itself gives to it (int8 is a
       bigint), or why it is none. #}
    {% set casts, resolved = {}, {} %}
    {% for name, type in types.items() if not sluice.type_error(type) %}
        {% do casts.update({name: 'cast(null as ' ~ sluice.storage_type(type) ~ ')'}) %}
    {% endfor %}
    {% set found = sluice.checked_expressions([api.Column('id', dbt.type_int())], casts) if execute else {} %}
    {% for name, type in types.items() %}
        {% set checked = found.get(name, {}) %}
        {# An engine may keep these as a type of another family, and forget what they are. #}
        {% set is_kept = sluice.type_family(type | upper) in ('json', 'timestamp_with_zone') %}
        {% do resolved.update({name: {
            'type': type | upper if is_kept else checked.get('dtype') or type,
            'error': sluice.type_error(type) or checked.get('error'),
        }}) %}
    {% endfor %}
    {% do return(resolved) %}
{% endmacro %}


{% macro type_error(type) %}
    {# Why an engine could not even be asked about a type, or none. #}
    {% do return(adapter.dispatch('type_error', 'sluice')(type)) %}
{% endmacro %}

{% macro default__type_error(type) %}
    {# Where the engine answers whatever it is asked. #}
    {% do return(none) %}
{% endmacro %}


{% macro storage_type(type) %}
    {# The type of the column that holds the values of a field of a file. #}
    {% do return(adapter.dispatch('storage_type', 'sluice')(type)) %}
{% endmacro %}

{% macro default__storage_type(type) %}
    {# The field's own, where the engine has them all. #}
    {% do return(type) %}
{% endmacro %}


{% macro timestamp_digits(type) %}
    {# How many decimals of a second a type of timestamps or times keeps. #}
    {% do return(adapter.dispatch('timestamp_digits', 'sluice')(type)) %}
{% endmacro %}


{% macro widens(narrow, wide) %}
    {# Whether every value of type `narrow` is also a value of type `wide`. #}
    {% do return(adapter.dispatch('widens', 'sluice')(narrow | upper, wide | upper)) %}
{% endmacro %}

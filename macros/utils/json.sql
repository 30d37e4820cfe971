{% macro json_text(expression, path) %}
    {# The value at a path (a list of field names) of JSON as text, or null. #}
    {% do return(adapter.dispatch('json_text', 'sluice')(expression, path)) %}
{% endmacro %}


{% macro json_elements(expression, path) %}
    {# In a select list: a row for each element of the JSON array at a path, and none where there is no array. #}
    {% do return(adapter.dispatch('json_elements', 'sluice')(expression, path)) %}
{% endmacro %}


{% macro object_condition(line, unique_names) %}
    {# True where a text is a JSON object; an object that names a field twice is none where names have to be unique. #}
    {% do return(adapter.dispatch('object_condition', 'sluice')(line, unique_names)) %}
{% endmacro %}


{% macro json_value(line, name) %}
    {# The value of a field of a JSON object, as JSON. #}
    {% do return(adapter.dispatch('json_value', 'sluice')(line, name)) %}
{% endmacro %}


{% macro json_field_text(line, name) %}
    {# The value of a field of a JSON object, as text. #}
    {% do return(adapter.dispatch('json_field_text', 'sluice')(line, name)) %}
{% endmacro %}


{% macro json_string_condition(line, name) %}
    {# True where the value of a field of a JSON object is a string. #}
    {% do return(adapter.dispatch('json_string_condition', 'sluice')(line, name)) %}
{% endmacro %}


{% macro json_of_text(text) %}
    {# A text as a JSON string. #}
    {% do return(adapter.dispatch('json_of_text', 'sluice')(text)) %}
{% endmacro %}


{% macro json_texts(object, names) %}
    {# A list of the texts of these fields of a JSON object, null where it is null. #}
    {% do return(adapter.dispatch('json_texts', 'sluice')(object, names)) %}
{% endmacro %}


{% macro json_repeated_value(first, object, name) %}
    {# What there is of a field that a JSON object names several times, as JSON: `first` (JSON, or null) and its values
       from the second on. One is as it is, several are a list, none is null. #}
    {% do return(adapter.dispatch('json_repeated_value', 'sluice')(first, object, name)) %}
{% endmacro %}


{% macro list_element(list, number) %}
    {# An element of a list, from 1 on. #}
    {% do return(adapter.dispatch('list_element', 'sluice')(list, number)) %}
{% endmacro %}


{% macro same_nested_condition(type, value, text) %}
    {# True where a nested value has all elements and keys of its JSON text. #}
    {% do return(adapter.dispatch('same_nested_condition', 'sluice')(type, value, text)) %}
{% endmacro %}


{% macro rescued_expression(values) %}
    {# The text of a JSON object of {name: JSON expression}, without those that are null. #}
    {% do return(adapter.dispatch('rescued_expression', 'sluice')(values)) %}
{% endmacro %}


{% macro corrupt_record_expression(line) %}
    {# What is rescued of a line that is no JSON object: all of it, as _corrupt_record. #}
    {% do return(adapter.dispatch('corrupt_record_expression', 'sluice')(line)) %}
{% endmacro %}


{% macro list_length(list) %}
    {# How many elements a list has. #}
    {% do return(adapter.dispatch('list_length', 'sluice')(list)) %}
{% endmacro %}


{% macro other_names_expression(line, names) %}
    {# The list of the fields of a JSON object that are not among these. #}
    {% do return(adapter.dispatch('other_names_expression', 'sluice')(line, names)) %}
{% endmacro %}


{% macro merged_rescued_expression(rescued, values, line, others) %}
    {# What was rescued before (the text of a JSON object, or null) with {name: JSON expression}, without those that
       are null, and with the fields of the line that a list names (an expression, or none). #}
    {% do return(adapter.dispatch('merged_rescued_expression', 'sluice')(rescued, values, line, others)) %}
{% endmacro %}

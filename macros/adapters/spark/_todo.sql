{% macro spark__clean_files(due) %}{% do exceptions.raise_compiler_error('sluice: clean_files() is not there on Spark yet') %}{% endmacro %}
{% macro spark__find_read_errors(plans, answers) %}{% do exceptions.raise_compiler_error('sluice: find_read_errors() is not there on Spark yet') %}{% endmacro %}
{% macro spark__file_records(options, files, found) %}{% do exceptions.raise_compiler_error('sluice: file_records() is not there on Spark yet') %}{% endmacro %}
{% macro spark__path_level_expression(path, name) %}{% do exceptions.raise_compiler_error('sluice: path_level_expression() is not there on Spark yet') %}{% endmacro %}
{% macro spark__listed_paths(location) %}{% do exceptions.raise_compiler_error('sluice: listed_paths() is not there on Spark yet') %}{% endmacro %}
{% macro spark__file_readers(options, files) %}{% do exceptions.raise_compiler_error('sluice: file_readers() is not there on Spark yet') %}{% endmacro %}
{% macro spark__file_name_expression(path) %}{% do exceptions.raise_compiler_error('sluice: file_name_expression() is not there on Spark yet') %}{% endmacro %}
{% macro spark__readable_files(paths, with_times) %}{% do exceptions.raise_compiler_error('sluice: readable_files() is not there on Spark yet') %}{% endmacro %}
{% macro spark__source_location(source) %}{% do exceptions.raise_compiler_error('sluice: source_location() is not there on Spark yet') %}{% endmacro %}
{% macro spark__numbers_of_fields(options, files) %}{% do exceptions.raise_compiler_error('sluice: numbers_of_fields() is not there on Spark yet') %}{% endmacro %}
{% macro spark__record_fields(options, known, files) %}{% do exceptions.raise_compiler_error('sluice: record_fields() is not there on Spark yet') %}{% endmacro %}
{% macro spark__number_in_line_condition(line, text, value) %}{% do exceptions.raise_compiler_error('sluice: number_in_line_condition() is not there on Spark yet') %}{% endmacro %}
{% macro spark__parsed_moment(text, pieces) %}{% do exceptions.raise_compiler_error('sluice: parsed_moment() is not there on Spark yet') %}{% endmacro %}
{% macro spark__json_repeated_value(first, object, name) %}{% do exceptions.raise_compiler_error('sluice: json_repeated_value() is not there on Spark yet') %}{% endmacro %}
{% macro spark__corrupt_record_expression(line) %}{% do exceptions.raise_compiler_error('sluice: corrupt_record_expression() is not there on Spark yet') %}{% endmacro %}
{% macro spark__json_value(line, name) %}{% do exceptions.raise_compiler_error('sluice: json_value() is not there on Spark yet') %}{% endmacro %}
{% macro spark__json_field_text(line, name) %}{% do exceptions.raise_compiler_error('sluice: json_field_text() is not there on Spark yet') %}{% endmacro %}
{% macro spark__json_string_condition(line, name) %}{% do exceptions.raise_compiler_error('sluice: json_string_condition() is not there on Spark yet') %}{% endmacro %}
{% macro spark__other_names_expression(line, names) %}{% do exceptions.raise_compiler_error('sluice: other_names_expression() is not there on Spark yet') %}{% endmacro %}
{% macro spark__object_condition(line, unique_names) %}{% do exceptions.raise_compiler_error('sluice: object_condition() is not there on Spark yet') %}{% endmacro %}
{% macro spark__list_length(list) %}{% do exceptions.raise_compiler_error('sluice: list_length() is not there on Spark yet') %}{% endmacro %}
{% macro spark__list_element(list, number) %}{% do exceptions.raise_compiler_error('sluice: list_element() is not there on Spark yet') %}{% endmacro %}
{% macro spark__json_texts(object, names) %}{% do exceptions.raise_compiler_error('sluice: json_texts() is not there on Spark yet') %}{% endmacro %}
{% macro spark__merged_rescued_expression(rescued, values, line, others) %}{% do exceptions.raise_compiler_error('sluice: merged_rescued_expression() is not there on Spark yet') %}{% endmacro %}
{% macro spark__json_of_text(text) %}{% do exceptions.raise_compiler_error('sluice: json_of_text() is not there on Spark yet') %}{% endmacro %}
{% macro spark__same_nested_condition(type, value, text) %}{% do exceptions.raise_compiler_error('sluice: same_nested_condition() is not there on Spark yet') %}{% endmacro %}
{% macro spark__rescued_expression(values) %}{% do exceptions.raise_compiler_error('sluice: rescued_expression() is not there on Spark yet') %}{% endmacro %}

"""The API's mechanics, without any domain: problems, strict bodies and filters, pages, throttles, the schema's hooks."""

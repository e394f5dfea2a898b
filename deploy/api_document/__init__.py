"""The one OpenAPI document of Art28, made from the code: `python -m deploy.api_document`.

The services describe themselves (`shared/openapi.py`); here their documents become one, with the
answers of what the portal forwards, and the messages of webhooks. The copy in
`services/public/api` is what runs serve; a test compares it with the code (decision 0073).
"""

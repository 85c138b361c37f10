"""Outlook's own formats: items made of MAPI properties, and the messages that are made of them.

    pst (pages, heap)  ─┐
    msg                 ├─► items (properties) ─► mail (rtf, details) ─► ingest.compose
    tnef               ─┘
"""

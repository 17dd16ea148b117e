"""Policy briefs: content, language, template, export."""

"""Policy briefs: content, language, template, export."""

import sys

# jsonschema, which nbformat needs, asks for this optional checker of IRIs; building its grammar takes longer than
# a brief, and no notebook holds an IRI to check. A name that is None cannot be imported, and jsonschema does without.
sys.modules.setdefault("rfc3987_syntax", None)

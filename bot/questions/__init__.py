"""Questions about the SOPs: the step that answers, quoted with its rules, or that they do not say.

Full text over the playbooks, and facts recognised in the question. No model, and no call outside.
"""

from bot.questions.answer import Answer, Finding, answer
from bot.questions.prefill import code_of, values_of

__all__ = ["Answer", "Finding", "answer", "code_of", "values_of"]

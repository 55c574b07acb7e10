"""The process of a native engine that reads grammars: `native.py` with the text of a grammar in place of a schema.

llguidance takes its own dialect of Lark's notation; a text that begins with `gbnf:` goes through the converter that its
package brings. XGrammar takes GBNF, which it calls EBNF.
"""

import native


class LLGuidanceGrammars(native.LLGuidance):
    def compile(self, text):
        try:
            if text.startswith("gbnf:"):
                from llguidance.gbnf_to_lark import any_to_lark

                text = any_to_lark(text[len("gbnf:") :])
            self.grammar = self.library.LLMatcher.grammar_from_lark(text)
        except Exception as error:
            raise native.Refused(f"{type(error).__name__}: {error}") from error
        self.matcher = self._make()


class XGrammarGrammars(native.XGrammar):
    def compile(self, text):
        try:
            grammar = self.compiler.compile_grammar(text)
        except Exception as error:  # it has no class of its own for this
            raise native.Refused(f"{type(error).__name__}: {error}") from error
        self.matcher = self.library.GrammarMatcher(grammar)


native.ENGINES = {"llguidance": LLGuidanceGrammars, "xgrammar": XGrammarGrammars}

if __name__ == "__main__":
    native.main()

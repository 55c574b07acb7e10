"""Says which texts belong to a grammar, by Lark's Earley parser.

Development only; started by lark_judge.ts. Reads one JSON object a line: {"grammar": text, "texts": [text, ...]}.
Writes one for each: {"verdicts": [bool, ...]}, or {"error": text} if Lark does not take the grammar.

The lexer is the one that tries every way to cut a text into terminals, since a grammar here describes texts, whatever
a lexer would have cut first. The forest is not resolved: only whether there is one counts.
"""

import json
import sys

from lark import Lark
from lark.exceptions import LarkError, UnexpectedInput


def verdicts(grammar, texts):
    parser = Lark(grammar, parser="earley", lexer="dynamic_complete", ambiguity="forest")
    for text in texts:
        try:
            parser.parse(text)
            yield True
        except UnexpectedInput:
            yield False
        except RuntimeError as error:
            # Raised when the start symbol was derived in two ways that Lark failed to pack into one node: it was derived.
            if "multiple start symbol items" not in str(error):
                raise
            yield True


def main():
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"verdicts": list(verdicts(request["grammar"], request["texts"]))}
        except LarkError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()

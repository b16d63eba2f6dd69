"""Style (L): lints."""

from engine.diagnostics.codes.code import Code, Severity

REPEATED_NUMBER = Code(
    "L981", "repeated-number", "`{text}` stands here {count} times: give it a name", Severity.LINT
)
DOUBLE_NEGATION = Code(
    "L982", "double-negation", "two negations say what none would say", Severity.LINT
)
CONSTANT_LEFT = Code(
    "L983", "constant-on-the-left", "the value compared with stands first", Severity.LINT
)
WITHOUT_SOURCE = Code(
    "L984", "mapping-without-source", "nothing says where these rules come from", Severity.LINT
)
SAME_SENTENCE = Code(
    "L985",
    "same-sentence",
    "this sentence is said for two different reasons",
    Severity.LINT,
)
LONG_CASES = Code(
    "L986", "long-case-list", "{count} cases: a table is easier to read", Severity.LINT
)
TODO_LEFT = Code("L987", "todo-left", "`{word}` is left in a comment", Severity.LINT)
NOT_FORMATTED = Code(
    "L988", "not-formatted", "this file is not written as `feedwright fmt` writes it", Severity.LINT
)
ALLOWANCE = Code("L989", "idle-allowance", "this allowance {fault}", Severity.WARNING)

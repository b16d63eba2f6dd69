"""The workbench: rules being typed come in, what they would do to the project's feed goes out.

A page on loopback holds the editor; it sends the texts as they are typed with every question, so that the
server keeps nothing of a person's work and can lose none. Answers come from the functions behind `check`,
`preview`, `diff`, `test` and the language server: there is no second way to any of them. Only saving writes,
and only below `rules/` and `tables/`.
"""

// Prints what the grammar GRAMMAR makes of each FILE: for every line, its tokens as [text, scopes].
"use strict";

const fs = require("node:fs");
const { OnigScanner, OnigString, loadWASM } = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

async function main([file, ...texts]) {
  const wasm = fs.readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await loadWASM(wasm);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new OnigScanner(patterns),
      createOnigString: (text) => new OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(fs.readFileSync(file, "utf8"), file),
  });
  const grammar = await registry.loadGrammar("source.feedwright");
  const tokenised = texts.map((text) => {
    let state = textmate.INITIAL;
    return fs.readFileSync(text, "utf8").split("\n").map((line) => {
      const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
      state = ruleStack;
      return tokens.map((one) => [line.slice(one.startIndex, one.endIndex), one.scopes.slice(1)]);
    });
  });
  process.stdout.write(JSON.stringify(tokenised));
}

main(process.argv.slice(2));

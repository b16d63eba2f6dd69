// A session with the extension in FOLDER, without an editor: SETTINGS (JSON) says which command it
// starts; FILE is opened, hovered at WORD, misspelt there and completed. What came of it is printed.
"use strict";

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { vscode, seen, documents, changed } = require("./vscode.cjs");

const load = Module._load;
Module._load = (name, ...more) => (name === "vscode" ? vscode : load(name, ...more));

/** A document as the editor holds it. */
function open(file) {
  const document = {
    uri: vscode.Uri.file(file), fileName: file, languageId: "feedwright", version: 1, isClosed: false,
    text: fs.readFileSync(file, "utf8"),
    getText: () => document.text,
    at: (words) => {
      const lines = document.text.slice(0, document.text.indexOf(words) + words.length).split("\n");
      return new vscode.Position(lines.length - 1, lines.at(-1).length);
    },
  };
  return document;
}

/** Type `words` in place of `old`, and wait for what is said of it. */
async function type(document, old, words) {
  const answer = told();
  const end = document.at(old);
  const start = new vscode.Position(end.line, end.character - old.length);
  document.text = document.text.replace(old, words);
  document.version += 1;
  await changed.fire({ document, contentChanges: [{ range: new vscode.Range(start, end), text: words }] });
  return answer;
}

/** The diagnostics that come next. */
function told() {
  return new Promise((resolve) => {
    const listening = seen.diagnostics.event(({ found }) => {
      listening.dispose();
      resolve(found.map(({ code, range, message }) => ({ code: code?.value ?? code, line: range.start.line + 1, message })));
    });
  });
}

let extension;

async function main([folder, settings, file, word]) {
  Object.assign(seen.settings, JSON.parse(settings));
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
  extension = require(path.join(folder, manifest.main));
  const project = path.dirname(path.dirname(file));
  vscode.workspace.workspaceFolders = [{ uri: vscode.Uri.file(project), name: "shop", index: 0 }];
  const document = open(file);
  documents.push(document);
  const opened = told();
  await extension.activate({ subscriptions: [] });
  const result = { messages: seen.messages, watched: seen.watched };
  if (seen.messages.length === 0) {
    result.opened = await opened;
    const token = new vscode.CancellationTokenSource().token;
    const hover = await seen.providers.registerHoverProvider.provideHover(document, document.at(word), token);
    result.hover = hover?.contents?.[0]?.value ?? hover?.contents?.value;
    result.typed = await type(document, word, `${word}x`);
    const asked = { triggerKind: 0 };
    const provider = seen.providers.registerCompletionItemProvider;
    const offered = await provider.provideCompletionItems(document, document.at(word), token, asked);
    result.offered = (offered.items ?? offered).map((one) => one.label);
    result.mended = await type(document, `${word}x`, word);
    result.providers = Object.keys(seen.providers).sort();
    result.commands = Object.keys(seen.commands).sort();
  }
  result.output = seen.output;
  process.stdout.write(JSON.stringify(result));
}

main(process.argv.slice(2))
  .catch((fault) => {
    process.stderr.write(`${fault.stack}\n${seen.output.join("\n")}\n`);
    process.exitCode = 1;
  })
  .finally(() => extension?.deactivate());

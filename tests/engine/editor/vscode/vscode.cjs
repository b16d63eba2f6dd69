// A stand-in for the module `vscode`: what the client needs to talk to a server, without an editor.
// What it lacks is a class that does nothing; what the client hands over is kept in `seen`.
"use strict";

const { fileURLToPath, pathToFileURL } = require("node:url");

class Disposable {
  constructor(end = () => {}) {
    this.dispose = end;
  }
}

class EventEmitter {
  constructor() {
    this.listeners = new Set();
    this.event = (listener, self) => {
      const bound = self ? listener.bind(self) : listener;
      this.listeners.add(bound);
      return new Disposable(() => this.listeners.delete(bound));
    };
  }

  async fire(event) {
    for (const listener of [...this.listeners]) await listener(event);
  }

  dispose() {
    this.listeners.clear();
  }
}

class CancellationTokenSource {
  constructor() {
    this.token = { isCancellationRequested: false, onCancellationRequested: never };
  }

  cancel() {}

  dispose() {}
}

class Uri {
  constructor(text) {
    this.text = text;
    this.scheme = text.split(":")[0];
    this.fsPath = this.scheme === "file" ? fileURLToPath(text) : "";
    this.path = this.fsPath;
  }

  static parse(text) {
    return new Uri(text);
  }

  static file(path) {
    return new Uri(pathToFileURL(path).href);
  }

  toString() {
    return this.text;
  }
}

class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}

class Range {
  constructor(...ends) {
    const [a, b, c, d] = ends;
    this.start = ends.length === 4 ? new Position(a, b) : a;
    this.end = ends.length === 4 ? new Position(c, d) : b;
  }
}

class Diagnostic {
  constructor(range, message, severity) {
    Object.assign(this, { range, message, severity });
  }
}

class MarkdownString {
  constructor(value = "") {
    this.value = value;
  }

  appendMarkdown(text) {
    this.value += text;
    return this;
  }
}

class Hover {
  constructor(contents, range) {
    Object.assign(this, { contents, range });
  }
}

class CompletionItem {
  constructor(label, kind) {
    Object.assign(this, { label, kind });
  }
}

const never = () => new Disposable();
const seen = { settings: {}, messages: [], output: [], providers: {}, diagnostics: new EventEmitter(), commands: {} };
const documents = [];
const changed = new EventEmitter();

const workspace = {
  workspaceFolders: undefined,
  textDocuments: documents,
  notebookDocuments: [],
  onDidChangeTextDocument: changed.event,
  createFileSystemWatcher: (pattern) => {
    seen.watched = pattern;
    return { onDidCreate: never, onDidChange: never, onDidDelete: never, dispose() {} };
  },
  getConfiguration: (section) => ({ get: (name, otherwise) => seen.settings[`${section}.${name}`] ?? otherwise }),
  getWorkspaceFolder: () => undefined,
};

const window = {
  visibleTextEditors: [],
  activeTextEditor: undefined,
  tabGroups: { all: [], onDidChangeTabGroups: never, onDidChangeTabs: never },
  createOutputChannel: () => {
    const write = (text) => seen.output.push(text);
    const line = { append: write, appendLine: write, trace: write, debug: write, info: write, warn: write, error: write };
    return { ...line, show() {}, dispose() {}, onDidChangeLogLevel: never, logLevel: 1 };
  },
};
for (const name of ["showErrorMessage", "showWarningMessage", "showInformationMessage"]) {
  window[name] = async (message) => void seen.messages.push(message);
}

const languages = {
  match: (selector, document) => (selector.some((one) => one.language === document.languageId) ? 10 : 0),
  createDiagnosticCollection: () => ({
    set: (uri, found) => seen.diagnostics.fire({ uri, found: found ?? [] }),
    delete() {},
    clear() {},
    dispose() {},
  }),
};

const commands = {
  registerCommand: (name, run) => {
    seen.commands[name] = run;
    return new Disposable();
  },
  executeCommand: async (name) => void seen.messages.push(`command ${name}`),
};

/** `known`, and for every other name what `otherwise` makes of it. */
function completed(known, otherwise) {
  return new Proxy(known, {
    get: (target, name) => {
      if (!(name in target) && typeof name === "string" && name !== "then") target[name] = otherwise(name);
      return target[name];
    },
  });
}

/** An enumeration, a class, a thing that is asked and says nothing: what it is asked for. */
function anything() {
  return completed(class {}, anything);
}

const listens = (name) => (name.startsWith("register") ? keep(name) : name.startsWith("on") ? never : anything());
const keep = (name) => (...words) => {
  seen.providers[name] = words.find((word) => typeof word === "object" && !Array.isArray(word));
  return new Disposable();
};

const known = {
  Disposable, EventEmitter, CancellationTokenSource, Uri, Position, Range, Diagnostic, MarkdownString, Hover, CompletionItem,
  CodeActionKind: completed({ Empty: { append: (value) => ({ value }) } }, (name) => ({ value: name.toLowerCase() })),
  workspace: completed(workspace, listens),
  window: completed(window, listens),
  languages: completed(languages, listens),
  commands: completed(commands, listens),
  env: { language: "en", appName: "a test" },
  version: "1.91.0",
};

module.exports = { vscode: completed(known, anything), seen, documents, changed };

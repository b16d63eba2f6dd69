// The rules editor: CodeMirror with the words, diagnostics, completion and hover of the server.
import * as cm from "./codemirror.js";

const ICONS = { field: "variable", attribute: "property", let: "variable", function: "function", table: "class",
  column: "property", value: "text", channel: "namespace", milestone: "constant", keyword: "keyword" };
const WORD = /[\p{L}_][\p{L}\p{N}_]*/u;

// Colours by the language's own table of keywords, as the server gives it.
function language(words) {
  const keywords = new Set(words.keywords);
  const attributes = new Set(words.attributes);
  const functions = new Set(words.functions);
  return cm.StreamLanguage.define({
    name: "rules",
    token(stream) {
      if (stream.eatSpace()) return null;
      if (stream.match(/#.*/)) return "comment";
      if (stream.match(/"[^"]*"?/)) return "string";
      if (stream.match(/\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d)?/)) return "number";
      if (stream.match(/\d+(?:\.\d+)?\s*(?:%|EUR\b)?/)) return "number";
      const found = stream.match(/[\p{L}_][\p{L}\p{N}_]*/u);
      if (!found) {
        stream.next();
        return "operator";
      }
      if (attributes.has(found[0])) return "propertyName";
      if (functions.has(found[0]) && stream.match(/\s*\(/, false)) return "function";
      return keywords.has(found[0]) ? "keyword" : "variableName";
    },
    tokenTable: { function: cm.tags.function(cm.tags.variableName) },
    languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", '"'] } },
  });
}

const COLOURS = cm.HighlightStyle.define([
  { tag: cm.tags.keyword, color: "var(--keyword)", fontWeight: "600" },
  { tag: cm.tags.string, color: "var(--string)" },
  { tag: cm.tags.number, color: "var(--number)" },
  { tag: cm.tags.comment, color: "var(--dim)", fontStyle: "italic" },
  { tag: cm.tags.propertyName, color: "var(--accent)" },
  { tag: cm.tags.function(cm.tags.variableName), color: "var(--function)" },
]);

const THEME = cm.EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--card)", fontSize: "14px" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "-3px" },
  ".cm-scroller": { fontFamily: 'ui-monospace, "Cascadia Mono", Consolas, "DejaVu Sans Mono", monospace', lineHeight: "1.5" },
  ".cm-gutters": { backgroundColor: "var(--back)", color: "var(--dim)", border: "0", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--active)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--selected)" },
  ".cm-selectionMatch": { backgroundColor: "var(--selected)" },
  ".cm-lintRange": { backgroundImage: "none !important", textDecorationLine: "underline", textDecorationStyle: "wavy", textDecorationThickness: "1.5px", textDecorationSkipInk: "none" },
  ".cm-lintRange-error": { textDecorationColor: "var(--bad)" },
  ".cm-lintRange-warning": { textDecorationColor: "var(--warn)" },
  ".cm-lintRange-hint, .cm-lintRange-info": { textDecorationColor: "var(--dim)", textDecorationStyle: "dotted" },
  ".cm-tooltip": { backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--dim)", borderRadius: ".4rem", maxWidth: "min(40rem, 90vw)", font: "13px/1.45 system-ui, sans-serif" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "inherit", maxHeight: "16em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--back)" },
  ".cm-completionDetail": { color: "inherit", opacity: ".85", fontStyle: "normal" },
  ".cm-diagnostic": { borderLeft: "4px solid var(--dim)", padding: ".4rem .6rem", whiteSpace: "pre-wrap", overflowWrap: "anywhere" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-diagnosticAction": { font: "inherit", color: "var(--ink)", backgroundColor: "var(--back)", border: "1px solid var(--dim)", borderRadius: ".3rem", margin: ".3rem .4rem 0 0", padding: ".1rem .5rem", cursor: "pointer" },
  ".cm-panels": { backgroundColor: "var(--back)", color: "var(--ink)" },
  ".cm-panel input, .cm-panel button": { font: "inherit", color: "var(--ink)", background: "var(--card)", border: "1px solid var(--dim)", borderRadius: ".3rem" },
  ".help": { padding: ".4rem .7rem", maxHeight: "20rem", overflow: "auto" },
  ".help p": { margin: ".2rem 0" },
  ".help pre": { margin: ".3rem 0", whiteSpace: "pre-wrap" },
});

// The little Markdown that a hover holds (bold, code, blocks of code), as elements: never as markup.
export function markdown(text) {
  const made = document.createElement("div");
  made.className = "help";
  for (const part of text.split(/\n\n|(?=```)/)) {
    const block = part.match(/^```\w*\n([\s\S]*?)\n?```/);
    const element = document.createElement(block ? "pre" : "p");
    if (block) element.textContent = block[1];
    else element.append(...part.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map(inline));
    if (element.textContent.trim()) made.append(element);
  }
  return made;
}

function inline(part) {
  const bold = part.startsWith("**") && part.endsWith("**") && part.length > 4;
  const code = part.startsWith("`") && part.endsWith("`") && part.length > 2;
  if (!bold && !code) return document.createTextNode(part);
  const made = document.createElement(bold ? "strong" : "code");
  made.textContent = bold ? part.slice(2, -2) : part.slice(1, -1);
  return made;
}

// Letters that replace a selection are put in here and not by the browser, which would write the styles of
// what it replaces into the page; the page's policy forbids that, rightly.
const TYPING = cm.EditorView.domEventHandlers({
  beforeinput(event, view) {
    if (event.inputType !== "insertText" || event.data === null || view.composing || view.state.readOnly) return false;
    const { from, to, empty } = view.state.selection.main;
    if (empty || view.state.selection.ranges.length > 1) return false;
    const insert = () => view.state.update({ ...view.state.replaceSelection(event.data), userEvent: "input.type", scrollIntoView: true });
    const handled = view.state.facet(cm.EditorView.inputHandler).some((one) => one(view, from, to, event.data, insert));
    if (!handled) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

export class Editor {
  // `asks` has complete(offset), hover(offset), changed(), save(), format(), fix(help).
  constructor(host, words, asks) {
    this.words = words;
    this.asks = asks;
    // Inside of a shadow root CodeMirror's styles are sheets of the document: the page needs no
    // inline style, so its policy allows none.
    const root = host.attachShadow({ mode: "open" });
    this.view = new cm.EditorView({ parent: root, root });
    this.quiet = false;
  }

  state(file) {
    const rules = file.name.endsWith(".rules");
    return cm.EditorState.create({ doc: file.text, extensions: [
      this.keys(), TYPING, cm.lineNumbers(), cm.history(), cm.drawSelection(), cm.highlightActiveLine(), cm.highlightActiveLineGutter(),
      cm.highlightSpecialChars(), cm.highlightSelectionMatches(), THEME, cm.syntaxHighlighting(COLOURS),
      cm.EditorState.readOnly.of(!file.writable), cm.EditorView.lineWrapping,
      cm.EditorView.contentAttributes.of({ "aria-label": `${file.name}${file.writable ? "" : ", read only"}`, tabindex: "0", spellcheck: "false", translate: "no" }),
      cm.EditorView.updateListener.of((update) => { if (update.docChanged) this.asks.changed(); }),
      ...(rules ? this.helps() : []),
    ] });
  }

  keys() {
    const run = (work) => () => { work(); return true; };
    return cm.keymap.of([
      { key: "Mod-s", run: run(() => this.asks.save()), preventDefault: true },
      { key: "Shift-Alt-f", run: run(() => this.asks.format()) },
      ...cm.closeBracketsKeymap, ...cm.completionKeymap, ...cm.lintKeymap, ...cm.searchKeymap, ...cm.historyKeymap, ...cm.defaultKeymap,
    ]);
  }

  helps() {
    return [language(this.words), cm.closeBrackets(),
      cm.autocompletion({ override: [(context) => this.complete(context)], icons: false }),
      cm.hoverTooltip((_, at) => this.hover(at), { hoverTime: 250 })];
  }

  async complete(context) {
    const quoted = context.matchBefore(/"[^"\n]*/);
    const word = context.matchBefore(/[\p{L}_][\p{L}\p{N}_]*/u);
    if (!context.explicit && !quoted && !word) return null;
    const found = await this.asks.complete(context.pos);
    if (!found || !found.length || context.aborted) return null;
    const options = found.map(({ label, sort, detail }) => ({ label, detail, type: ICONS[sort] }));
    const inText = found.every((one) => one.sort === "value");
    const from = inText && quoted ? quoted.from + 1 : word ? word.from : context.pos;
    return { from, options, validFor: inText ? /^[^"\n]*$/ : /^[\p{L}\p{N}_]*$/u };
  }

  async hover(at) {
    const line = this.view.state.doc.lineAt(at);
    if (!WORD.test(line.text)) return null;
    const text = await this.asks.hover(at);
    return text ? { pos: at, above: true, create: () => ({ dom: markdown(text) }) } : null;
  }

  show(file) {
    this.view.setState(file.state);
  }

  // Mark what is wrong in the shown file.
  mark(found) {
    const length = this.view.state.doc.length;
    const marks = found.map((one) => ({
      from: Math.min(one.from, length),
      to: Math.min(Math.max(one.to, one.from), length),
      severity: one.severity === "lint" ? "hint" : one.severity,
      source: one.code,
      message: [one.message, ...one.notes.map((note) => `note: ${note}`), ...one.helps.filter((h) => !h.edits.length).map((h) => `help: ${h.message}`)].join("\n"),
      actions: one.helps.filter((help) => help.edits.length).map((help) => ({ name: help.message, apply: () => this.asks.fix(help) })),
    }));
    this.view.dispatch(cm.setDiagnostics(this.view.state, marks));
  }

  // Choose the first place where `words` stand.
  choose(words) {
    const at = this.view.state.doc.toString().indexOf(words);
    if (at < 0) return;
    this.view.dispatch({ selection: { anchor: at, head: at + words.length }, scrollIntoView: true });
    this.view.focus();
  }

  // Where the first place of `words` is on the screen.
  boxOf(words) {
    const at = this.view.state.doc.toString().indexOf(words) + 2;
    const { left, top, bottom } = this.view.coordsAtPos(at);
    return { x: left, y: (top + bottom) / 2 };
  }

  // Put the cursor at an offset, or at a line, and show it.
  go(from, line = 0) {
    const { doc } = this.view.state;
    const at = line ? doc.line(Math.min(Math.max(line, 1), doc.lines)).from : Math.min(from, doc.length);
    this.view.dispatch({ selection: { anchor: at }, effects: cm.EditorView.scrollIntoView(at, { y: "center" }) });
    this.view.focus();
  }
}

// The workbench: files and their editor on one side, what the rules as typed do on the other.
/* global make */
import { Editor } from "./editor.js";
import { Files } from "./files.js";
import { Table } from "./rows.js";
import { ask, enter, Newest } from "./server.js";
import { Time } from "./time.js";

const PAUSE = 80; // milliseconds without a key before rules are looked at
const LOOK_AGAIN = 10_000; // milliseconds between looks at the disk
const find = (selector) => document.querySelector(selector);

class Workbench {
  constructor(project) {
    this.project = project;
    this.me = crypto.randomUUID();
    this.number = 0;
    this.checks = new Newest("check");
    this.previews = new Newest("preview");
    this.bases = new Newest("preview");
    this.diagnostics = [];
    this.edition = 0; // counts what is typed
    this.checked = -1; // the edition that the diagnostics are of
    this.base = { key: "", answer: null };
    this.editor = new Editor(find("#editor"), project.words, {
      changed: () => this.typed(),
      complete: (offset) => this.place("complete", offset),
      hover: async (offset) => (await this.place("hover", offset))?.text,
      save: () => this.save(),
      format: () => this.format(),
      fix: (help) => this.fix(help),
    });
    this.files = new Files(this.editor);
    this.files.versions = project.files;
    this.time = new Time(() => this.later());
    this.table = new Table((row) => ask("row", { ...this.shown, row }), (file, line) => this.line(file, line));
    this.waiting = 0;
    this.paused = 0;
  }

  async start() {
    find("#project").textContent = this.project.root;
    for (const feed of this.project.feeds) find("#feed").append(make("option", { value: feed, text: feed }));
    this.list();
    this.listen();
    const first = this.project.rules.find((name) => name in this.project.files) || Object.keys(this.project.files)[0];
    if (!first) return tell("There is no rule file here: `feedwright init` makes a project.");
    await this.show(first);
    await this.moments();
    this.channels(this.channelNames || []);
    this.look();
    return undefined;
  }

  listen() {
    find("#save").addEventListener("click", () => this.save());
    find("#format").addEventListener("click", () => this.format());
    find("#revert").addEventListener("click", () => this.revert());
    for (const id of ["#feed", "#channel", "#rows-limit"]) find(id).addEventListener("change", () => this.later());
    find("#setting").addEventListener("submit", (event) => event.preventDefault());
    find("#compare").addEventListener("click", () => this.compare());
    find("#run-tests").addEventListener("click", () => this.test());
    find("#count").addEventListener("click", () => this.count());
    tabs();
    window.addEventListener("beforeunload", (event) => {
      if (Object.keys(this.files.unsaved()).length) event.preventDefault();
    });
    window.addEventListener("focus", () => this.disk());
    setInterval(() => { if (!document.hidden) this.disk(); }, LOOK_AGAIN);
  }

  // --- files ----------------------------------------------------------------------------------

  list() {
    const unsaved = this.files.unsaved();
    const items = Object.keys(this.files.versions).map((name) => {
      const changed = name in unsaved;
      const button = make("button", { type: "button", "aria-current": name === this.files.current ? "true" : null, text: name });
      if (changed) button.append(make("span", { class: "dot", "aria-hidden": "true", text: " ●" }), make("span", { class: "unseen", text: " not saved" }));
      button.addEventListener("click", () => this.guarded(() => this.show(name)));
      return make("li", {}, button);
    });
    const focused = document.activeElement?.closest?.("#files button")?.firstChild.textContent;
    find("#files").replaceChildren(...items);
    if (focused) [...document.querySelectorAll("#files button")].find((one) => one.firstChild.textContent === focused)?.focus();
  }

  async show(name) {
    const file = await this.files.show(name);
    find("#format").disabled = !name.endsWith(".rules") || !file.writable;
    this.list();
    this.buttons();
    this.marks();
  }

  buttons() {
    const file = this.files.known.get(this.files.current);
    const changed = this.files.isChanged(file.name);
    find("#save").disabled = !changed || !file.writable;
    find("#revert").disabled = !changed;
    const many = Object.keys(this.files.unsaved()).length;
    const others = many - (changed ? 1 : 0);
    const words = [file.writable ? "" : "read only", changed ? "not saved" : "saved", others ? `${others} other ${others === 1 ? "file" : "files"} not saved` : ""];
    const state = words.filter(Boolean).join(", ");
    if (find("#state").textContent !== state) find("#state").textContent = state;
    document.title = `${many ? "● " : ""}${file.name} · Feedwright`;
  }

  async save() {
    const file = this.files.known.get(this.files.current);
    if (!file.writable || !this.files.isChanged(file.name)) return;
    await this.guarded(() => this.saving(file, file.version));
  }

  async saving(file, version) {
    try {
      await this.files.save(file, version);
      tell("");
    } catch (fault) {
      if (fault.kind !== "conflict") throw fault;
      await this.conflict(file, fault);
    }
    this.list();
    this.buttons();
    this.later();
  }

  // The file is another on disk: only a person can say whose text counts.
  async conflict(file, fault) {
    const { current, lines } = fault.answer;
    find("#conflict-title").textContent = current ? `${file.name} changed on disk` : `${file.name} was deleted on disk`;
    find("#conflict-says").textContent = current
      ? "Another program saved it since you opened it. These lines differ: - stands on disk, + is what you typed."
      : "Another program deleted it since you opened it. Your text is still here.";
    find("#conflict-lines").replaceChildren(...coloured(lines || []));
    find("#conflict-lines").hidden = !current;
    find('#conflict [value="theirs"]').hidden = !current;
    const answer = await choice(find("#conflict"));
    if (answer === "mine") await this.saving(file, current ? current.version : null);
    if (answer === "theirs" && current) {
      this.files.taken(file, current);
      this.files.replace(file, current.text);
    }
  }

  async format() {
    const file = this.files.known.get(this.files.current);
    if (!file.name.endsWith(".rules") || !file.writable) return;
    await this.guarded(async () => {
      const { text } = await ask("format", { name: file.name, texts: this.files.unsaved() });
      if (text === null) tell("It cannot be formatted while it has mistakes of syntax: mend these first.");
      else this.files.replace(file, text);
    });
  }

  revert() {
    const file = this.files.known.get(this.files.current);
    this.files.replace(file, file.text); // one step, which undoing undoes
  }

  async disk() {
    await this.guarded(async () => {
      const { shown, waiting, any } = await this.files.refresh();
      if (waiting.length) tell(`${waiting.join(", ")} changed on disk while you work on it; saving will ask whose text counts.`);
      else if (shown.length) tell(`${shown.join(", ")} changed on disk, and is shown as it is now.`);
      if (!any) return;
      this.base.key = "";
      this.list();
      this.buttons();
      this.later();
    });
  }

  // --- what is asked --------------------------------------------------------------------------

  typed() {
    this.edition += 1;
    this.paused = performance.now(); // how long the preview takes after a key is told in the page's data
    this.list();
    this.buttons();
    this.later();
  }

  later() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.look(), PAUSE);
  }

  question(texts = this.files.unsaved()) {
    this.number += 1;
    const rows = Number(find("#rows-limit").value);
    return { texts, feed: find("#feed").value, channel: find("#channel").value || null, at: this.time.at,
      rows, page: this.me, number: this.number };
  }

  async place(path, offset) {
    try {
      return await ask(path, { texts: this.files.unsaved(), name: this.files.current, offset });
    } catch {
      return null; // a help that fails is no help; what is wrong with the server is told elsewhere
    }
  }

  async look() {
    await this.guarded(async () => {
      const edition = this.edition;
      const answer = await this.checks.ask({ texts: this.files.unsaved(), name: this.files.current });
      if (answer === null) return;
      const weight = { error: 0, warning: 1, lint: 2 };
      this.diagnostics = answer.diagnostics.sort((a, b) => weight[a.severity] - weight[b.severity]);
      this.checked = edition;
      this.marks();
      if (answer.channels) this.channels(answer.channels);
      document.body.classList.toggle("outdated", !answer.well);
      if (!answer.well) {
        find("#about").textContent = "The rules have errors: the rows below are those of the last rules without.";
        return;
      }
      await this.preview();
      await this.moments();
    });
  }

  async preview() {
    if (!this.project.feeds.length) {
      find("#sentence").textContent = "There is no feed to preview: name one with `feedwright serve --feed FILE`, or in the settings.";
      return;
    }
    const question = this.question();
    const setting = JSON.stringify([question.feed, question.channel, question.at, question.rows]);
    const answer = await this.previews.ask(question).catch((fault) => {
      if (fault.kind !== "question") throw fault;
      find("#sentence").textContent = fault.message;
      document.body.classList.add("outdated");
      return null;
    });
    if (answer === null) return;
    const isSaved = Object.keys(question.texts).length === 0;
    if (isSaved) this.base = { key: setting, answer };
    const base = this.base.key === setting ? this.base.answer : null;
    this.shown = { ...question, page: "", number: 0 }; // rows are opened as they are shown
    this.rows(answer, isSaved ? null : base);
    document.documentElement.dataset.previewed = String(Number(document.documentElement.dataset.previewed || 0) + 1);
    document.documentElement.dataset.took = String(Math.round(performance.now() - this.paused));
    if (!isSaved && base === null) await this.compareWithSaved(setting, answer);
  }

  // What the saved rules give is asked for once, when there is time: changed cells are marked by it.
  async compareWithSaved(setting, answer) {
    const base = await this.bases.ask({ ...this.question({}), page: `${this.me} saved` }).catch(() => null);
    if (base === null) return;
    this.base = { key: setting, answer: base };
    if (this.table.answer === answer) this.table.take(answer, base);
  }

  rows(answer, base) {
    document.body.classList.remove("outdated");
    if (find("#sentence").textContent !== answer.sentence) find("#sentence").textContent = answer.sentence;
    const part = answer.whole ? "the whole feed" : "a sample: the first rows of the feed, not all of it";
    find("#counting").hidden = answer.whole;
    find("#counted").textContent = "";
    find("#about").textContent = [`${part}, for ${answer.channel} at ${answer.at}; nothing is sent`, ...answer.notes].join(" · ");
    this.table.take(answer, base);
  }

  async moments() {
    const told = await ask("timeline", { texts: this.files.unsaved() }).catch((fault) => {
      if (fault.kind === "question") return null;
      throw fault;
    });
    if (told === null) return;
    if (!find("#channel").options.length) this.project.channel ||= told.channel;
    this.channelNames = told.channels;
    this.time.take(told);
  }

  channels(names) {
    const select = find("#channel");
    if (JSON.stringify([...select.options].map((one) => one.value)) === JSON.stringify(names)) return;
    const chosen = select.value || this.project.channel || names[0];
    select.replaceChildren(...names.map((name) => make("option", { value: name, text: name, selected: name === chosen })));
  }

  // --- what is wrong --------------------------------------------------------------------------

  marks() {
    const here = this.diagnostics.filter((one) => one.file === this.files.current);
    if (this.checked === this.edition) this.editor.mark(here);
    const count = (severity) => this.diagnostics.filter((one) => one.severity === severity).length;
    const parts = [["error", "errors"], ["warning", "warnings"], ["lint", "hints"]].map(([one, many]) => [count(one), one === "lint" ? "hint" : one, many]).filter(([n]) => n);
    find("#problems-count").textContent = parts.map(([n, one, many]) => `${n} ${n === 1 ? one : many}`).join(", ") || "none";
    const open = new Set([...document.querySelectorAll("#problems details[open]")].map((one) => one.dataset.key));
    find("#problems").replaceChildren(...this.diagnostics.slice(0, 200).map((one) => this.problem(one, open)));
  }

  problem(one, open) {
    const place = make("button", { type: "button", class: "open", text: `${one.file}:${one.line}` });
    place.addEventListener("click", () => this.guarded(() => this.go(one)));
    const made = make("li", { class: one.severity }, make("span", { class: `badge ${one.severity}`, text: `${one.severity} ${one.code}` }), ` ${one.message} `, place);
    for (const help of one.helps.filter((each) => each.edits.length)) {
      const button = make("button", { type: "button", class: "fix", text: help.message });
      if (help.level) button.append(make("span", { class: "place", text: ` ${help.level}` }));
      button.addEventListener("click", () => this.fix(help));
      made.append(" ", button);
    }
    const more = [...one.labels.map((l) => `${l.file}:${l.line}: ${l.message}`), ...one.notes.map((n) => `note: ${n}`), ...one.helps.filter((h) => !h.edits.length).map((h) => `help: ${h.message}`)];
    if (more.length) {
      const key = `${one.code} ${one.message}`;
      made.append(make("details", { open: open.has(key), "data-key": key }, make("summary", { text: "more" }), ...more.map((text) => make("p", { text, dir: "auto" }))));
    }
    return made;
  }

  async go(one) {
    if (!(one.file in this.files.versions)) return tell(`${one.file} is none of the files that are edited here.`);
    if (one.file !== this.files.current) await this.show(one.file);
    this.editor.go(one.from);
    return undefined;
  }

  // Show a line of a file; without a line, only whether the file is one of those edited here.
  line(file, line) {
    const known = file in this.files.versions;
    if (known && line) {
      this.guarded(async () => {
        if (file !== this.files.current) await this.show(file);
        this.editor.go(0, line);
      });
    }
    return known;
  }

  async fix(help) {
    // The edit counts in the text that was checked; of another text it would hit the wrong letters.
    if (this.checked !== this.edition) return;
    await this.guarded(async () => {
      await this.files.edit(help.edits);
      this.typed();
      this.editor.view.focus();
    });
  }

  async count() {
    find("#counted").textContent = "counting…";
    find("#count").disabled = true;
    await this.guarded(async () => {
      const answer = await ask("count", this.shown);
      find("#counted").textContent = [`${answer.sentence}, the whole feed`, ...answer.remarks].join(" · ");
    });
    find("#count").disabled = false;
  }

  // --- changes and tests ----------------------------------------------------------------------

  async compare() {
    const here = find("#changes");
    here.replaceChildren(make("p", { text: "Comparing…" }));
    find("#compare").disabled = true;
    await this.guarded(async () => {
      const answer = await ask("changes", { ...this.question(), page: "" });
      const told = answer.told.map((text) => make("p", { text, dir: "auto", class: text.startsWith("  WATCH OUT") ? "watch" : text.startsWith(" ") ? "inner" : null }));
      here.replaceChildren(make("div", { class: "impact" }, ...told), diffOf(answer.lines));
    }, here);
    find("#compare").disabled = false;
  }

  async test() {
    const here = find("#tests");
    here.replaceChildren(make("p", { text: "Running…" }));
    find("#run-tests").disabled = true;
    await this.guarded(async () => {
      const answer = await ask("tests", { ...this.question(), page: "" });
      here.replaceChildren(make("p", {}, make("strong", { text: `${answer.passed} passed, ${answer.failed} failed` })), make("ul", { class: "tests" }, ...answer.cases.sort((a, b) => Number(a.passed) - Number(b.passed)).map((one) => this.case(one))));
    }, here);
    find("#run-tests").disabled = false;
  }

  case(one) {
    const place = make("button", { type: "button", class: "open", text: `${one.file}:${one.line}` });
    place.addEventListener("click", () => this.line(one.file, one.line));
    return make("li", {}, make("span", { class: `badge ${one.passed ? "offer" : "error"}`, text: one.passed ? "passed" : "FAILED" }), ` ${one.name} `, place, ...one.failures.map((text) => make("pre", { text, dir: "auto" })));
  }

  // Whatever goes wrong is told in the page; what is typed stays.
  async guarded(work, here = null) {
    try {
      await work();
      if (find("#notice").dataset.kind === "lost") tell("");
    } catch (fault) {
      here?.replaceChildren();
      if (fault instanceof TypeError && /fetch|network/i.test(fault.message)) tell("The workbench does not answer: does `feedwright serve` still run? What you typed is still here.", "lost");
      else if (fault.kind === 401) tell("This page lost its leave: open the address that `feedwright serve` shows now in another tab. What you typed is still here.", "lost");
      else tell(fault.message);
    }
  }
}

function tell(text, kind = "") {
  const notice = find("#notice");
  notice.dataset.kind = kind;
  notice.hidden = !text;
  notice.replaceChildren();
  if (!text) return;
  const close = make("button", { type: "button", text: "close" });
  close.addEventListener("click", () => tell(""));
  notice.append(make("span", { text }), close);
}

function diffOf(lines) {
  return make("pre", { class: "lines", tabindex: "0", "aria-label": "changed lines", hidden: !lines.length }, ...coloured(lines));
}

function coloured(lines) {
  const kinds = { "+": "added", "-": "removed", "@": "place" };
  return lines.map((text) => make("span", { class: kinds[text[0]] || null, text: `${text}\n` }));
}

function choice(dialog) {
  return new Promise((resolve) => {
    const buttons = [...dialog.querySelectorAll("button")];
    const done = (value) => { dialog.onclose = null; dialog.close(); resolve(value); };
    for (const button of buttons) button.onclick = () => done(button.value);
    dialog.onclose = () => resolve("wait");
    dialog.showModal();
  });
}

function tabs() {
  const all = [...document.querySelectorAll("[role=tab]")];
  const choose = (tab) => {
    for (const one of all) {
      const mine = one === tab;
      one.setAttribute("aria-selected", String(mine));
      one.tabIndex = mine ? 0 : -1;
      document.getElementById(one.getAttribute("aria-controls")).hidden = !mine;
    }
    tab.focus();
  };
  for (const [at, tab] of all.entries()) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) choose(all[(at + step + all.length) % all.length]);
    });
  }
}

async function start() {
  try {
    await enter();
    const bench = new Workbench(await ask("project"));
    // For a console, and for tests: what the editor holds, ways to choose words in it and to point at them.
    window.feedwright = { text: () => bench.editor.view.state.doc.toString(), choose: (words) => bench.editor.choose(words), boxOf: (words) => bench.editor.boxOf(words) };
    await bench.start();
  } catch (fault) {
    tell(fault.kind === 401 ? "Open the address that `feedwright serve` shows in the terminal: what lets this page in stands at its end." : fault.message);
    find("#sentence").textContent = "";
  }
  document.documentElement.dataset.ready = "yes";
}

start();

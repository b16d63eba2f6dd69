// The files of the project as this page knows them: what is saved, what is typed.
import { ask } from "./server.js";

export class Files {
  constructor(editor) {
    this.editor = editor;
    this.known = new Map(); // name -> {name, text, version, writable, state}
    this.versions = {};
    this.current = null;
    this.turn = Promise.resolve();
  }

  // One after the other: a look at the disk in the middle of saving would take one's own text for another's.
  inTurn(work) {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  // Open `name` if it is not open yet; its text as saved.
  async load(name) {
    if (!this.known.has(name)) {
      const file = await ask("open", { name });
      this.known.set(name, { ...file, state: this.editor.state(file) });
    }
    return this.known.get(name);
  }

  async show(name) {
    const file = await this.load(name);
    this.keep();
    this.current = name;
    this.editor.show(file);
    return file;
  }

  // Take over what the editor holds of the file that it shows.
  keep() {
    if (this.current) this.known.get(this.current).state = this.editor.view.state;
  }

  typed(file) {
    return (file.name === this.current ? this.editor.view.state : file.state).doc.toString();
  }

  isChanged(name) {
    const file = this.known.get(name);
    return file !== undefined && this.typed(file) !== file.text;
  }

  // The texts that are not saved, by file.
  unsaved() {
    const found = {};
    for (const file of this.known.values()) {
      const text = this.typed(file);
      if (text !== file.text) found[file.name] = text;
    }
    return found;
  }

  // Put `edits` ({file, from, to, text}) into their files, opened where they are not.
  async edit(edits) {
    const byFile = new Map();
    for (const one of edits) byFile.set(one.file, [...(byFile.get(one.file) || []), one]);
    for (const [name, changes] of byFile) {
      const file = await this.load(name);
      if (!file.writable) throw new Error(`${name} cannot be saved here: the edit is yours to make`);
      const made = changes.map(({ from, to, text }) => ({ from, to, insert: text }));
      this.change(file, made);
    }
  }

  change(file, changes) {
    if (file.name === this.current) this.editor.view.dispatch({ changes, userEvent: "input.fix" });
    else file.state = file.state.update({ changes }).state;
  }

  replace(file, text) {
    const state = file.name === this.current ? this.editor.view.state : file.state;
    if (state.doc.toString() !== text) this.change(file, { from: 0, to: state.doc.length, insert: text });
  }

  // Save `file` in the place of the version that was read; throws a conflict.
  save(file, version) {
    return this.inTurn(async () => {
      this.taken(file, await ask("save", { name: file.name, text: this.typed(file), version }));
    });
  }

  // What is on disk is known now; what is typed stays.
  taken(file, saved) {
    file.text = saved.text;
    file.version = saved.version;
    this.versions[file.name] = saved.version;
  }

  // See what changed on disk. Returns {shown: names taken anew, waiting: names with unsaved work}.
  refresh() {
    return this.inTurn(() => this.look());
  }

  async look() {
    const { files } = await ask("files");
    const changed = { shown: [], waiting: [], any: JSON.stringify(files) !== JSON.stringify(this.versions) };
    this.versions = files;
    for (const file of this.known.values()) {
      if (files[file.name] === file.version) continue;
      if (this.isChanged(file.name)) changed.waiting.push(file.name);
      else if (files[file.name] !== undefined) {
        const fresh = await ask("open", { name: file.name });
        const text = this.typed(file);
        if (text !== file.text) continue; // typed meanwhile: not overwritten
        this.taken(file, fresh);
        this.replace(file, fresh.text);
        changed.shown.push(file.name);
      }
    }
    return changed;
  }
}

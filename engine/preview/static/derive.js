// The derivation of one row, picked from the steps of every row: only what counted is there.
// engine/insight/picking.py picks in the same way; a test holds the two together.
"use strict";

class Picker {
  // `data` is the page's data, `row` the place of the row in its columns (from 0).
  constructor(data, row, told = []) {
    this.data = data;
    this.row = row;
    this.told = new Set(told);
  }

  cell(name) {
    const column = this.data.columns[name];
    if (column === undefined) return null;
    const code = column.all === undefined ? column.codes[this.row] : column.all;
    return code < 0 ? code : column.texts[code];
  }

  answer(at) {
    const found = this.cell(String(at));
    const text = typeof found === "string" ? found : null;
    return { text, failed: found === -2, cleared: found === -3, yes: text === "yes" };
  }

  static state(answer) {
    if (answer.cleared) return "cleared";
    if (answer.failed) return "failed";
    return answer.text === null ? "missing" : "value";
  }

  text(at, mark) {
    const found = this.cell(at + mark);
    return typeof found === "string" ? found : null;
  }

  derive(at) {
    const step = this.data.steps[at];
    const answer = this.answer(at);
    const made = { what: step.what, text: step.text, state: Picker.state(answer) };
    if (answer.text !== null) made.value = answer.text;
    if (step.rule) made.rule = step.rule;
    const ways = {
      all: () => this.plain(at, step, made),
      yes: () => this.with(made, this.deciding(step, answer)),
      no: () => this.with(made, this.deciding(step, answer)),
      repair: () => this.repaired(step, made),
      cases: () => this.with(made, this.cases(step)),
      rows: () => this.table(step, made),
      requirement: () => this.requirement(at, step, made),
      name: () => this.named(step, made),
    };
    return ways[step.picking]();
  }

  with(made, parts, note = "") {
    if (note) made.note = note;
    if (parts.length) made.parts = parts;
    return made;
  }

  plain(at, step, made) {
    const parts = step.parts.map((part) => this.derive(part));
    if (step.what === "attribute" || step.what === "name") {
      made.state = parts[0].state;
      if (step.what === "attribute" && made.state === "missing") made.state = "omitted";
      return this.with(made, parts, step.note);
    }
    if (step.what === "cell") {
      const unread = made.value === undefined && this.cell(at + "~") === "true";
      made.cell = { row: this.data.rows.number[this.row], column: step.cell, text: this.text(at, "#") };
      return this.with(made, parts, unread ? `cannot be read as ${step.kind}` : "");
    }
    if (step.what === "look-up") return this.lookedUp(at, step, made, parts);
    if (step.what === "ending") {
      made.state = step.state;
      delete made.value;
      return this.with(made, parts, this.text(at, "#") || "");
    }
    return this.with(made, parts);
  }

  lookedUp(at, step, made, parts) {
    const found = this.text(at, "#");
    const place = found === null ? null : step.rows[Number(found)];
    const key = step.parts.map((part) => this.answer(part).text || "(missing)").join(", ");
    made.table = { name: step.table, column: step.column, key, row: place };
    return this.with(made, parts, place ? "" : `no row of \`${step.table}\` has the key ${key}`);
  }

  deciding(step, answer) {
    const first = step.parts.find((part) => this.answer(part).text === step.picking);
    const decided = answer.text === step.picking && first !== undefined;
    return (decided ? [first] : step.parts).map((part) => this.derive(part));
  }

  repaired(step, made) {
    const [first, second] = step.parts;
    const value = this.answer(first);
    const needed = step.failed ? value.failed : value.text === null && !value.failed;
    const used = needed && !value.cleared;
    const rejecting = this.data.steps[first].state === "rejected";
    const parts = (used || rejecting ? [first, second] : [first]).map((part) => this.derive(part));
    const word = step.failed ? "failed, so what `on error` says" : "missing, so the default";
    return this.with(made, parts, used ? word : "");
  }

  cases(step) {
    const parts = [];
    for (let at = 0; at + 1 < step.parts.length; at += 2) {
      parts.push(this.tried(step.parts[at], "case"));
      if (this.answer(step.parts[at]).yes) return [...parts, this.derive(step.parts[at + 1])];
    }
    return [...parts, this.derive(step.parts[step.parts.length - 1])];
  }

  tried(condition, what) {
    const step = this.data.steps[condition];
    const fits = this.answer(condition);
    let deciding = [condition];
    if (step.picking === "no") {
      const unmet = step.parts.filter((part) => !this.answer(part).yes);
      deciding = fits.yes ? step.parts : unmet.slice(0, 1);
    }
    const made = { what, text: step.text, state: Picker.state(fits) };
    if (fits.text !== null) made.value = fits.text;
    if (step.rule) made.rule = step.rule;
    made.taken = fits.yes;
    return this.with(made, deciding.map((part) => this.derive(part)));
  }

  table(step, made) {
    const parts = [];
    const values = [];
    const pairs = [...step.parts];
    if (step.guarded) {
      const guard = pairs.shift();
      parts.push(this.tried(guard, "case"));
      if (!this.answer(guard).yes) {
        made.state = "omitted";
        delete made.value;
        return this.with(made, parts);
      }
    }
    let fitted = false;
    for (let number = 0; number < step.rows.length; number += 1) {
      const tried = this.tried(pairs[2 * number], "row");
      tried.text = `row ${number + 1}: ${step.rows[number][0]}`;
      tried.rule = step.rows[number][1];
      if (tried.taken) {
        fitted = true;
        const found = this.derive(pairs[2 * number + 1]);
        if (found.value !== undefined) values.push(found.value);
        tried.parts = [...(tried.parts || []), found];
      }
      parts.push(tried);
      if (fitted && step.first) break;
    }
    delete made.value;
    if (values.length) made.value = values.join(", ");
    made.state = values.length ? "value" : "omitted";
    return this.with(made, parts, fitted ? "" : "no row of the table fits");
  }

  requirement(at, step, made) {
    const guards = step.parts.slice(0, -1);
    const parts = guards.map((guard) => this.tried(guard, "case"));
    if (guards.some((guard) => !this.answer(guard).yes)) {
      made.state = "missing";
      delete made.value;
      return this.with(made, parts, "not asked for here");
    }
    parts.push(this.derive(step.parts[step.parts.length - 1]));
    return this.with(made, parts, made.value === "no" ? this.text(at, "#") || "" : "");
  }

  named(step, made) {
    if (!step.parts.length) return made;
    const target = step.parts[0];
    if (this.told.has(target)) return this.with(made, [], "as above");
    this.told.add(target);
    return this.derive(target);
  }
}

// Why `attribute` is what it is in a row: the same JSON as `feedwright explain --format json` gives.
function explain(data, row, attribute) {
  const root = data.roots[attribute];
  const found = { row: data.rows.number[row], attribute };
  if (root === undefined) return { ...found, state: "omitted", value: null };
  const why = new Picker(data, row, [root]).derive(root);
  const step = data.steps[root];
  const picker = new Picker(data, row);
  let value = why.value === undefined ? null : why.value;
  if (data.columns["=" + attribute]) value = picker.text("=" + attribute, "");
  let state = value === null ? "omitted" : "value";
  if (picker.cell("=" + attribute + "?") === "true") [value, state] = [null, "cleared"];
  const made = { ...found, state, value };
  if (step.clause) made.clause = step.clause;
  made.why = why;
  const requirements = (step.requirements || []).map((at) => new Picker(data, row).derive(at));
  if (requirements.length) made.requirements = requirements;
  return made;
}

// How the rule on a line came to say what it said of a row; null where no rule is there.
function explainLine(data, row, file, line) {
  const rule = data.rules.find(([of, first, last]) => of === file && first <= line && line <= last);
  return rule ? new Picker(data, row, [rule[3]]).derive(rule[3]) : null;
}

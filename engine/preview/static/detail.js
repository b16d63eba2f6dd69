// One row opened: its reasons, its attributes with why, its cells, its payload.
"use strict";

const WORDS = { missing: "missing", failed: "failed", omitted: "left out", cleared: "sent empty", rejected: "rejects the row" };

function detail(data, rows, row) {
  const reasons = rows.reasons(row);
  const parts = [];
  if (reasons.length) {
    parts.push(make("h3", { text: "Reasons" }));
    for (const one of reasons) {
      parts.push(make("p", { dir: "auto" }, make("span", { class: `badge ${one.severity}`, text: one.severity }),
        ` ${one.code}: ${one.message} `, make("span", { class: "place", text: placeOf(one) })));
      const why = one.rule ? explainLine(data, row, one.rule.file, one.rule.line) : null;
      if (why) parts.push(opened(`why ${one.code}`, () => tree(why)));
    }
  }
  parts.push(make("div", { class: "two" }, attributes(data, rows, row), cells(data, rows, row)));
  const how = rows.own("package_why", row);
  if (how !== null) parts.push(make("p", { text: `sent as ${rows.own("package", row)}: ${how}` }));
  const payload = rows.own("payload", row);
  if (payload !== null) parts.push(opened("JSON offer request", () => make("pre", { text: layJson(payload) })));
  const xml = rows.own("xml", row);
  if (xml !== null) parts.push(opened("XML offer", () => make("pre", { text: layXml(xml) })));
  return parts;
}

// A disclosure whose content is made when it is first opened.
function opened(title, content) {
  const made = make("details", {}, make("summary", { text: title }));
  made.addEventListener("toggle", () => { if (made.open && made.children.length === 1) made.append(content()); });
  return made;
}

function attributes(data, rows, row) {
  const body = data.attributes.map((one) => {
    const found = explain(data, row, one.name);
    const value = found.value === null ? WORDS[found.state] : found.value;
    const way = rows.own("package", row) === "json" ? one.json : one.xml;
    const why = opened(value, () => make("div", {}, tree(found.why), ...(found.requirements || []).map(tree),
      ...(found.clause ? [make("p", { class: "place", text: `implements: ${found.clause}` })] : [])));
    return make("tr", {}, make("th", { scope: "row", text: one.name }), make("td", { dir: "auto" }, why),
      make("td", { class: "place", text: way || "" }));
  });
  return make("div", {}, make("h3", { text: "Attributes: open one to see why" }), make("table", {}, make("tbody", {}, ...body)));
}

function cells(data, rows, row) {
  const body = data.cells.map((column) => make("tr", {}, make("th", { scope: "row", dir: "auto", text: column }),
    make("td", { dir: "auto", text: rows.value(`cell:${column}`, row) || "" })));
  return make("div", {}, make("h3", { text: "Cells that the rules read" }), make("table", {}, make("tbody", {}, ...body)));
}

function tree(step) {
  return make("ul", { class: "tree" }, branch(step));
}

function branch(step) {
  const made = make("li", { dir: "auto" }, ...label(step));
  const parts = below(step);
  if (parts.length) made.append(make("ul", {}, ...parts.map(branch)));
  return made;
}

const NAMED = ["attribute", "name"];

function plain(step) {
  return ["calculation", "condition", "function", "constant", "ending"].includes(step.what) && !step.note;
}

// An only part that says the same again is passed over.
function below(step) {
  const parts = step.parts || [];
  if (parts.length !== 1 || !plain(parts[0])) return parts;
  return NAMED.includes(step.what) || parts[0].text === step.text ? parts[0].parts || [] : parts;
}

function label(step) {
  const value = step.value === undefined ? WORDS[step.state] || "" : step.value;
  const made = [];
  if (step.what === "case" || step.what === "row") {
    made.push(make("span", { class: step.taken ? "yes" : "no", text: step.taken ? "✓ " : "✗ " }));
    made.push(step.what === "case" ? `when ${step.text}: ${value}` : step.text);
  } else if (step.what === "cases") made.push(`cases = ${value}`);
  else if (step.what === "constant") made.push(step.text);
  else if (step.what === "ending") made.push(`${step.text}: ${WORDS[step.state] || ""}`);
  else {
    made.push(NAMED.includes(step.what) ? make("strong", { text: step.text }) : step.text, ` = ${value}`);
    const only = (step.parts || [])[0];
    const formula = NAMED.includes(step.what) && step.parts && step.parts.length === 1 && plain(only) && only.text !== step.value;
    if (formula && only.text) made.push(make("span", { class: "place", text: ` from ${only.text}` }));
  }
  if (step.note) made.push(make("span", { class: "place", text: ` (${step.note})` }));
  if (step.cell) {
    const blank = step.cell.text === null || !step.cell.text.trim();
    const text = blank ? "is empty" : `“${step.cell.text}”`;
    made.push(make("span", { class: "cell", text: ` row ${step.cell.row}, column ${step.cell.column}: ${text}` }));
  } else if (step.table && step.table.row) {
    made.push(make("span", { class: "cell", text: ` key ${step.table.key}, ${step.table.row.file}:${step.table.row.line}` }));
  } else if (step.rule && [...NAMED, "table", "row", "requirement"].includes(step.what)) {
    made.push(make("span", { class: "place", text: ` ${step.rule.file}:${step.rule.line}` }));
  }
  return made;
}

// JSON with line breaks; its numbers keep their digits, which parsing would lose.
function layJson(text) {
  let depth = 0;
  const indent = () => "\n" + "  ".repeat(depth);
  return text.replace(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g, (token) => {
    if (token === "{" || token === "[") { depth += 1; return token + indent(); }
    if (token === "}" || token === "]") { depth -= 1; return indent() + token; }
    if (token === ",") return token + indent();
    return token === ":" ? ": " : token;
  });
}

function layXml(text) {
  let depth = 0;
  return text.replace(/></g, ">\n<").split("\n").map((line) => {
    if (line.startsWith("</")) depth -= 1;
    const laid = "  ".repeat(Math.max(depth, 0)) + line;
    if (!line.startsWith("</") && !line.endsWith("/>") && !line.includes("</")) depth += 1;
    return laid;
  }).join("\n");
}

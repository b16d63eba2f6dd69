// The mapping in JSONata, over JSON Lines: node jsonata_mapping.cjs FEED OFFERS REJECTIONS TABLES
// (TABLES as JSON; the package `jsonata` is found through NODE_PATH).
"use strict";
const fs = require("fs");
const path = require("path");
const readline = require("readline");
const jsonata = require("jsonata");

async function main([feed, offers, rejections, tables]) {
  const text = fs.readFileSync(path.join(__dirname, "mapping.jsonata"), "utf8");
  const mapping = jsonata(text);
  const bound = { tables: JSON.parse(tables), row: 0 };
  const out = fs.openSync(offers, "w");
  const refused = fs.openSync(rejections, "w");
  for await (const line of readline.createInterface({ input: fs.createReadStream(feed) })) {
    bound.row += 1;
    const made = await mapping.evaluate(JSON.parse(line), bound);
    if (made.offer) fs.writeSync(out, JSON.stringify(made.offer) + "\n");
    else fs.writeSync(refused, JSON.stringify(made.rejection) + "\n");
  }
}

main(process.argv.slice(2)).catch((fault) => {
  console.error(fault);
  process.exit(1);
});

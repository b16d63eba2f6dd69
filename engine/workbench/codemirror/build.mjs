// Writes ../static/codemirror.js, one file without any import, and the licences of what is in it.
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const made = await build({
  entryPoints: ["codemirror.mjs"],
  outfile: "../static/codemirror.js",
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  banner: { js: "// CodeMirror, bundled by ../codemirror/build.mjs; its licences stand in codemirror.LICENSES" },
});
const packages = new Set();
for (const input of Object.keys(made.metafile.inputs)) {
  const found = input.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//);
  if (found) packages.add(found[1]);
}
const told = [...packages].sort().map((name) => {
  const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
  return `${name} ${version}\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8").trim()}\n`;
});
writeFileSync("../static/codemirror.LICENSES", told.join("\n----\n\n"));

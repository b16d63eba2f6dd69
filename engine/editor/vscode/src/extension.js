// The client: starts `feedwright lsp` for rule files, and says what to do where it cannot.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const vscode = require("vscode");
const { CloseAction, ErrorAction, LanguageClient } = require("vscode-languageclient/node");

// What the server reads beside the open rules: a change of these changes what it answers.
const READ = "**/{*.rules,*.csv,*.json,feedwright.yaml,.feedwright.yaml}";
const INSTALL = "Install it with: pip install 'feedwright[editor]'";

let client;

/** The file of the command, or undefined where there is none. */
function find(command) {
  const endings = process.platform === "win32" ? ["", ".exe", ".cmd", ".bat"] : [""];
  const folders = /[\\/]/.test(command) ? [""] : (process.env.PATH ?? "").split(path.delimiter);
  return folders
    .flatMap((folder) => endings.map((ending) => path.join(folder, command + ending)))
    .find((file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile());
}

/** The command of the settings; a path that is not absolute is one inside of the open folder. */
function wanted(folder) {
  const named = vscode.workspace.getConfiguration("feedwright").get("path") || "feedwright";
  const command = folder ? named.replaceAll("${workspaceFolder}", folder) : named;
  const inside = /[\\/]/.test(command) && !path.isAbsolute(command) && folder;
  return inside ? path.join(folder, command) : command;
}

async function start() {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const command = wanted(folder);
  const file = find(command);
  if (file === undefined) {
    return tell(`Feedwright: there is no command \`${command}\`. ${INSTALL}, or set \`feedwright.path\`.`);
  }
  const watched = vscode.workspace.createFileSystemWatcher(READ);
  client = new LanguageClient(
    "feedwright",
    "Feedwright",
    { command: file, args: ["lsp"], options: { cwd: folder } },
    {
      documentSelector: [{ scheme: "file", language: "feedwright" }],
      synchronize: { fileEvents: watched },
      initializationFailedHandler: () => false,
      errorHandler: quietUntil(() => usual),
    },
  );
  let usual;
  try {
    await client.start();
    usual = client.createDefaultErrorHandler();
  } catch (fault) {
    tell(`Feedwright: \`${file} lsp\` did not start: ${fault.message}. ${INSTALL}.`);
  }
}

/** What is done where the server dies: as usual; while it starts there is one message, ours. */
function quietUntil(usual) {
  const handled = true;
  return {
    error: (...what) => usual()?.error(...what) ?? { action: ErrorAction.Shutdown, handled },
    closed: () => usual()?.closed() ?? { action: CloseAction.DoNotRestart, handled },
  };
}

async function tell(message) {
  const settings = "Open settings";
  if ((await vscode.window.showErrorMessage(message, settings)) === settings) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "feedwright.path");
  }
}

async function stop() {
  const running = client;
  client = undefined;
  if (running?.isRunning()) {
    await running.stop();
  }
}

async function restart() {
  await stop();
  await start();
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("feedwright.restart", restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("feedwright.path")) {
        void restart();
      }
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };

#!/usr/bin/env node
// Says hello from Node.js and shows what the engine tells a job. Runs in its own folder, not in a copy:
// that is the default for .js files, because of node_modules.
"use strict";

const names = ["WEBJOBS_NAME", "WEBJOBS_TYPE", "WEBJOBS_RUN_ID", "WEBJOBS_PATH", "WEBJOBS_DATA_PATH"];

console.log(`hello from Node.js ${process.version}, pid ${process.pid}`);
for (const name of names) {
  console.log(`${name}=${process.env[name] ?? ""}`);
}
console.log(`arguments: ${JSON.stringify(process.argv.slice(2))}`);
if (!process.env.WEBJOBS_RUN_ID) {
  console.error("no WEBJOBS_RUN_ID: this script was started by hand");
}
// Not process.exit(), which may lose output that is still on its way.
process.exitCode = 0;

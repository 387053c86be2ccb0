// The operator's command line, beside a running Farebox.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import nextEnv from "@next/env";
import { loadProgram } from "./program.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
nextEnv.loadEnvConfig(root);
const { runCommand } = await loadProgram(root, "lib/server/commands/run.ts");
process.exitCode = await runCommand(process.argv.slice(2));

import nextEnv from "@next/env";
import { runCommand } from "@/lib/server/commands/run";
import { failToStart } from "@/lib/server/failure";

nextEnv.loadEnvConfig(process.cwd());
process.exitCode = await runCommand(process.argv.slice(2)).catch(failToStart);

import { runCommand } from "@/lib/server/commands/run";
import { failToStart } from "@/lib/server/failure";

process.exitCode = await runCommand(process.argv.slice(2)).catch(failToStart);

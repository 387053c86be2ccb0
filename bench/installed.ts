import { spawnSync } from "node:child_process";

/** Whether a program of this name can be run here. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ["-V"]).error === undefined;
}

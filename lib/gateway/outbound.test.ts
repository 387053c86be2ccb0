import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

const CALL = 'export const answer = await fetch("https://api.example/");\n';

/** The files of ours in which the linter objects to a call, were it written there. */
async function objectedTo(files: string[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "farebox-lint-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await copyFile(join(ROOT, "biome.json"), join(folder, "biome.json"));
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), CALL);
  }
  const biome = join(ROOT, "node_modules/.bin/biome");
  const args = ["lint", "--vcs-enabled=false", "--reporter=github", "."];
  const said = await new Promise<string>((resolve) => {
    execFile(biome, args, { cwd: folder }, (_, out, err) => resolve(out + err));
  });
  return files.filter((file) =>
    said.split("\n").some((line) => line.includes(file) && line.includes("noRestrictedGlobals")),
  );
}

test("SSRF: code that calls a URL past the guarding client is a lint error (H7)", async () => {
  const strangers = [
    "lib/endpoints/logo.ts",
    "lib/revenue/webhook.ts",
    "lib/auth/jwks.ts",
    "app/og/route.ts",
  ];
  expect(await objectedTo([...strangers, "lib/chain/facilitator-client.ts"])).toEqual(strangers);
});

test("SSRF: no other way out is imported but by the guarding client (H7)", async () => {
  const files = (await Promise.all(["lib", "app", "components"].map(sourcesIn))).flat();
  const found: string[] = [];
  for (const file of files) {
    const text = await readFile(join(ROOT, file), "utf8");
    if (/from "(?:node:)?(?:https|http2|tls|dgram|undici|axios|got)"/.test(text)) found.push(file);
    if (/\bhttps?\.(?:request|get)\(/.test(text)) found.push(file);
    if (/\bconnect\b[^;]* from "node:net"/.test(text)) found.push(file);
  }
  // Beside the guarding client, what carries questions to the RPCs of the configuration.
  const known = ["lib/chain/json-rpc.ts", "lib/gateway/connections.ts", "lib/gateway/exchange.ts"];
  expect([...new Set(found)].sort()).toEqual(known);
});

async function sourcesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true });
  return entries
    .filter((file) => /\.tsx?$/.test(file) && !/\.(test|fixture)\.tsx?$/.test(file))
    .map((file) => join(folder, file));
}

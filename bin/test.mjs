// Everything a change must pass, from an empty clone on; the very last line counts the tests.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { auditDependencies } from "./audit.mjs";
import { buildStale } from "./build.mjs";
import { installMissing } from "./install.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const reports = mkdtempSync(join(tmpdir(), "farebox-reports-"));
const total = { passed: 0, failed: 0 };
/** What failed, by name: said once more at the end, where it is found. */
const failures = [];
process.chdir(root);
process.env.NEXT_TELEMETRY_DISABLED = "1";

installMissing(root);
installMissing(join(root, "e2e", "clients"));
audit(root);
audit(join(root, "e2e", "clients"));
audit(join(root, "bench"));
step("Format and lint", "@biomejs/biome/bin/biome", ["check", "--error-on-warnings", "."]);
// Next describes its routes to TypeScript in files it writes.
if (step("Routes", "next/dist/bin/next", ["typegen"])) step("Types", "typescript/bin/tsc", ["--noEmit"]);
suite(
  "Unit and integration",
  "vitest/vitest.mjs",
  ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report("vitest")}`],
  "vitest",
  readVitest,
);
heading("Build");
if (count("Build", await buildStale(root))) {
  suite(
    "End to end",
    "@playwright/test/cli.js",
    ["test", "--reporter=list,json"],
    "playwright",
    readPlaywright,
  );
}
rmSync(reports, { recursive: true, force: true });
const ok = total.failed === 0 && total.passed > 0;
if (failures.length > 0) console.log(`\nFailed:\n${failures.join("\n")}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = ok ? 0 : 1;

/** Runs a program of node_modules as one check; true when it passed. */
function step(title, program, args) {
  heading(title);
  return count(title, run(program, args) === 0);
}

/** Fails on dependencies with known holes; a registry that tells nothing is said to, and fails nothing. */
function audit(folder) {
  const title = `Dependencies of ${relative(root, folder) || "Farebox"}`;
  heading(title);
  const { asked, why, sentences } = auditDependencies(folder);
  if (asked) console.log("The registry was asked for known holes.");
  else console.log(`NOT AUDITED by the registry (${why}); only held against bin/known-holes.mjs.`);
  for (const sentence of sentences) console.log(sentence);
  count(title, sentences.length === 0);
}

function count(title, passed) {
  total[passed ? "passed" : "failed"] += 1;
  if (!passed) failures.push(title);
  return passed;
}

/** Runs a test runner and adds up its report; what was skipped, or never ran, failed. */
function suite(title, program, args, name, read) {
  heading(title);
  const file = report(name);
  const status = run(program, args, { PLAYWRIGHT_JSON_OUTPUT_NAME: file });
  const { passed, failed } = existsSync(file)
    ? read(JSON.parse(readFileSync(file, "utf8")))
    : { passed: 0, failed: [] };
  if (failed.length === 0 && (status !== 0 || passed === 0)) failed.push(`${title}, as a whole`);
  total.passed += passed;
  total.failed += failed.length;
  failures.push(...failed);
}

function report(name) {
  return join(reports, `${name}.json`);
}

function readVitest({ numPassedTests, testResults }) {
  const failed = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const tests = assertionResults.filter((test) => test.status !== "passed");
    if (tests.length === 0 && status !== "passed") return [`${relative(root, name)}\n${message}`];
    return tests.map(({ fullName, failureMessages }) =>
      [`${relative(root, name)} > ${fullName}`, ...failureMessages].join("\n"),
    );
  });
  return { passed: numPassedTests, failed };
}

function readPlaywright({ stats, suites }) {
  const specs = suites.flatMap(specsOf).filter(({ ok, tests }) => !ok || tests.some(isNotPassed));
  return { passed: stats.expected, failed: specs.map(({ file, title }) => `${file} > ${title}`) };
}

function specsOf({ specs = [], suites = [] }) {
  return [...specs, ...suites.flatMap(specsOf)];
}

function isNotPassed({ status }) {
  return status !== "expected";
}

function run(program, args, env = {}) {
  const file = join(root, "node_modules", program);
  return spawnSync(process.execPath, [file, ...args], { stdio: "inherit", env: { ...process.env, ...env } })
    .status;
}

function heading(title) {
  console.log(`\n${title}`);
}

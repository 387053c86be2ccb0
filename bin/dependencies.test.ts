import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { holesIn, readReport } from "./audit.mjs";

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  overrides?: Record<string, string>;
  allowScripts?: Record<string, boolean>;
}

interface Locked {
  version?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
}

const FOLDERS = [".", "e2e/clients", "bench"];
const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
const read = <T>(folder: string, name: string): T => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
const locked = (folder: string) =>
  Object.entries(read<{ packages: Record<string, Locked> }>(folder, "package-lock.json").packages).filter(
    ([path]) => path !== "",
  );
const nameOf = (path: string) => path.split("node_modules/").pop() ?? path;

describe.each(FOLDERS)("the dependencies of %s", (folder) => {
  it("are named in one version each, and no other is installed (I17)", () => {
    const {
      dependencies = {},
      devDependencies = {},
      overrides = {},
    } = read<Manifest>(folder, "package.json");
    const named = Object.entries({ ...dependencies, ...devDependencies });
    const loose = [...named, ...Object.entries(overrides)].filter(
      // An override may put another package, in one version too, in the place of what must not be here.
      ([, version]) => !EXACT.test(version.replace(/^npm:@?[\w./-]+@/, "")),
    );
    expect(loose).toEqual([]);
    const found = new Map(locked(folder));
    const other = named.filter(([name, version]) => found.get(`node_modules/${name}`)?.version !== version);
    expect(other).toEqual([]);
  });

  it("are installed only as the very bytes the lockfile knows (I17)", () => {
    // What only other systems install could not be fetched where the lockfile was made; npm notes it when it first does.
    const unknown = locked(folder).filter(
      ([, { integrity, optional, os, cpu }]) =>
        !integrity?.startsWith("sha512-") && !(optional && (os !== undefined || cpu !== undefined)),
    );
    expect(unknown.map(([path]) => path)).toEqual([]);
  });

  it("run no script when they are installed but those that are allowed to (I17)", () => {
    const { allowScripts = {} } = read<Manifest>(folder, "package.json");
    const scripted = locked(folder).filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(scripted.map(([path]) => nameOf(path)).filter((name) => !allowScripts[name])).toEqual([]);
  });
});

describe("an audit", () => {
  it("finds what our own list knows, also nested and at the version before the mended one (I17)", () => {
    const packages = {
      "": { version: "0.1.0" },
      "node_modules/uuid": { version: "11.1.1" },
      "node_modules/next/node_modules/postcss": { version: "8.5.9" },
      "node_modules/esbuild": { version: "0.9.7-beta.1" },
      "node_modules/elliptic": { name: "@noble/curves", version: "1.9.1" },
      "node_modules/secp256k1/node_modules/elliptic": { version: "6.6.1" },
    };
    expect(holesIn(packages).map((sentence) => sentence.split(" has ")[0])).toEqual([
      "postcss 8.5.9",
      "esbuild 0.9.7-beta.1",
      "esbuild 0.9.7-beta.1",
      "elliptic 6.6.1",
    ]);
  });

  it("fails on what the registry knows (I17)", () => {
    const via = [{ title: "It leaks", url: "https://example.com/GHSA-1" }, "other"];
    const leaky = { name: "leaky", severity: "low", range: "<2.0.0", via };
    expect(readReport(JSON.stringify({ auditReportVersion: 2, vulnerabilities: { leaky } }))).toEqual({
      asked: true,
      holes: ["leaky <2.0.0 (low): It leaks https://example.com/GHSA-1; through other"],
      why: "",
    });
    expect(readReport(JSON.stringify({ auditReportVersion: 2, vulnerabilities: {} }))).toMatchObject({
      asked: true,
      holes: [],
    });
  });

  it.each([
    ["", "it gave no report"],
    ["<html>", "it gave no report"],
    ['{"error":{"summary":"getaddrinfo ENOTFOUND registry"}}', "getaddrinfo ENOTFOUND registry"],
    ['{"message":"405 Method Not Allowed","statusCode":405}', "405 Method Not Allowed"],
  ])("says so when the registry did not tell: %j (I17)", (report, why) => {
    expect(readReport(report)).toEqual({ asked: false, holes: [], why });
  });
});

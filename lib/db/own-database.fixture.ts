import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { onTestFinished } from "vitest";
import { givenEnv } from "@/lib/env";
import { migrateDatabase } from "./migrate";

/** Makes a migrated database on the shared server; `set` changes a setting of every session that begins from then on. */
export async function createOwnDatabase() {
  const shared = givenEnv().DATABASE_URL ?? "";
  const name = `own_${randomUUID().replaceAll("-", "")}`;
  const admin = postgres(shared, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  const url = new URL(shared);
  url.pathname = name;
  await migrateDatabase(url.href);
  return {
    url: url.href,
    set: (setting: string, value: string) =>
      admin.unsafe(`alter database ${name} set ${setting} = '${value}'`),
    /** Ends every session in it. */
    disconnect: () =>
      admin`select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = ${name}`,
    async drop() {
      await admin.unsafe(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}

/** Makes a migrated database for one test; `defaults` are settings every session in it starts with. */
export async function makeOwnDatabase(defaults: Record<string, string> = {}) {
  const own = await createOwnDatabase();
  onTestFinished(() => own.drop());
  for (const [setting, value] of Object.entries(defaults)) await own.set(setting, value);
  return {
    url: own.url,
    /** Changes a setting for every session that begins from now on, and ends those there are. */
    async turn(setting: string, value: string) {
      await own.set(setting, value);
      await own.disconnect();
    },
  };
}

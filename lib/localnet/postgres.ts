import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";
import { readJson, writeJson } from "./files";
import { startOnFreePort } from "./ports";
import { makePrivateFolder, type PostgresHome, preparePostgresHome } from "./postgres-home";
import { endProcess, startDetached } from "./processes";

const run = promisify(execFile);

/** What the data folder remembers of its PostgreSQL. */
interface Note {
  port: number;
  password: string;
}

/** A running local PostgreSQL; `stop` ends it cleanly whoever started it. */
export interface LocalPostgres {
  url: string;
  stop(): Promise<void>;
}

/** Starts the embedded PostgreSQL of a data folder, or adopts the one an earlier start left running. */
export async function startPostgres(dataDir: string): Promise<LocalPostgres> {
  const place = await preparePostgresHome(dataDir);
  const data = join(place.home, "data");
  const notePath = join(dataDir, "postgres.json");
  const noted = await readJson<Note>(notePath);
  const note = noted ?? { port: 54_329, password: randomBytes(24).toString("hex") };
  if (!noted) await writeJson(notePath, note);
  if (!(await stat(data).catch(() => undefined))) await initialise(place, data, note.password);
  const stop = () => stopPostgres(data);
  if (await serves(urlOf(note), data)) return { url: urlOf(note), stop };

  await forgetDeadPostmaster(data);
  const logFile = join(place.home, "postgres.log");
  const listening = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="];
  const started = await startOnFreePort({
    preferredPort: note.port,
    timeoutMs: 60_000,
    async start(port) {
      // Noted first, so that whatever happens to this start, the next one finds the server.
      await writeJson(notePath, { ...note, port });
      return startDetached({
        file: join(place.bin, "postgres"),
        args: ["-D", data, "-p", String(port), ...listening, "-c", "max_connections=200"],
        logFile,
        runAs: place.runAs,
      });
    },
    answers: (port) => serves(urlOf({ ...note, port }), data),
  });
  if (started === null) throw new Error(`The local PostgreSQL did not start; its log is ${logFile}`);
  return { url: urlOf({ ...note, port: started.port }), stop };
}

function urlOf(note: Note): string {
  return `postgres://farebox:${note.password}@127.0.0.1:${note.port}/postgres`;
}

/** Whether the server at this URL is the one whose files lie in `data`, and not another that took the port. */
async function serves(url: string, data: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} });
  try {
    const [row] = await sql`select current_setting('data_directory') as folder`;
    return row?.folder === data;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function initialise(place: PostgresHome, data: string, password: string): Promise<void> {
  // Made under another name and renamed, so that a start killed half way leaves nothing that looks finished.
  const draft = `${data}.tmp`;
  await rm(draft, { recursive: true, force: true });
  await makePrivateFolder(draft, place.runAs);
  const passwordFile = join(place.home, "password.tmp");
  await writeFile(passwordFile, password, { mode: 0o600 });
  const { uid, gid } = place.runAs;
  if (uid !== undefined && gid !== undefined) await chown(passwordFile, uid, gid);
  try {
    const args = [
      "--username=farebox",
      "--auth=scram-sha-256",
      `--pwfile=${passwordFile}`,
      `--pgdata=${draft}`,
    ];
    const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
    await run(join(place.bin, "initdb"), [...args, ...locale], { ...place.runAs, cwd: "/" });
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(draft, data);
}

async function postmasterPid(data: string): Promise<number | undefined> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number(text.split("\n")[0]);
  return pid > 0 ? pid : undefined;
}

/** After a crash of the machine its old process id may be somebody else's, and PostgreSQL would refuse to start. */
async function forgetDeadPostmaster(data: string): Promise<void> {
  const pid = await postmasterPid(data);
  if (pid === undefined) return;
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "postgres");
  if (!command.includes("postgres")) await rm(join(data, "postmaster.pid"), { force: true });
}

async function stopPostgres(data: string): Promise<void> {
  const pid = await postmasterPid(data);
  // SIGINT is PostgreSQL's fast shutdown: sessions end, everything is written.
  if (pid !== undefined) await endProcess(pid, "SIGINT", 30_000);
}

import { execFile } from "node:child_process";
import { chown, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";
import { freePort } from "@/lib/localnet/ports";
import { startPostgres } from "@/lib/localnet/postgres";
import { makePrivateFolder, type PostgresHome, preparePostgresHome } from "@/lib/localnet/postgres-home";
import { endProcess, startDetached, untilReady } from "@/lib/localnet/processes";
import { openTcpProxy, type TcpProxy } from "./proxies";

const run = promisify(execFile);

/** A PostgreSQL with a synchronous standby, behind one address that follows the primary. */
export interface DatabasePair {
  /** Leads to whichever server is the primary; to none while there is none. */
  url: string;
  /** Stops the primary at once, promotes the standby, and lets the address follow it. */
  failOver(): Promise<void>;
  /** Makes a standby of what was the primary; until it streams, no commit of the new primary ends. */
  rejoin(): Promise<void>;
  close(): Promise<void>;
}

interface Server {
  data: string;
  port: number;
  pid: number;
}

/** What a copy of a running server leaves out: its log is streamed, the rest belongs to the process. */
const LEFT_OUT = new Set([
  ...["pg_wal", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots", "pg_stat_tmp"],
  ...["pg_subtrans", "postmaster.pid", "postmaster.opts", "standby.signal", "backup_label.old"],
]);

/** Starts both servers below a folder that PostgreSQL's user may enter. */
export async function openDatabasePair(dataDir: string): Promise<DatabasePair> {
  const place = await preparePostgresHome(dataDir);
  // Made as the local network makes its own, and ended again: what replicates is started with other settings.
  const made = await startPostgres(dataDir);
  await made.stop();
  const address = await openTcpProxy(null);
  const pair = new Pair(place, new URL(made.url), address);
  await pair.begin().catch(async (error: unknown) => {
    await pair.close();
    throw error;
  });
  return {
    url: address.through(made.url),
    failOver: () => pair.failOver(),
    rejoin: () => pair.rejoin(),
    close: () => pair.close(),
  };
}

class Pair {
  #primary: Server | null = null;
  #standby: Server | null = null;
  #started: Server[] = [];

  constructor(
    readonly place: PostgresHome,
    readonly login: URL,
    readonly address: TcpProxy,
  ) {}

  async begin(): Promise<void> {
    this.#follow(await this.#start(join(this.place.home, "data"), null));
    await this.rejoin();
  }

  async failOver(): Promise<void> {
    const [old, next] = [this.#primary, this.#standby];
    if (!old || !next) throw new Error("There is nothing to fail over to");
    this.#standby = null;
    // SIGQUIT is PostgreSQL's immediate shutdown: nothing is written any more, no session is told.
    await endProcess(old.pid, "SIGQUIT", 10_000);
    this.address.redirect(null);
    this.address.cut();
    await this.#ask(next, async (sql) => sql`select pg_promote(true, 60)`);
    this.#follow(next);
    await rm(old.data, { recursive: true, force: true });
  }

  async rejoin(): Promise<void> {
    const primary = this.#primary;
    if (!primary) throw new Error("There is no primary");
    const data = join(this.place.home, `copy-${this.#started.length}`);
    await makePrivateFolder(data, this.place.runAs);
    await this.#ask(primary, (sql) => this.#copy(sql, primary.data, data));
    const standby = await this.#start(data, primary);
    await this.#ask(primary, async (sql) => {
      const streams = async () =>
        (await sql`select from pg_stat_replication where state = 'streaming' and sync_state = 'sync'`)
          .length > 0;
      if (!(await untilReady(standby.pid, 60_000, streams))) throw new Error("The standby does not stream");
    });
    this.#standby = standby;
  }

  async close(): Promise<void> {
    this.address.close();
    // The standby before its primary, which would wait for it.
    for (const { pid } of this.#started.reverse()) await endProcess(pid, "SIGINT", 10_000);
  }

  #follow(primary: Server): void {
    this.#primary = primary;
    this.address.redirect({ host: "127.0.0.1", port: primary.port });
  }

  /** Copies a running server between the marks of a backup (there is no pg_basebackup among the embedded programs). */
  async #copy(sql: postgres.Sql, from: string, to: string): Promise<void> {
    await sql`select pg_backup_start('standby', true)`;
    const entries = (await readdir(from))
      .filter((name) => !LEFT_OUT.has(name))
      .map((name) => join(from, name));
    // A file may go while it is copied; what it held is in the log.
    await run("cp", ["-R", ...entries, to], { ...this.place.runAs, cwd: "/" }).catch(() => {});
    for (const name of LEFT_OUT) {
      if (name.startsWith("pg_")) await makePrivateFolder(join(to, name), this.place.runAs);
    }
    const [stopped] = await sql`select labelfile from pg_backup_stop(false)`;
    await this.#write(join(to, "backup_label"), String(stopped?.labelfile));
    await this.#write(join(to, "standby.signal"), "");
  }

  async #write(path: string, text: string): Promise<void> {
    await writeFile(path, text, { mode: 0o600 });
    const { uid, gid } = this.place.runAs;
    if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
  }

  async #start(data: string, primary: Server | null): Promise<Server> {
    const port = await freePort(0);
    const { username, password } = this.login;
    const settings = {
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      max_connections: "200",
      synchronous_commit: "on",
      synchronous_standby_names: "*",
      wal_keep_size: "256MB",
      // A stopped process loses nothing that the system holds; only a machine that stops would.
      fsync: "off",
      ...(primary && {
        primary_conninfo: `host=127.0.0.1 port=${primary.port} user=${username} password=${password}`,
      }),
    };
    const given = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const pid = await startDetached({
      file: join(this.place.bin, "postgres"),
      args: ["-D", data, "-p", String(port), ...given],
      logFile: join(this.place.home, "pair.log"),
      runAs: this.place.runAs,
    });
    const server = { data, port, pid };
    this.#started.push(server);
    const answers = () =>
      this.#ask(server, (sql) => sql`select 1`).then(
        () => true,
        () => false,
      );
    if (!(await untilReady(pid, 60_000, answers))) throw new Error("A PostgreSQL of the pair did not start");
    return server;
  }

  async #ask<T>(server: Server, question: (sql: postgres.Sql) => Promise<T>): Promise<T> {
    const url = new URL(this.login);
    url.port = String(server.port);
    const sql = postgres(url.href, { max: 1, connect_timeout: 5, onnotice: () => {} });
    try {
      return await question(sql);
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
}

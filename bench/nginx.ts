import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@/lib/localnet/ports";
import { endChild, type Server, startLogged } from "./processes";

/** Starts an nginx of one process, as Farebox is one, whose `http` block holds these servers; `{port}` is its port. */
export async function startNginx(servers: string): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), "farebox-bench-nginx-"));
  const port = await freePort(0);
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const config = `
    daemon off; master_process off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
    events { worker_connections 1024; }
    http {
      access_log off; keepalive_requests 1000000000; ${paths.join(" ")}
      ${servers.replaceAll("{port}", String(port))}
    }`;
  await writeFile(join(folder, "nginx.conf"), config);
  const child = await startLogged(
    ["nginx", "-p", folder, "-c", join(folder, "nginx.conf")],
    { PATH: process.env.PATH ?? "" },
    join(folder, "out.log"),
  );
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error("nginx did not start");
    await sleep(20);
  }
  return {
    port,
    pid: child.pid ?? 0,
    async stop() {
      await endChild(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}

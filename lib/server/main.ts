import next from "next";
import { migrateDatabase } from "@/lib/db/migrate";
import { givenEnv } from "@/lib/env";
import { log } from "@/lib/log";
import { completeConfiguration, planConfiguration } from "./configure";
import { openFront } from "./front";
import { writeLocalFacts } from "./local-facts";
import { installParts } from "./parts";

/** Starts Farebox in this process. */
export async function main(options: { dev: boolean }): Promise<void> {
  const plan = planConfiguration(givenEnv());
  const front = await openFront(plan.env.PORT, plan.env.HOST);
  const { env, localnet } = await completeConfiguration(plan, front.port, log);
  await migrateDatabase(env.DATABASE_URL);
  installParts(env);
  const web = next({ dev: options.dev, dir: ".", port: front.port, hostname: "localhost" });
  await web.prepare();
  const pages = web.getRequestHandler();
  front.serve((request, response) => {
    pages(request, response).catch((error: unknown) => {
      log.error("page_failed", { error });
      response.destroy();
    });
  }, "leave");
  if (localnet.facts) await writeLocalFacts(env, localnet.facts);
  log.info("ready", { origin: env.FAREBOX_ORIGIN });
}

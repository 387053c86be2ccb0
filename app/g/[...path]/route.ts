import type { Gateway } from "@/lib/gateway/gateway";
import { openGateway } from "@/lib/server/gateway";
import { parts } from "@/lib/server/parts";
import { answerWebRequest } from "@/lib/server/web-mount";

let opened: Promise<{ handle: Gateway }> | undefined;

/** Mounts the gateway where Next runs without our server; behind that, `/g/…` never comes this far. */
async function answer(request: Request): Promise<Response> {
  opened ??= openGateway(parts());
  return answerWebRequest((await opened).handle, request);
}

export {
  answer as DELETE,
  answer as GET,
  answer as HEAD,
  answer as OPTIONS,
  answer as PATCH,
  answer as POST,
  answer as PUT,
};

import { type ReasonCode, reasonFor } from "@/lib/x402/reasons";

const MAX_BYTES = 64 * 1024;
const MAX_READ_MS = 10_000;

/** The body of a response as a page can show it: text up to 64 KiB, or only how large and of what type it is. */
export type Body =
  | { kind: "text"; text: string; contentType: string; cut: boolean }
  | { kind: "binary"; sizeBytes: number; contentType: string; cut: boolean };

/** Reads a body until it ends, is larger than a page should hold, or stays open for too long. */
export async function readBounded(response: Response): Promise<Body> {
  const contentType = response.headers.get("content-type") ?? "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  let cut = false;
  const reader = response.body?.getReader();
  const late = setTimeout(() => {
    cut = true;
    reader?.cancel().catch(() => {});
  }, MAX_READ_MS);
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    chunks.push(part.value);
    size += part.value.length;
    if (size <= MAX_BYTES) continue;
    cut = true;
    await reader?.cancel();
    break;
  }
  clearTimeout(late);
  const bytes = Buffer.concat(chunks).subarray(0, MAX_BYTES);
  if (!/^text\/|json|xml|javascript|^$/.test(contentType)) {
    return { kind: "binary", sizeBytes: size, contentType, cut };
  }
  return { kind: "text", text: bytes.toString("utf8"), contentType, cut };
}

/** A refusal of the gateway's own, or null when the response is the upstream's. */
export function refusalOf(response: Response, body: Body): { code: ReasonCode } | null {
  if (body.kind !== "text" || !body.contentType.includes("problem+json")) return null;
  try {
    const { code } = JSON.parse(body.text) as { code?: unknown };
    const reason = typeof code === "string" ? reasonFor(code) : undefined;
    return reason?.status === response.status ? { code: code as ReasonCode } : null;
  } catch {
    return null;
  }
}

/** Says in words what a response that is not a paid answer means, and what to do. */
export function explain(
  status: number,
  refusal: { code: ReasonCode } | null,
): [text: string, action: string] {
  const reason = refusal && reasonFor(refusal.code);
  if (reason) return [reason.detail, reason.action];
  if (status >= 200 && status < 300) {
    return [
      "The endpoint answered without asking for money.",
      "A rule that makes this call free stands before the one with a price.",
    ];
  }
  return [
    `Your server answered ${status}, so nothing was charged.`,
    "See why your server refuses this call, then send the payment again.",
  ];
}

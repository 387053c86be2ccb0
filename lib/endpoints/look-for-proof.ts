import { readBody } from "@/lib/gateway/body";
import type { CallUpstream } from "@/lib/gateway/ports";
import type { HostChallenge } from "./host-challenge";

/** How a proof is looked for: DNS is asked, and the web server through the guarding client only. */
export interface ProofSources {
  resolveTxt(name: string): Promise<readonly string[]>;
  callUpstream: CallUpstream;
}

/** What was found: where the proof stands, or null, and a sentence about each place. */
export interface HostFindings {
  method: "dns" | "file" | null;
  dns: string | null;
  file: string;
}

const TIMEOUT_MS = 5_000;
const MAX_FILE_BYTES = 4_096;

type Finding = { found: boolean; sentence: string };

async function inDns({ resolveTxt }: ProofSources, name: string, value: string): Promise<Finding> {
  const records = await resolveTxt(name).catch(() => []);
  if (records.some((record) => record.trim() === value))
    return { found: true, sentence: "The record is there." };
  if (records.length === 0) {
    return { found: false, sentence: "No TXT record was found. A new one can take some minutes to be seen." };
  }
  return { found: false, sentence: "There is a TXT record, but none with this value." };
}

async function inFile({ callUpstream }: ProofSources, url: string, value: string): Promise<Finding> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await callUpstream({
    method: "GET",
    url,
    headers: [["Accept", "text/plain"]],
    body: null,
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  // Refused, filtered and forbidden look the same, or this would be a port scanner.
  if (!answer.ok) return { found: false, sentence: "The server did not answer." };
  const read = await readBody(answer.body, { maxBytes: MAX_FILE_BYTES, withinMs: TIMEOUT_MS });
  answer.body.destroy();
  if (answer.status !== 200) {
    return { found: false, sentence: `The server answered ${answer.status}; it must answer 200 itself.` };
  }
  const lines = read.ok ? Buffer.from(read.bytes).toString("utf8").split("\n") : [];
  if (lines.some((line) => line.trim() === value)) return { found: true, sentence: "The file is there." };
  return { found: false, sentence: "There is a file, but it has no such line." };
}

/** Looks in both places for the proof that a merchant controls a host. */
export async function lookForProof(
  sources: ProofSources,
  { dnsName, fileUrl, value }: HostChallenge,
): Promise<HostFindings> {
  const [dns, file] = await Promise.all([
    dnsName === null ? null : inDns(sources, dnsName, value),
    inFile(sources, fileUrl, value),
  ]);
  const method = dns?.found ? "dns" : file.found ? "file" : null;
  return { method, dns: dns?.sentence ?? null, file: file.sentence };
}

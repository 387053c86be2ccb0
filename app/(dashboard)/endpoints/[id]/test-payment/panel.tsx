"use client";

import { ChevronRight, Play } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select, Textarea } from "@/components/ui/input";
import { fillPath, pathParameters } from "@/lib/endpoints/call-path";
import { type Failed, failedAfter, type Hop, type Paid } from "@/lib/server/test-payer/events";
import { Result } from "./result";
import { sendTestPayment, type WantedCall } from "./send";
import { Track } from "./track";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

interface Run {
  hops: Hop[];
  outcome: Paid | Failed | null;
}

/** One rule that can be paid for. */
export interface PricedRule {
  /** Its index among all rules of the endpoint. */
  at: number;
  method: string;
  path: string;
  /** As people read it, such as `$0.01`. */
  price: string;
}

/** Pays for a call with the test wallet and shows each hop as it happens. */
export function TestPayment({
  endpointId,
  gatewayUrl,
  charge,
  rules,
}: {
  endpointId: string;
  gatewayUrl: string;
  charge: "after" | "before";
  rules: readonly [PricedRule, ...PricedRule[]];
}) {
  const router = useRouter();
  const [call, setCall] = useState<WantedCall>({
    endpointId,
    rule: rules[0].at,
    method: METHODS.find((method) => method === rules[0].method) ?? "GET",
    values: {},
    query: "",
    body: "",
  });
  const [run, setRun] = useState<Run | null>(null);
  const running = run !== null && run.outcome === null;
  const rule = rules.find(({ at }) => at === call.rule) ?? rules[0];
  const parameters = pathParameters(rule.path);
  const change = (changes: Partial<WantedCall>) => setCall((before) => ({ ...before, ...changes }));

  const send = async () => {
    setRun({ hops: [], outcome: null });
    let last: Hop["step"] | null = null;
    try {
      for await (const event of await sendTestPayment(call)) {
        if (event.kind === "hop") {
          last = event.step;
          setRun((before) => ({ hops: [...(before?.hops ?? []), event], outcome: null }));
        } else {
          setRun((before) => ({ hops: before?.hops ?? [], outcome: event }));
        }
      }
    } catch {
      const words = [
        "This page lost its connection to Farebox.",
        "See recent payments for what became of it.",
      ] as const;
      setRun((before) => ({ hops: before?.hops ?? [], outcome: failedAfter(last, words) }));
    }
    router.refresh();
  };

  return (
    <div className="grid gap-x-8 gap-y-5 rounded-card border border-line bg-surface p-5 md:grid-cols-2">
      <form action={send} className="flex min-w-0 flex-col gap-4">
        {rules.length > 1 && (
          <Field label="What to call">
            <Select
              value={rule.at}
              onChange={(event) => change({ rule: Number(event.target.value), values: {} })}
            >
              {rules.map(({ at, method, path, price }) => (
                <option key={at} value={at}>
                  {method === "*" ? "Any" : method} {path} · {price}
                </option>
              ))}
            </Select>
          </Field>
        )}
        {rule.method === "*" && (
          <Field label="Method">
            <Select
              value={call.method}
              onChange={(event) =>
                change({ method: METHODS.find((known) => known === event.target.value) ?? "GET" })
              }
            >
              {METHODS.map((method) => (
                <option key={method}>{method}</option>
              ))}
            </Select>
          </Field>
        )}
        {parameters.map(({ name, wildcard, optional }) => (
          <Field key={name} label={`${wildcard ? "*" : ":"}${name} in ${rule.path}`}>
            <Input
              mono
              autoComplete="off"
              required={!optional}
              placeholder={wildcard ? "some/path" : "1"}
              value={call.values[name] ?? ""}
              onChange={(event) => change({ values: { ...call.values, [name]: event.target.value } })}
            />
          </Field>
        ))}
        <div>
          <p className="mb-1.5 text-small font-medium">The call</p>
          <p className="rounded-control border border-line bg-sunken px-3 py-2 font-mono text-small wrap-anywhere">
            <span className="text-muted">{rule.method === "*" ? call.method : rule.method}</span> {gatewayUrl}
            {fillPath(rule.path, call.values) ?? rule.path}
            {call.query && `?${call.query}`}
          </p>
        </div>
        <details className="group">
          <summary className="flex w-fit items-center gap-1.5 text-small text-muted hover:text-text">
            <ChevronRight aria-hidden className="size-3.5 transition-transform group-open:rotate-90" />
            Query and body
          </summary>
          <div className="mt-3 flex flex-col gap-4">
            <Field label="Query">
              <Input
                mono
                autoComplete="off"
                placeholder="city=Lisbon"
                value={call.query}
                onChange={(event) => change({ query: event.target.value })}
              />
            </Field>
            <Field label="Body" hint="Sent with POST, PUT, PATCH and DELETE.">
              <Textarea
                className="font-mono text-small"
                value={call.body}
                onChange={(event) => change({ body: event.target.value })}
              />
            </Field>
          </div>
        </details>
        <div>
          <Button type="submit" variant="primary" pending={running}>
            <Play aria-hidden />
            Send a test payment
          </Button>
          <p className="mt-2 text-small text-pretty text-muted">
            A wallet of this Farebox pays {rule.price} of test money over the gateway URL, as any client
            would.
          </p>
        </div>
      </form>
      <div className="flex min-w-0 flex-col gap-4">
        <Track
          charge={charge}
          hops={run?.hops ?? []}
          failed={run?.outcome?.kind === "failed" ? run.outcome : null}
          running={running}
        />
        {run?.outcome && <Result outcome={run.outcome} />}
      </div>
    </div>
  );
}

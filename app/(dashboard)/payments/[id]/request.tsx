import Link from "next/link";
import type { NetworkLook } from "@/components/payments-table";
import { Address } from "@/components/ui/address";
import { Amount } from "@/components/ui/amount";
import { Fact, Facts } from "@/components/ui/facts";
import { Section } from "@/components/ui/section";
import { Time } from "@/components/ui/time";
import type { PaymentDetail } from "@/lib/revenue/payment";

function size(bytes: number): string {
  return bytes < 1_024 ? `${bytes} bytes` : `${(bytes / 1_024).toFixed(1)} KiB`;
}

function unixTime(seconds: string | undefined): Date | null {
  const at = new Date(Number(seconds) * 1_000);
  return Number.isNaN(at.getTime()) || seconds === "0" ? null : at;
}

/** The call that was paid for and the answer to it. */
export function RequestFacts({
  detail: { payment, endpoint, terms, answer },
  timeZone,
}: {
  detail: PaymentDetail;
  timeZone: string;
}) {
  return (
    <Section title="Request and answer">
      <Facts>
        <Fact name="Endpoint">
          {endpoint.state === "deleted" ? (
            `${terms.name} (deleted)`
          ) : (
            <Link
              href={`/endpoints/${payment.endpointId}`}
              className="underline decoration-line-strong underline-offset-3"
            >
              {terms.name}
            </Link>
          )}
        </Fact>
        <Fact name="Request">
          <code className="font-mono">
            {payment.method} {payment.path}
            {payment.query && `?${payment.query}`}
          </code>
        </Fact>
        <Fact name="Rule">
          <code className="font-mono">{payment.rule}</code>
        </Fact>
        <Fact name="Version of the terms">
          {payment.endpointVersion === endpoint.version
            ? `${payment.endpointVersion}, the current one`
            : `${payment.endpointVersion} of ${endpoint.version}`}
        </Fact>
        <Fact name="Charge">
          {payment.charge === "after" ? "After the answer" : "Before the upstream is asked"}
        </Fact>
        <Fact name="Attempts">{payment.attempt} of 5</Fact>
        <Fact name="Upstream status">{payment.upstreamStatus ?? "None"}</Fact>
        <Fact name="Answer">
          {answer ? (
            <>
              {size(answer.sizeBytes)}
              {answer.contentType && `, ${answer.contentType}`}, kept until{" "}
              <Time at={answer.expiresAt} timeZone={timeZone} />
            </>
          ) : (
            "None is kept"
          )}
        </Fact>
      </Facts>
    </Section>
  );
}

/** The authorization the payer signed. */
export function AuthorizationFacts({
  detail: { payment },
  network,
  timeZone,
}: {
  detail: PaymentDetail;
  network: NetworkLook | undefined;
  timeZone: string;
}) {
  const { validAfter, validBefore, nonce } = payment.authorization;
  const explorer = network?.explorerUrl ?? null;
  const [from, until] = [unixTime(validAfter), unixTime(validBefore ?? payment.validBefore.toString())];
  return (
    <Section title="Authorization">
      <Facts>
        <Fact name="Payer">
          <Address
            value={payment.payer}
            label="payer"
            href={explorer && `${explorer}/address/${payment.payer}`}
          />
        </Fact>
        <Fact name="Amount">
          {network ? (
            <Amount units={payment.amount} decimals={network.decimals} symbol={network.symbol} />
          ) : (
            payment.amount.toString()
          )}
          <span className="text-muted tabular-nums"> ({payment.amount.toString()} base units)</span>
        </Fact>
        <Fact name="Token">
          <Address
            value={payment.asset}
            label="token"
            href={explorer && `${explorer}/token/${payment.asset}`}
          />
        </Fact>
        <Fact name="Valid from">
          {from ? <Time at={from} timeZone={timeZone} style="full" /> : "Any time"}
        </Fact>
        <Fact name="Valid until">
          {until ? <Time at={until} timeZone={timeZone} style="full" /> : "Unknown"}
        </Fact>
        {nonce && (
          <Fact name="Nonce">
            <Address value={nonce} label="nonce" />
          </Fact>
        )}
        <Fact name="Protocol">{`x402 v${payment.protocol}, ${payment.scheme}`}</Fact>
        <Fact name="Payment id">
          <Address value={payment.id} label="payment id" />
        </Fact>
      </Facts>
    </Section>
  );
}

import Link from "next/link";
import { redirect } from "next/navigation";
import { ButtonLink } from "@/components/ui/button";
import { Mark } from "@/components/ui/mark";
import { currentSession } from "@/lib/auth/session";
import { parts } from "@/lib/server/parts";
import { readShowcase } from "./showcase";
import { Terminal } from "./terminal";

const STEPS = [
  {
    title: "Register a URL",
    text: "Paste the URL of an API, a file or a model. You get a gateway URL to give to your callers.",
  },
  {
    title: "Name a price and an address",
    text: "From a millionth of a dollar a call, per path and method. The money goes to a wallet of yours.",
  },
  {
    title: "Get paid by the call",
    text: "Any x402 client pays by itself, and a person pays in the browser. You see every payment arrive.",
  },
];

const PROMISES = [
  {
    title: "The money is right",
    text: "Nobody pays twice and nobody pays for nothing: a call is charged once, and only for an answer.",
  },
  {
    title: "Straight to you",
    text: "Each payment is one transfer from the payer's wallet to yours. Farebox never holds it.",
  },
  {
    title: "Accountable",
    text: "What you see is what the chain shows, to the last base unit. Download it as CSV.",
  },
];

/** The front door: what Farebox is, a real call unpaid and paid, and how to begin. */
export default async function Landing() {
  if (await currentSession()) redirect("/overview");
  const showcase = await readShowcase();
  const names = parts().networks.map(({ name }) => name);
  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-[1080px] flex-col px-4 sm:px-8">
      <header className="flex h-16 items-center justify-between gap-4">
        <span className="flex items-center gap-2.5 text-title">
          <Mark size={24} />
          Farebox
        </span>
        <nav aria-label="Account" className="flex items-center gap-2">
          <ButtonLink href="/sign-in" variant="ghost">
            Sign in
          </ButtonLink>
          <ButtonLink href="/sign-up" className="max-sm:hidden">
            Create an account
          </ButtonLink>
        </nav>
      </header>
      <main className="flex flex-1 flex-col gap-14 pt-10 pb-16 sm:pt-16">
        <section className="max-w-2xl">
          <h1 className="text-figure text-balance">Put a price on any HTTP endpoint</h1>
          <p className="mt-3 text-title font-normal text-pretty text-muted">
            Agents, programs and people pay for each call, in dollars on chain, straight to your wallet.
            Farebox asks for the payment, checks it, calls your server, settles, and answers.
          </p>
          <div className="mt-6 flex flex-wrap items-center gap-3">
            <ButtonLink href="/sign-up" variant="primary">
              Create an account
            </ButtonLink>
            <p className="text-small text-muted">Three screens to your first paid call.</p>
          </div>
        </section>
        {showcase && (
          <section aria-label="A call, unpaid and paid">
            <Terminal showcase={showcase} />
          </section>
        )}
        <section aria-label="How it works">
          <ol className="grid gap-x-8 gap-y-6 sm:grid-cols-3">
            {STEPS.map(({ title, text }, at) => (
              <li key={title} className="border-t border-line pt-4">
                <p className="font-mono text-small text-accent">{at + 1}</p>
                <h2 className="mt-1 text-title">{title}</h2>
                <p className="mt-1 text-pretty text-muted">{text}</p>
              </li>
            ))}
          </ol>
        </section>
        <section aria-label="What you can rely on">
          <ul className="grid gap-x-8 gap-y-6 rounded-card border border-line bg-surface p-6 sm:grid-cols-3">
            {PROMISES.map(({ title, text }) => (
              <li key={title}>
                <h2 className="font-medium">{title}</h2>
                <p className="mt-0.5 text-pretty text-muted">{text}</p>
              </li>
            ))}
          </ul>
        </section>
      </main>
      <footer className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-t border-line py-5 text-small text-muted">
        <p>This Farebox takes payments on {new Intl.ListFormat("en").format(names)}.</p>
        <p>
          Speaks{" "}
          <Link href="https://www.x402.org" className="underline underline-offset-3">
            x402
          </Link>{" "}
          v1 and v2
        </p>
      </footer>
    </div>
  );
}

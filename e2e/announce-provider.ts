interface Request {
  method: string;
  params?: unknown[];
}

type Reply = { result: unknown; chainId: string } | { error: { code: number; message: string } };

declare global {
  interface Window {
    fareboxTestWallet(request: Request): Promise<Reply>;
  }
}

/** Runs in the page before its scripts: announces the test wallet as an EIP-6963 provider, as extensions do. */
export function announceProvider(): void {
  const listeners = new Map<string, Set<(value: unknown) => void>>();
  const emit = (event: string, value: unknown) => {
    for (const listener of listeners.get(event) ?? []) listener(value);
  };
  const provider = {
    async request(request: Request) {
      const reply = await window.fareboxTestWallet(request);
      if ("error" in reply) throw Object.assign(new Error(reply.error.message), reply.error);
      if (request.method === "wallet_switchEthereumChain") emit("chainChanged", reply.chainId);
      return reply.result;
    },
    on(event: string, listener: (value: unknown) => void) {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
    },
    removeListener(event: string, listener: (value: unknown) => void) {
      listeners.get(event)?.delete(listener);
    },
  };
  const info = {
    uuid: "7c2a5c6e-4a53-4b5c-9d0f-5d7b7e0f9a11",
    name: "Test Wallet",
    icon: "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>",
    rdns: "xyz.farebox.test-wallet",
  };
  const announce = () => {
    window.dispatchEvent(
      new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }),
    );
  };
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
}

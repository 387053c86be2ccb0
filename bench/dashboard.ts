import { type House, PASSWORD } from "./house";

/** Someone who is signed in and reads pages. */
export interface Visitor {
  /** Reads a page whole, and gives its HTML and how long that took; throws unless it is a 200. */
  read(path: string): Promise<{ html: string; tookMs: number }>;
}

/** Signs in with the account of a merchant of the house, as a browser does. */
export async function signIn({ port, host }: House, merchant: string): Promise<Visitor> {
  const origin = `http://${host}`;
  const url = `http://127.0.0.1:${port}`;
  const jar = new Map<string, string>();
  const keep = (answer: Response) => {
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    return answer;
  };
  const headers = () => ({ host, origin, cookie: [...jar].map((pair) => pair.join("=")).join("; ") });
  const csrf = keep(await fetch(`${url}/api/auth/csrf`, { headers: headers() }));
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const form = { csrfToken, email: `${merchant}@example.com`, password: PASSWORD, json: "true" };
  const body = new URLSearchParams(form);
  keep(await fetch(`${url}/api/auth/callback/password`, { method: "POST", headers: headers(), body }));
  return {
    async read(path) {
      const began = performance.now();
      const answer = await fetch(`${url}${path}`, { headers: headers(), redirect: "manual" });
      const html = await answer.text();
      const tookMs = performance.now() - began;
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
      return { html, tookMs };
    },
  };
}

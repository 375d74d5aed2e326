// The JSON interface: one place that speaks HTTP. Everything that goes wrong arrives as a Problem with a slug.

export class Problem extends Error {
  constructor(slug, status = 0, { title = "", detail = "", ...extra } = {}) {
    super(title || slug);
    Object.assign(this, { slug, status, title, detail, extra });
  }
}

const RENEWABLE = new Set(["csrf", "signed-out"]);
const NOT_MINE = new Set(["not-allowed", "not-found"]);

export function makeApi({
  base = "/api/v1", csrf = "", timeoutMs = 15000, fetch = (...args) => globalThis.fetch(...args), onDate = () => {},
} = {}) {
  let token = csrf;
  let doubted = false;

  async function once(method, path, { body, keepalive = false } = {}) {
    const headers = { Accept: "application/json" };
    if (method !== "GET") Object.assign(headers, { "Content-Type": "application/json", "X-CSRFToken": token });
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), timeoutMs);
    try {
      const response = await fetch(base + path, {
        method, headers, keepalive, credentials: "same-origin", cache: "no-store", signal: patience.signal,
        body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
      });
      if (response.headers.get("Date")) onDate(response.headers.get("Date"));
      return await read(response);
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw new Problem(patience.signal.aborted ? "timeout" : "network");
    } finally {
      clearTimeout(timer);
    }
  }

  // After the session was renewed (perhaps in another tab) the token is another one: fetch it, try once more.
  async function send(method, path, options) {
    try {
      return await once(method, path, options);
    } catch (problem) {
      if (!RENEWABLE.has(problem.slug) || method === "GET") throw problem;
      await renew(problem);
      return once(method, path, options);
    }
  }

  async function renew(problem = {}) {
    const session = await once("GET", "/session");
    token = session.csrf ?? token;
    if (!session.signed_in) throw new Problem("signed-out", 401, { title: problem.title, detail: problem.detail });
  }

  // Who is signed in may have changed: before any answer travels again, ask whether the attempt is theirs.
  async function recognise(ref) {
    await renew();
    try {
      await once("GET", `/attempts/${one(ref)}/time`).catch((problem) => {
        if (problem.slug !== "http-404") throw problem;
        return once("GET", `/attempts/${one(ref)}`); // an older server knows only the long question
      });
    } catch (problem) {
      throw NOT_MINE.has(problem.slug) ? new Problem("not-yours", problem.status, problem) : problem;
    }
    doubted = false;
  }

  async function save(ref, no, body, options) {
    if (doubted && !options?.keepalive) await recognise(ref);
    try {
      return await once("PUT", `/attempts/${one(ref)}/responses/${no}`, { body, ...options });
    } catch (problem) {
      if (!RENEWABLE.has(problem.slug)) throw problem;
      doubted = true;
      await recognise(ref);
      return once("PUT", `/attempts/${one(ref)}/responses/${no}`, { body, ...options });
    }
  }

  const one = encodeURIComponent;
  return {
    session: () => once("GET", "/session"),
    attempt: (ref) => send("GET", `/attempts/${one(ref)}`),
    save,
    doubt: () => (doubted = true),
    time: (ref) => once("GET", `/attempts/${one(ref)}/time`),
    versions: (ref, no) => once("GET", `/attempts/${one(ref)}/responses/${no}/versions`),
    version: (ref, no, version) => once("GET", `/attempts/${one(ref)}/responses/${no}/versions/${one(version)}`),
    settings: (chosen) => send("PUT", "/settings", { body: chosen }),
    handIn: (ref) => send("POST", `/attempts/${one(ref)}/hand-in`),
    receipt: (ref) => send("GET", `/attempts/${one(ref)}/receipt`),
  };
}

async function read(response) {
  const isJson = /json/.test(response.headers.get("Content-Type") ?? "");
  const body = isJson ? await response.json() : null;
  if (response.ok && (isJson || response.status === 204)) return body;
  const slug = String(body?.type ?? "").replace(/^urn:quizapp:/, "");
  throw new Problem(slug || `http-${response.status}`, response.status, body ?? {});
}

// What a Problem means for the queue, and how long to wait before the next try.

const KINDS = {
  stale: "stale", "attempt-closed": "closed", "signed-out": "signed-out", network: "network", timeout: "network",
  "not-yours": "somebody-else", "not-allowed": "somebody-else", "not-found": "somebody-else",
};
const LATER = new Set([408, 425, 429]);

export function kindOfTrouble({ slug, status }) {
  if (slug in KINDS) return KINDS[slug];
  return LATER.has(status) || status >= 500 || status < 400 ? "busy" : "refused";
}

// 1, 2, 4, 8, 16, 30, 30 … seconds, give or take a fifth, so that a whole city does not come back in the same second.
export function pauseBefore(tries, kind, problem = {}, random = Math.random) {
  if (kind === "signed-out" || kind === "somebody-else") return 15000;
  const wanted = Number(problem.extra?.retry_after) * 1000 || Math.min(30000, 1000 * 2 ** tries);
  return Math.round(wanted * (0.8 + 0.4 * random()));
}

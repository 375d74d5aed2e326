import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../src/api.js";
import { handOver } from "../src/late.js";

function desk(entries, verdicts) {
  const sent = [];
  const journal = { cleared: false, all: () => entries, clear: async () => (journal.cleared = true) };
  const save = async (attempt, no, body) => {
    sent.push([attempt, no, body]);
    const verdict = verdicts.shift();
    if (verdict) throw verdict;
    return {};
  };
  return { sent, journal, over: () => handOver({ attempt: "a", journal, save }) };
}
const entry = (no, late = null) => ({ no, base: 4, content: { choice: [no] }, print: `c${no}`, late });

test("what was not sent before hand-in is offered once, then nothing stays", async () => {
  const { sent, journal, over } = desk([entry(1), entry(2, "c2"), entry(3)], [new Problem("attempt-closed", 409), new Problem("stale", 409)]);
  assert.equal(await over(), true);
  assert.deepEqual(sent, [["a", 1, { seq: 5, choice: [1] }], ["a", 3, { seq: 5, choice: [3] }]], "what was told to be late is not offered again");
  assert.equal(journal.cleared, true);
});

test("without a network, or with somebody else signed in, it stays for the next time", async () => {
  for (const problem of [new Problem("network"), new Problem("http-503", 503), new Problem("not-yours", 403), new Problem("signed-out", 401)]) {
    const { journal, over } = desk([entry(1)], [problem]);
    assert.deepEqual([await over(), journal.cleared], [false, false]);
  }
});
